// All candidates of the windows given so far: their scores, the best of each start, their sums.
// Python's twin: qna_widget/core/candidates.py. A start counts only in the window that gives it
// maximal context, with any end of that window. Logits are float32; scores and sums are float64, on
// both sides.
import { type Borders, SHOWN } from "./borders";
import { checkLogits } from "./check-logits";
import { maxContextWindows } from "./features";
import type { Kept, Rows } from "./ranking";
import type { Feature, Logits, Ways } from "./types";

/** The passage part of one window's logits. */
type WindowLogits = Readonly<Record<"start" | "end", Float32Array>>;

/** The candidates of a window, or of all: the best score, and the sum of exp(score - peak). */
export interface Mass {
  readonly peak: number;
  readonly mass: number;
}

/** The candidates of `features`, whose logits come in any order; counted window by window. */
export class Candidates {
  /** Number of windows given so far. */
  windows = 0;
  /** Minimum over the windows given. */
  null_score = Number.POSITIVE_INFINITY;
  /** For each passage token the window of its maximal context among those given; -1 for none. */
  #owner: Int32Array;
  readonly #given: (WindowLogits | undefined)[];

  // Everything below belongs to one way of weighing and grows with the windows.
  #max_answer_len = 0;
  #borders: Borders | undefined;
  #ways = SHOWN;
  #best_score = new Float64Array(0);
  #best_end = new Int32Array(0);
  /** Windows whose candidates are to be counted, for the first time or anew. */
  #pending = new Set<number>();
  #given_new = false;
  /** By window; nothing for one that is still to come, or has no start of its own. */
  #masses: (Mass | undefined)[] = [];

  constructor(private readonly features: readonly Feature[]) {
    this.#owner = maxContextWindows(features, () => false);
    this.#given = features.map(() => undefined);
  }

  /** See `Decoder`. */
  add(window: number, logits: Logits): void {
    const feature = this.features[window];
    if (!feature) {
      throw new RangeError(`There is no window ${window}; there are ${this.features.length}.`);
    }
    if (this.#given[window]) throw new Error(`Window ${window} was given twice.`);
    checkLogits(window, feature, logits);
    const { start_logits, end_logits } = logits;
    const { passage_position, window_length } = feature;
    const passage_end = passage_position + window_length;
    this.#given[window] = {
      start: start_logits.slice(passage_position, passage_end),
      end: end_logits.slice(passage_position, passage_end),
    };
    this.null_score = Math.min(this.null_score, start_logits[0]! + end_logits[0]!);
    this.windows++;
    this.#given_new = true;
  }

  /** Says how candidates are to be weighed from now on; counts nothing yet. */
  weighBy(max_answer_len: number, borders: Borders | undefined, ways: Ways): void {
    const same =
      max_answer_len === this.#max_answer_len &&
      borders === this.#borders &&
      ways.neat === this.#ways.neat &&
      ways.sentence_margin === this.#ways.sentence_margin;
    if (this.#given_new) this.#share();
    if (!same) this.#restart(max_answer_len, borders, ways);
  }

  #restart(max_answer_len: number, borders: Borders | undefined, ways: Ways): void {
    this.#max_answer_len = max_answer_len;
    this.#borders = borders;
    this.#ways = ways;
    this.#best_score = new Float64Array(this.#owner.length).fill(Number.NEGATIVE_INFINITY);
    this.#best_end = new Int32Array(this.#owner.length);
    this.#masses = this.#given.map(() => undefined);
    this.#pending = new Set(this.#owner);
    this.#pending.delete(-1);
  }

  /** Finds whose each start is, now that further windows are there. */
  #share(): void {
    const before = this.#owner;
    this.#owner = maxContextWindows(this.features, (window) => this.#given[window] !== undefined);
    this.#owner.forEach((window, token) => {
      if (window === before[token]) return;
      this.#pending.add(window);
      if (before[token]! >= 0) this.#pending.add(before[token]!);
    });
    this.#given_new = false;
  }

  /** Counts the candidates of one window; false when none is left to be counted. */
  countOne(): boolean {
    const { value: window, done } = this.#pending.values().next();
    if (done) return false;
    this.#count(window);
    this.#pending.delete(window);
    return true;
  }

  /** What spans are ranked by. */
  get rows(): Rows {
    return {
      best_score: this.#best_score,
      best_end: this.#best_end,
      score: (i, j) => this.#weighed(i, j, this.score(i, j)),
      rowEnd: (i) => this.#rowEnd(i),
    };
  }

  /** All windows together, added in the passage's order: sums of floats depend on theirs. */
  total(): Mass {
    let peak = Number.NEGATIVE_INFINITY;
    let mass = 0;
    for (const one of this.#masses) {
      if (one === undefined) continue;
      const next = Math.max(peak, one.peak);
      mass = mass * Math.exp(peak - next) + one.mass * Math.exp(one.peak - next);
      peak = next;
    }
    return { peak, mass };
  }

  score(i: number, j: number): number {
    const window = this.#owner[i]!;
    const { window_start } = this.features[window]!;
    const { start, end } = this.#given[window]!;
    return start[i - window_start]! + end[j - window_start]!;
  }

  /** The window in which a start counts. */
  window(i: number): number {
    return this.#owner[i]!;
  }

  /** The shares of a span's other cuts, added up. */
  cuts(span: Kept, better: readonly Kept[], share: (score: number) => number): number {
    const { start_token, end_token } = span;
    const others = (i: number, j: number) =>
      better.some((b) => i <= b.end_token && j >= b.start_token);
    let sum = 0;
    const first = Math.max(0, start_token - this.#max_answer_len + 1);
    for (let i = first; i <= end_token; i++) {
      if (this.#owner[i]! < 0) continue;
      const stop = this.#rowEnd(i);
      for (let j = Math.max(i, start_token); j < stop; j++) {
        if ((i === start_token && j === end_token) || others(i, j)) continue;
        sum += share(this.score(i, j));
      }
    }
    return sum;
  }

  /** Counts the candidates of one window: the best end of each start, and their share. */
  #count(window: number): void {
    const { window_start, window_length } = this.features[window]!;
    const { start, end } = this.#given[window]!;
    const own: number[] = [];
    let window_peak = Number.NEGATIVE_INFINITY;
    for (let i = window_start; i < window_start + window_length; i++) {
      if (this.#owner[i] !== window) continue;
      own.push(i);
      const first = start[i - window_start]!;
      const stop = this.#rowEnd(i);
      let top = i;
      let best = Number.NEGATIVE_INFINITY;
      for (let j = i; j < stop; j++) {
        // Sums are compared, not end logits: float64 may round two different ends to one score.
        const sum = first + end[j - window_start]!;
        if (sum > window_peak) window_peak = sum;
        const value = this.#weighed(i, j, sum);
        if (value > best) {
          best = value;
          top = j;
        }
      }
      this.#best_score[i] = best;
      this.#best_end[i] = top;
    }
    let sum = 0;
    for (const i of own) {
      const first = start[i - window_start]!;
      const stop = this.#rowEnd(i) - window_start;
      for (let k = i - window_start; k < stop; k++) sum += Math.exp(first + end[k]! - window_peak);
    }
    const none = own.length === 0; // no start has its best context here
    this.#masses[window] = none ? undefined : { peak: window_peak, mass: sum };
  }

  /** What a span of this score is ranked by. */
  #weighed(i: number, j: number, score: number): number {
    const borders = this.#borders;
    if (borders === undefined) return score;
    const { neat, sentence_margin } = this.#ways;
    if (neat && j < borders.letter[i]!) return Number.NEGATIVE_INFINITY;
    if (sentence_margin === 0) return score;
    const crosses = borders.sentence[i] !== borders.sentence[j];
    return crosses ? score - sentence_margin : score;
  }

  #rowEnd(i: number): number {
    const { window_start, window_length } = this.features[this.#owner[i]!]!;
    const stop = Math.min(i + this.#max_answer_len, window_start + window_length);
    return this.#borders ? Math.min(stop, Math.max(i + 1, this.#borders.stop[i]!)) : stop;
  }
}

// From logits to ranked spans, exactly: no n-best cut, no full matrix.
// Python's twin: qna_widget/core/decoding.py.
//
// Logits are float32; scores, sums and probabilities are float64, on both sides. While windows are
// to come, those that are there are taken for all of them: what is found depends on which these
// are, never on their order.
import { type Borders, SHOWN } from "./borders";
import { checkLogits } from "./check-logits";
import { maxContextWindows } from "./features";
import { type Kept, type Rows, rankSpans } from "./ranking";
import type { DecodingOptions, Feature, Logits, Span, Ways } from "./types";

export interface RankedSpan extends Span {
  /**
   * Its share of the softmax over all candidates and the null, and `cut_share` of the shares of its
   * other cuts: the candidates that have a token in common with it, and none with a better one.
   */
  readonly probability: number;
}

/** What all windows given so far amount to; token indices, no text. */
export interface Ranking {
  /** Best first; one fewer than top_k when no_answer takes the first place. */
  readonly spans: readonly RankedSpan[];
  /** Minimum over the windows; null before the first one. */
  readonly null_score: number | null;
  readonly null_probability: number;
  /** null_score minus the best score; null before the first window. */
  readonly null_margin: number | null;
  /**
   * Share of all candidates that have a token in common with the first span, itself left out, as
   * far as they do not count for it.
   */
  readonly overlapping_probability: number;
  readonly no_answer: boolean;
}

export interface Decoder {
  /** Number of windows given so far. */
  readonly windows_done: number;
  /**
   * Takes the model's output for feature number `window`; copies what it needs.
   * @throws {Error} when the logits are too short for the feature or not finite.
   */
  add(window: number, logits: Logits): void;
  /**
   * Ranks the candidates of all windows given so far. Options may change from call to call.
   *
   * @param borders say which candidates are answers, what they take, and which cross a sentence's
   *   end: those rank as if they had `sentence_margin` less. Candidates of several tokens hold none
   *   that was not read. Without them, all candidates are answers and take their tokens.
   */
  decode(options: DecodingOptions, borders?: Borders, ways?: Ways): Ranking;
  /**
   * Part of what decode() without borders would do, so that it need not do all at once: counts the
   * candidates of one window. False when none is left to be counted.
   */
  countOne(max_answer_len: number): boolean;
}

/** The passage part of one window's logits. */
type WindowLogits = Readonly<Record<"start" | "end", Float32Array>>;

/** The candidates of a window, or of all: the best score, and the sum of exp(score - peak). */
interface Mass {
  readonly peak: number;
  readonly mass: number;
}

export function createDecoder(features: readonly Feature[]): Decoder {
  return new LogitsDecoder(features);
}

/** Holds the logits of `features` as they come. */
class LogitsDecoder implements Decoder {
  windows_done = 0;
  /** For each passage token the window of its maximal context among those given; -1 for none. */
  #owner: Int32Array;
  readonly #windows: (WindowLogits | undefined)[];
  #null_score = Number.POSITIVE_INFINITY;

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
    this.#windows = features.map(() => undefined);
  }

  add(window: number, logits: Logits): void {
    const feature = this.features[window];
    if (!feature) {
      throw new RangeError(`There is no window ${window}; there are ${this.features.length}.`);
    }
    if (this.#windows[window]) throw new Error(`Window ${window} was given twice.`);
    checkLogits(window, feature, logits);
    const { start_logits, end_logits } = logits;
    const { passage_position, window_length } = feature;
    const passage_end = passage_position + window_length;
    this.#windows[window] = {
      start: start_logits.slice(passage_position, passage_end),
      end: end_logits.slice(passage_position, passage_end),
    };
    this.#null_score = Math.min(this.#null_score, start_logits[0]! + end_logits[0]!);
    this.windows_done++;
    this.#given_new = true;
  }

  decode(options: DecodingOptions, borders?: Borders, ways: Ways = SHOWN): Ranking {
    if (this.windows_done === 0) return NOTHING_YET;
    this.#weighBy(options.max_answer_len, borders, ways);
    for (const window of this.#pending) this.#count(window);
    this.#pending.clear();

    const null_score = this.#null_score;
    const { peak, mass } = this.#total();
    const top = Math.max(peak, null_score);
    const total = mass * Math.exp(peak - top) + Math.exp(null_score - top);
    const share = (value: number) => Math.exp(value - top) / total;
    const null_margin = null_score - peak;
    const no_answer = null_margin > options.no_answer_threshold;
    const rows: Rows = {
      best_score: this.#best_score,
      best_end: this.#best_end,
      score: (i, j) => this.#weighed(i, j, this.#score(i, j)),
      rowEnd: (i) => this.#rowEnd(i),
    };
    const count = options.top_k - (no_answer ? 1 : 0);
    const place = borders && ((i: number, j: number) => borders.place(i, j, ways));
    const { cut_share } = ways;
    const found = rankSpans(rows, count, options.overlap, place);
    const cuts = (rank: number) => this.#cuts(found[rank]!, found.slice(0, rank), share);
    const spans = found.map((kept, rank) => {
      const score = this.#score(kept.start_token, kept.end_token);
      const counted = cut_share === 0 ? 0 : cut_share * cuts(rank);
      const probability = Math.min(1, share(score) + counted);
      return { ...kept, score, window: this.#owner[kept.start_token]!, probability };
    });
    const nothing = spans.length === 0 && count > 0;
    return {
      spans,
      null_score,
      null_probability: share(null_score),
      null_margin,
      overlapping_probability: spans.length === 0 ? 0 : (1 - cut_share) * cuts(0),
      no_answer: no_answer || nothing,
    };
  }

  countOne(max_answer_len: number): boolean {
    this.#weighBy(max_answer_len, undefined, SHOWN);
    const { value: window, done } = this.#pending.values().next();
    if (done) return false;
    this.#count(window);
    this.#pending.delete(window);
    return true;
  }

  #weighBy(max_answer_len: number, borders: Borders | undefined, ways: Ways): void {
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
    this.#masses = this.#windows.map(() => undefined);
    this.#pending = new Set(this.#owner);
    this.#pending.delete(-1);
  }

  /** Finds whose each start is, now that further windows are there. */
  #share(): void {
    const before = this.#owner;
    this.#owner = maxContextWindows(this.features, (window) => this.#windows[window] !== undefined);
    this.#owner.forEach((window, token) => {
      if (window === before[token]) return;
      this.#pending.add(window);
      if (before[token]! >= 0) this.#pending.add(before[token]!);
    });
    this.#given_new = false;
  }

  /** Counts the candidates of one window: the best end of each start, and their share. */
  #count(window: number): void {
    const { window_start, window_length } = this.features[window]!;
    const { start, end } = this.#windows[window]!;
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

  /** All windows together, added in the passage's order: sums of floats depend on theirs. */
  #total(): Mass {
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

  #score(i: number, j: number): number {
    const window = this.#owner[i]!;
    const { window_start } = this.features[window]!;
    const { start, end } = this.#windows[window]!;
    return start[i - window_start]! + end[j - window_start]!;
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

  /** The shares of a span's other cuts, added up. */
  #cuts(span: Kept, better: readonly Kept[], share: (score: number) => number): number {
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
        sum += share(this.#score(i, j));
      }
    }
    return sum;
  }
}

const NOTHING_YET: Ranking = {
  spans: [],
  null_score: null,
  null_probability: 0,
  null_margin: null,
  overlapping_probability: 0,
  no_answer: false,
};

// What the model said, looked at from every side: tokens, spans, windows, probability. Pure.
// No decision is made here: decoding.ts decides, this file only takes its numbers apart.
import { bestOf } from "./best-of-window";
import { createDecoder, type Decoder } from "./decoding";
import { maxContextWindows } from "./features";
import type { Decoded, Feature, RawScores, Span } from "./types";

/** Passage tokens start_token..end_token, both included. */
export type TokenSpan = Pick<Span, "start_token" | "end_token">;

/** A span with the numbers that make its score. */
export interface Candidate extends Span {
  readonly start_logit: number;
  readonly end_logit: number;
  /** Share of the softmax over all candidates and the null; null when longer than max_answer_len. */
  readonly probability: number | null;
}

/** A span in one of the windows that hold it. */
export interface SpanInWindow extends Omit<Candidate, "probability"> {
  /** Whether this window's score is the span's: it gives the start its maximal context. */
  readonly counts: boolean;
}

export interface WindowScores {
  /** Passage tokens, both included. */
  readonly first_token: number;
  readonly last_token: number;
  readonly null_score: number;
  /** Best of all spans that lie in the window, whether or not they count in it. */
  readonly best: Span;
}

/** How many windows were run. */
export function windowsRead({ logits }: RawScores): number {
  return logits.reduce((sum, given) => sum + (given === null ? 0 : 1), 0);
}

/** A square of the start × end matrix along its diagonal. */
export interface Region {
  /** The passage token of the first row and column. */
  readonly first_token: number;
  /** Rows, and columns. */
  readonly size: number;
  /** Row by row, one row per start token; NaN where there is no candidate. */
  readonly scores: Float64Array;
}

export interface ScoreBounds {
  readonly lowest: number;
  readonly highest: number;
}

export class Inspection {
  /** Of each passage token in the window of its maximal context, of those read; NaN for none. */
  readonly start_logits: Float32Array;
  readonly end_logits: Float32Array;
  /** How many windows were read. */
  readonly windows: number;
  /** Minimum over the windows. */
  readonly null_score: number;
  readonly null_probability: number;
  /** The best candidate, whatever the threshold says. */
  readonly best: Candidate;
  /** No candidate's score lies outside. */
  readonly bounds: ScoreBounds;
  readonly #owner: Int32Array;
  readonly #windows: (WindowScores | undefined)[] = [];
  /** A candidate's probability is exp(score - #log_total). */
  readonly #log_total: number;

  /**
   * @param decoder has been given the windows that were read; what it has counted is not counted anew
   * @throws {RangeError} before the first window was read.
   */
  constructor(
    readonly scores: RawScores,
    readonly max_answer_len: number,
    decoder = decoderOf(scores),
  ) {
    const { features, logits } = scores;
    this.windows = windowsRead(scores);
    if (this.windows === 0) throw new RangeError("There are no scores before the first window.");
    this.#owner = maxContextWindows(features, (window) => this.wasRead(window));
    this.start_logits = new Float32Array(this.#owner.length).fill(Number.NaN);
    this.end_logits = new Float32Array(this.#owner.length).fill(Number.NaN);
    let [low_start, low_end] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let token = 0; token < this.#owner.length; token++) {
      const window = this.#owner[token]!;
      if (window < 0) continue;
      const { passage_position, window_start } = features[window]!;
      const place = token + passage_position - window_start;
      const start_logit = logits[window]!.start_logits[place]!;
      this.start_logits[token] = start_logit;
      this.end_logits[token] = logits[window]!.end_logits[place]!;
      low_start = Math.min(low_start, start_logit);
    }
    logits.forEach((given, window) => {
      if (given === null) return;
      const { passage_position, window_length } = features[window]!;
      for (let k = 0; k < window_length; k++) {
        low_end = Math.min(low_end, given.end_logits[passage_position + k]!);
      }
    });
    const ranking = decoder.decode({
      top_k: 1,
      max_answer_len,
      no_answer_threshold: Number.POSITIVE_INFINITY,
      overlap: "none",
    });
    const best = ranking.spans[0]!;
    this.#log_total = best.score - Math.log(best.probability);
    this.null_score = ranking.null_score!;
    this.null_probability = ranking.null_probability;
    this.best = this.candidate(best)!;
    this.bounds = { lowest: low_start + low_end, highest: best.score };
  }

  /** Passage tokens. */
  get tokens(): number {
    return this.#owner.length;
  }

  wasRead(window: number): boolean {
    return this.scores.logits[window] != null;
  }

  /** The span, taken apart; null when no window that was read gives it a score. */
  candidate({ start_token, end_token }: TokenSpan): Candidate | null {
    const window = this.#owner[start_token];
    if (window === undefined || window < 0) return null;
    if (end_token < start_token || end_token >= endOf(this.scores.features[window]!)) return null;
    const short = end_token - start_token < this.max_answer_len;
    const logits = this.#at(window, start_token, end_token);
    const score = logits.start_logit + logits.end_logit;
    const probability = short ? Math.exp(score - this.#log_total) : null;
    return { start_token, end_token, score, window, ...logits, probability };
  }

  /** Probability that the answer starts at a token: the sum over the candidates that do. */
  startShare(token: number): number {
    const last = token + this.max_answer_len - 1;
    let sum = 0;
    for (let end = token; end <= last; end++) sum += this.#share(token, end);
    return sum;
  }

  /** Probability that the answer ends at a token: the sum over the candidates that do. */
  endShare(token: number): number {
    let sum = 0;
    for (let start = Math.max(0, token - this.max_answer_len + 1); start <= token; start++) {
      sum += this.#share(start, token);
    }
    return sum;
  }

  /** The square of `size` tokens (at most) around a span, kept within the passage. */
  region({ start_token, end_token }: TokenSpan, size: number): Region {
    const fitting = Math.min(size, this.tokens);
    const middle = (start_token + end_token + 1) >> 1;
    const first_token = Math.max(0, Math.min(middle - (fitting >> 1), this.tokens - fitting));
    const scores = new Float64Array(fitting * fitting).fill(Number.NaN);
    for (let row = 0; row < fitting; row++) {
      const stop = Math.min(fitting, row + this.max_answer_len);
      for (let column = row; column < stop; column++) {
        scores[row * fitting + column] = this.#score(first_token + row, first_token + column);
      }
    }
    return { first_token, size: fitting, scores };
  }

  /** One window on its own. @throws {RangeError} when it was not read. */
  window(window: number): WindowScores {
    const known = this.#windows[window];
    if (known !== undefined) return known;
    const feature = this.scores.features[window];
    const logits = this.scores.logits[window];
    if (feature === undefined || logits == null) {
      throw new RangeError(`Window ${window} was not read; ${this.windows} windows were.`);
    }
    const scores = {
      first_token: feature.window_start,
      last_token: endOf(feature) - 1,
      null_score: logits.start_logits[0]! + logits.end_logits[0]!,
      best: bestOf(feature, logits, window, this.max_answer_len),
    };
    this.#windows[window] = scores;
    return scores;
  }

  /** The span's score in each window read that holds it whole. */
  inWindows({ start_token, end_token }: TokenSpan): SpanInWindow[] {
    const held: SpanInWindow[] = [];
    for (const [window, feature] of this.scores.features.entries()) {
      if (start_token < feature.window_start || end_token >= endOf(feature)) continue;
      if (!this.wasRead(window)) continue;
      const logits = this.#at(window, start_token, end_token);
      const score = logits.start_logit + logits.end_logit;
      const counts = this.#owner[start_token] === window;
      held.push({ start_token, end_token, score, window, ...logits, counts });
    }
    return held;
  }

  /** The tokens between two offsets (UTF-16 units), as answers have them; null when there are none. */
  tokensAt(start: number, end: number): TokenSpan | null {
    const { starts, ends } = this.scores.passage;
    const start_token = firstAt(starts, start);
    const end_token = firstAt(ends, end + 1) - 1;
    const none = start_token === starts.length || end_token < start_token;
    return none ? null : { start_token, end_token };
  }

  #share(start: number, end: number): number {
    const score = this.#score(start, end);
    return Number.isNaN(score) ? 0 : Math.exp(score - this.#log_total);
  }

  /** As candidate().score, without the object; NaN where there is none. */
  #score(start: number, end: number): number {
    const window = this.#owner[start]!;
    const feature = this.scores.features[window];
    if (feature === undefined || end >= endOf(feature)) return Number.NaN;
    const { start_logits, end_logits } = this.scores.logits[window]!;
    const shift = feature.passage_position - feature.window_start;
    return start_logits[start + shift]! + end_logits[end + shift]!;
  }

  #at(window: number, start: number, end: number) {
    const { passage_position, window_start } = this.scores.features[window]!;
    const { start_logits, end_logits } = this.scores.logits[window]!;
    const shift = passage_position - window_start;
    return { start_logit: start_logits[start + shift]!, end_logit: end_logits[end + shift]! };
  }
}

/** A decoder with the windows that were read. */
function decoderOf({ features, logits }: RawScores): Decoder {
  const decoder = createDecoder(features);
  logits.forEach((given, window) => {
    if (given !== null) decoder.add(window, given);
  });
  return decoder;
}

/** The index of the first number that is at least `least`; their count when none is. */
function firstAt(ascending: Int32Array, least: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One past the last passage token of a window. */
function endOf({ window_start, window_length }: Feature): number {
  return window_start + window_length;
}

/** Where the probability goes; the four shares make 1. */
export interface Mass {
  readonly best: number;
  /** The other answers listed, but for what they have in common with better ones. */
  readonly listed: number;
  /** All candidates that are not listed. */
  readonly rest: number;
  readonly none: number;
}

export function massOf({ answers, null_probability }: Decoded): Mass {
  const spans = answers.filter(({ text }) => text !== "").map(({ probability }) => probability);
  const best = spans[0] ?? 0;
  // Answers that overlap count parts of each other, and may come to more than 1 together.
  const others = Math.max(0, 1 - best - null_probability);
  const listed = Math.min(
    others,
    spans.slice(1).reduce((sum, share) => sum + share, 0),
  );
  return { best, listed, rest: others - listed, none: null_probability };
}

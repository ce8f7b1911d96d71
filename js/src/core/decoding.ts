// From logits to ranked spans, exactly: no n-best cut, no full matrix.
// Python's twin: qna_widget/core/decoding.py.
//
// Logits are float32; scores, sums and probabilities are float64, on both sides.
import { maxContextWindows } from "./features";
import { type Rows, rankSpans } from "./ranking";
import type { DecodingOptions, Feature, Logits, Span } from "./types";

/** A span with its share of the softmax over all candidates and the null. */
export interface RankedSpan extends Span {
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
  /** Share of all candidates that have a token in common with the first span, itself left out. */
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
  /** Ranks the candidates of all windows given so far. Options may change from call to call. */
  decode(options: DecodingOptions): Ranking;
}

/** The passage part of one window's logits. */
interface WindowLogits {
  readonly start: Float32Array;
  readonly end: Float32Array;
}

/** Holds logits of `features` as they come; see Decoder. */
export function createDecoder(features: readonly Feature[]): Decoder {
  const owner = maxContextWindows(features);
  const windows: (WindowLogits | undefined)[] = features.map(() => undefined);
  let windows_done = 0;
  let null_score = Number.POSITIVE_INFINITY;

  // Everything below belongs to one max_answer_len and grows with the windows.
  let max_answer_len = 0;
  let best_score = new Float64Array(0);
  let best_end = new Int32Array(0);
  let pending: number[] = [];
  // Sum of exp(score - peak) over all candidates.
  let peak = Number.NEGATIVE_INFINITY;
  let mass = 0;

  const score = (i: number, j: number): number => {
    const { window_start } = features[owner[i]!]!;
    const { start, end } = windows[owner[i]!]!;
    return start[i - window_start]! + end[j - window_start]!;
  };
  const rowEnd = (i: number): number => {
    const { window_start, window_length } = features[owner[i]!]!;
    return Math.min(i + max_answer_len, window_start + window_length);
  };

  function take(window: number): void {
    const { window_start, window_length } = features[window]!;
    const { start, end } = windows[window]!;
    let window_peak = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < window_length; k++) {
      if (owner[window_start + k] !== window) continue;
      const stop = Math.min(k + max_answer_len, window_length);
      let top = k;
      let best = start[k]! + end[k]!;
      for (let j = k + 1; j < stop; j++) {
        // Sums are compared, not end logits: float64 may round two different ends to one score.
        const sum = start[k]! + end[j]!;
        if (sum > best) {
          best = sum;
          top = j;
        }
      }
      best_score[window_start + k] = best;
      best_end[window_start + k] = window_start + top;
      if (best > window_peak) window_peak = best;
    }
    let sum = 0;
    for (let k = 0; k < window_length; k++) {
      if (owner[window_start + k] !== window) continue;
      const stop = Math.min(k + max_answer_len, window_length);
      for (let j = k; j < stop; j++) sum += Math.exp(start[k]! + end[j]! - window_peak);
    }
    if (sum === 0) return; // no start has its best context here
    const next = Math.max(peak, window_peak);
    mass = mass * Math.exp(peak - next) + sum * Math.exp(window_peak - next);
    peak = next;
  }

  /** The probabilities of all candidates that share a token with a span, added up. */
  function overlapping({ start_token, end_token }: Span, probability: (s: number) => number) {
    let sum = 0;
    const first = Math.max(0, start_token - max_answer_len + 1);
    for (let i = first; i <= end_token; i++) {
      if (best_score[i] === Number.NEGATIVE_INFINITY) continue;
      const stop = rowEnd(i);
      for (let j = Math.max(i, start_token); j < stop; j++) sum += probability(score(i, j));
    }
    return sum;
  }

  return {
    get windows_done() {
      return windows_done;
    },

    add(window, { start_logits, end_logits }) {
      const feature = features[window];
      if (!feature) {
        throw new RangeError(`There is no window ${window}; there are ${features.length}.`);
      }
      if (windows[window]) throw new Error(`Window ${window} was given twice.`);
      const { input_ids, passage_position, window_length } = feature;
      const passage_end = passage_position + window_length;
      for (const [name, logits] of Object.entries({ start_logits, end_logits })) {
        if (logits.length < input_ids.length) {
          throw new Error(
            `The model gave ${logits.length} ${name} for the ${input_ids.length} tokens of ` +
              `window ${window}. It must give one per token.`,
          );
        }
        for (let k = 0; k < passage_end; k++) {
          if (!Number.isFinite(logits[k])) {
            throw new Error(
              `The model gave ${logits[k]} among the ${name} of window ${window}; every logit ` +
                "must be a finite number. Try another model file or backend.",
            );
          }
        }
      }
      windows[window] = {
        start: start_logits.slice(passage_position, passage_end),
        end: end_logits.slice(passage_position, passage_end),
      };
      null_score = Math.min(null_score, start_logits[0]! + end_logits[0]!);
      windows_done++;
      pending.push(window);
    },

    decode(options) {
      if (windows_done === 0) {
        return {
          spans: [],
          null_score: null,
          null_probability: 0,
          null_margin: null,
          overlapping_probability: 0,
          no_answer: false,
        };
      }
      if (options.max_answer_len !== max_answer_len) {
        max_answer_len = options.max_answer_len;
        best_score = new Float64Array(owner.length).fill(Number.NEGATIVE_INFINITY);
        best_end = new Int32Array(owner.length);
        peak = Number.NEGATIVE_INFINITY;
        mass = 0;
        pending = windows.flatMap((given, window) => (given ? [window] : []));
      }
      for (const window of pending) take(window);
      pending = [];

      const top = Math.max(peak, null_score);
      const total = mass * Math.exp(peak - top) + Math.exp(null_score - top);
      const probability = (value: number) => Math.exp(value - top) / total;
      const null_margin = null_score - peak;
      const no_answer = null_margin > options.no_answer_threshold;
      const rows: Rows = { best_score, best_end, score, rowEnd };
      const count = options.top_k - (no_answer ? 1 : 0);
      const spans = rankSpans(rows, count, options.overlap).map((span) => ({
        ...span,
        window: owner[span.start_token]!,
        probability: probability(span.score),
      }));
      const [best] = spans;
      return {
        spans,
        null_score,
        null_probability: probability(null_score),
        null_margin,
        overlapping_probability:
          best === undefined ? 0 : overlapping(best, probability) - best.probability,
        no_answer,
      };
    },
  };
}

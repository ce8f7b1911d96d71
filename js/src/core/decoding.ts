// From logits to ranked spans, exactly: no n-best cut, no full matrix.
// Python's twin: qna_widget/core/decoding.py.
//
// Probabilities are float64, on both sides. While windows are to come, those that are there are taken
// for all of them: what is found depends on which these are, never on their order.
import { type Borders, SHOWN } from "./borders";
import { Candidates } from "./candidates";
import { rankSpans } from "./ranking";
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

export function createDecoder(features: readonly Feature[]): Decoder {
  return new CandidatesDecoder(features);
}

class CandidatesDecoder implements Decoder {
  readonly #candidates: Candidates;

  constructor(features: readonly Feature[]) {
    this.#candidates = new Candidates(features);
  }

  get windows_done(): number {
    return this.#candidates.windows;
  }

  add(window: number, logits: Logits): void {
    this.#candidates.add(window, logits);
  }

  decode(options: DecodingOptions, borders?: Borders, ways: Ways = SHOWN): Ranking {
    const candidates = this.#candidates;
    const { null_score } = candidates;
    if (candidates.windows === 0) return NOTHING_YET;
    candidates.weighBy(options.max_answer_len, borders, ways);
    while (candidates.countOne());

    const { peak, mass } = candidates.total();
    const top = Math.max(peak, null_score);
    const total = mass * Math.exp(peak - top) + Math.exp(null_score - top);
    const share = (value: number) => Math.exp(value - top) / total;
    const null_margin = null_score - peak;
    const no_answer = null_margin > options.no_answer_threshold;
    const count = options.top_k - (no_answer ? 1 : 0);
    const place = borders && ((i: number, j: number) => borders.place(i, j, ways));
    const meetIn = borders && ((first: number, last: number) => borders.meetIn(first, last));
    const { cut_share } = ways;
    const found = rankSpans(candidates.rows, count, options.overlap, place, meetIn);
    const cuts = (rank: number) => candidates.cuts(found[rank]!, found.slice(0, rank), share);
    const spans = found.map((kept, rank) => {
      const score = candidates.score(kept.start_token, kept.end_token);
      const counted = cut_share === 0 ? 0 : cut_share * cuts(rank);
      const probability = Math.min(1, share(score) + counted);
      return { ...kept, score, window: candidates.window(kept.start_token), probability };
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
    this.#candidates.weighBy(max_answer_len, undefined, SHOWN);
    return this.#candidates.countOne();
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

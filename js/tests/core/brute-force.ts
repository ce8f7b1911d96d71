// The decoder's oracle: slow, with nothing of its search in it.
import { maxContextWindows } from "../../src/core/features";
import type { DecodingOptions, Feature, Logits, Ways } from "../../src/core/types";

interface Candidate {
  readonly start_token: number;
  readonly end_token: number;
  readonly score: number;
  readonly window: number;
}

/** What a text says of its tokens. */
export interface Rules {
  /** Whether a token was not read. */
  readonly unread: readonly boolean[];
  /** Whether it holds a letter or digit. */
  readonly letter: readonly boolean[];
  /** The number of its sentence. */
  readonly sentence: readonly number[];
  /** What an answer takes; null for what is none. */
  readonly place: (first: number, last: number) => readonly [number, number] | null;
}

const BARE: Ways = { align_to_words: false, neat: false, sentence_margin: 0, cut_share: 0 };

/**
 * The specification word for word: list all candidates, weigh, sort, filter, normalise.
 *
 * @param logits by window; undefined for those that are still to come, as if they were not there
 */
export function bruteForce(
  features: readonly Feature[],
  logits: readonly (Logits | undefined)[],
  options: DecodingOptions,
  rules?: Rules,
  ways = BARE,
) {
  const all = candidates(features, logits, options.max_answer_len, rules);
  const nulls = logits.flatMap((l) => (l ? [l.start_logits[0]! + l.end_logits[0]!] : []));
  const null_score = Math.min(...nulls);
  const null_margin = null_score - all.reduce((best, c) => Math.max(best, c.score), -Infinity);
  const refused = null_margin > options.no_answer_threshold;
  const count = options.top_k - (refused ? 1 : 0);
  const kept = filtered(all, count, options, rules, ways);
  const top = all.reduce((best, c) => Math.max(best, c.score), null_score);
  const total = all.reduce((sum, c) => sum + Math.exp(c.score - top), Math.exp(null_score - top));
  const share = (s: number): number => Math.exp(s - top) / total;
  const meets = (c: Candidate, span: Candidate): boolean =>
    c.start_token <= span.end_token && c.end_token >= span.start_token;
  const cuts = (span: Candidate, rank: number): number =>
    all
      .filter((c) => meets(c, span) && !kept.slice(0, rank).some((better) => meets(c, better)))
      .filter((c) => c.start_token !== span.start_token || c.end_token !== span.end_token)
      .reduce((sum, c) => sum + share(c.score), 0);
  return {
    kept,
    null_score,
    null_margin,
    no_answer: refused || (kept.length === 0 && count > 0),
    share,
    probabilities: kept.map((c, rank) => share(c.score) + ways.cut_share * cuts(c, rank)),
    overlapping_probability: kept[0] ? (1 - ways.cut_share) * cuts(kept[0], 0) : 0,
  };
}

/** Every span whose start has its best context in a window that came. */
function candidates(
  features: readonly Feature[],
  logits: readonly (Logits | undefined)[],
  max_answer_len: number,
  rules?: Rules,
): Candidate[] {
  const owner = maxContextWindows(features, (window) => logits[window] !== undefined);
  const found: Candidate[] = [];
  features.forEach(({ passage_position, window_start, window_length }, window) => {
    const given = logits[window];
    if (given === undefined) return;
    for (let i = 0; i < window_length; i++) {
      if (owner[window_start + i] !== window) continue;
      for (let j = i; j < window_length && j < i + max_answer_len; j++) {
        const [start_token, end_token] = [window_start + i, window_start + j];
        const several = end_token > start_token;
        if (several && rules?.unread.slice(start_token, end_token + 1).some(Boolean)) continue;
        const start = given.start_logits[passage_position + i]!;
        const score = start + given.end_logits[passage_position + j]!;
        found.push({ start_token, end_token, score, window });
      }
    }
  });
  return found;
}

/** The best answers, each compared with all better ones. */
function filtered(
  all: readonly Candidate[],
  count: number,
  { overlap }: DecodingOptions,
  rules: Rules | undefined,
  { neat, sentence_margin }: Ways,
): Candidate[] {
  const weight = ({ start_token, end_token, score }: Candidate): number => {
    if (!rules) return score;
    const crosses = rules.sentence[start_token] !== rules.sentence[end_token];
    return score - (crosses ? sentence_margin : 0);
  };
  const sorted = [...all].sort(
    (a, b) =>
      weight(b) - weight(a) ||
      a.end_token - a.start_token - (b.end_token - b.start_token) ||
      a.start_token - b.start_token,
  );
  const kept: Candidate[] = [];
  const places: (readonly [number, number])[] = [];
  for (const c of sorted) {
    if (kept.length >= count) break;
    const { start_token, end_token } = c;
    if (rules && neat && !rules.letter.slice(start_token, end_token + 1).some(Boolean)) continue;
    const taken = rules ? rules.place(start_token, end_token) : ([start_token, end_token] as const);
    if (taken === null) continue;
    const clash = places.some(([first, last]) => {
      if (taken[0] === first && taken[1] === last) return true;
      if (taken[1] < first || taken[0] > last) return false;
      const nested =
        (taken[0] >= first && taken[1] <= last) || (taken[0] <= first && taken[1] >= last);
      return overlap === "none" || (overlap === "nested" && !nested);
    });
    if (clash) continue;
    kept.push(c);
    places.push(taken);
  }
  return kept;
}

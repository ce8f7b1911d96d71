// The decoder's oracle: slow, with nothing of its search in it.
import { maxContextWindows } from "../../src/core/features";
import type { DecodingOptions, Feature, Logits } from "../../src/core/types";

interface Candidate {
  readonly start_token: number;
  readonly end_token: number;
  readonly score: number;
  readonly window: number;
}

/** The specification word for word: list all candidates, merge, sort, filter, normalise. */
export function bruteForce(features: Feature[], logits: Logits[], options: DecodingOptions) {
  const owner = maxContextWindows(features);
  const merged = new Map<string, Candidate>();
  features.forEach(({ passage_position, window_start, window_length }, window) => {
    const { start_logits, end_logits } = logits[window]!;
    for (let i = 0; i < window_length; i++) {
      if (owner[window_start + i] !== window) continue;
      for (let j = i; j < window_length && j < i + options.max_answer_len; j++) {
        const score = start_logits[passage_position + i]! + end_logits[passage_position + j]!;
        const start_token = window_start + i;
        const end_token = window_start + j;
        const known = merged.get(`${start_token},${end_token}`);
        if (known && known.score >= score) continue;
        merged.set(`${start_token},${end_token}`, { start_token, end_token, score, window });
      }
    }
  });
  const sorted = [...merged.values()].sort(
    (a, b) =>
      b.score - a.score ||
      a.end_token - a.start_token - (b.end_token - b.start_token) ||
      a.start_token - b.start_token,
  );
  const null_score = Math.min(...logits.map((l) => l.start_logits[0]! + l.end_logits[0]!));
  const null_margin = null_score - sorted[0]!.score;
  const no_answer = null_margin > options.no_answer_threshold;
  const kept: Candidate[] = [];
  for (const c of sorted) {
    if (kept.length === options.top_k - (no_answer ? 1 : 0)) break;
    const clash = kept.some((k) => {
      if (c.end_token < k.start_token || c.start_token > k.end_token) return false;
      const inside = c.start_token >= k.start_token && c.end_token <= k.end_token;
      const around = c.start_token <= k.start_token && c.end_token >= k.end_token;
      return options.overlap === "none" || (options.overlap === "nested" && !inside && !around);
    });
    if (!clash) kept.push(c);
  }
  const all = [...sorted.map((c) => c.score), null_score];
  const top = Math.max(...all);
  const total = all.reduce((sum, s) => sum + Math.exp(s - top), 0);
  return {
    kept,
    null_score,
    null_margin,
    no_answer,
    share: (s: number) => Math.exp(s - top) / total,
    all: sorted,
  };
}

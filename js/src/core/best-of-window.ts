// The best span of one window by itself, whether or not its candidates count there.
import type { Feature, Logits, Span } from "./types";

/** The best span of one window: on a tie the shorter, then the earlier. */
export function bestOf(
  feature: Feature,
  logits: Logits,
  window: number,
  max_answer_len: number,
): Span {
  const { passage_position, window_start, window_length } = feature;
  let best = { start_token: 0, end_token: 0, score: Number.NEGATIVE_INFINITY };
  for (let i = 0; i < window_length; i++) {
    const start_logit = logits.start_logits[passage_position + i]!;
    const stop = Math.min(window_length, i + max_answer_len);
    for (let j = i; j < stop; j++) {
      const score = start_logit + logits.end_logits[passage_position + j]!;
      const shorter = score === best.score && j - i < best.end_token - best.start_token;
      if (score > best.score || shorter) best = { start_token: i, end_token: j, score };
    }
  }
  const { start_token, end_token, score } = best;
  return {
    start_token: start_token + window_start,
    end_token: end_token + window_start,
    score,
    window,
  };
}

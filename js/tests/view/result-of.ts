// Results as an engine would give them.
import type { Result } from "../../src/core/types";

/** Answers of these texts, where they first stand in the passage, the best first. */
export function resultOf(
  passage: string,
  texts: readonly string[],
  more: Partial<Result> = {},
): Result {
  const answers = texts.map((text, i) => {
    const start = passage.indexOf(text);
    return { text, start, end: start + text.length, score: 9 - i, probability: 0.5 / (i + 1) };
  });
  return {
    answers,
    null_score: 1,
    null_probability: 0.01,
    null_margin: -8,
    overlapping_probability: 0,
    no_answer: false,
    question: "?",
    passage_length: passage.length,
    windows_done: 1,
    windows_total: 1,
    warnings: [],
    timing: { tokens: 9, windows: 1, run_ms: 1, total_ms: 2 },
    backend: "wasm",
    model: "m",
    ...more,
  };
}

// An inspection in steps: of a book it is too much for one.
import { createDecoder } from "./decoding";
import { Inspection } from "./inspection";
import type { RawScores } from "./types";

/**
 * Makes an inspection; each step gives 1, for the work of one window.
 * @throws {RangeError} as the constructor
 */
export function* inspecting(
  scores: RawScores,
  max_answer_len: number,
): Generator<number, Inspection> {
  const decoder = createDecoder(scores.features);
  for (const [window, given] of scores.logits.entries()) {
    if (given === null) continue;
    decoder.add(window, given);
    yield 1;
  }
  while (decoder.countOne(max_answer_len)) yield 1;
  const inspection = new Inspection(scores, max_answer_len, decoder);
  for (const [window, given] of scores.logits.entries()) {
    if (given === null) continue;
    inspection.window(window);
    yield 1;
  }
  return inspection;
}

// Packs tokens and logits for Python (qna_widget/contract.json, "scores"; Python's side:
// qna_widget/hosts/widget/packed_scores.py).
import { createOffsetMap } from "../../core/offsets";
import type { RawScores } from "../../core/types";

/** Tokens of passage and question, and windows. */
export interface Counts {
  readonly passage: number;
  readonly question: number;
  readonly windows: number;
}

export interface Packed {
  readonly counts: Counts;
  /** Little-endian, as every browser's own numbers are. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Packs the windows that were read.
 * @param passage the text that the scores' offsets point into
 */
export function packScores(passage: string, scores: RawScores): Packed {
  const { toCodePoint } = createOffsetMap(passage);
  const tokens = scores.passage;
  const logits = scores.logits.filter((given) => given !== null);
  const features = scores.features.filter((_, window) => scores.logits[window] !== null);
  const places = features.flatMap(({ passage_position, window_start, window_length }) => [
    passage_position,
    window_start,
    window_length,
  ]);
  const parts: (Int32Array | Float32Array)[] = [
    tokens.input_ids,
    tokens.starts.map(toCodePoint),
    tokens.ends.map(toCodePoint),
    scores.question.input_ids,
    Int32Array.from(places),
    ...logits.flatMap(({ start_logits, end_logits }) => [start_logits, end_logits]),
  ];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  return {
    counts: {
      passage: tokens.input_ids.length,
      question: scores.question.input_ids.length,
      windows: features.length,
    },
    bytes,
  };
}

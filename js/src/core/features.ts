// Windows over a long passage, as in the SQuAD reference code.
// Python's twin: qna_widget/core/features.py.
import type { Encoding, Feature, FeatureOptions } from "./types";

export interface SpecialTokens {
  readonly cls_id: number;
  readonly sep_id: number;
}

/**
 * Cuts `passage` into windows [CLS] question [SEP] passage tokens [SEP].
 *
 * A window holds at most C = max_seq_len - |question| - 3 passage tokens; windows begin every
 * `doc_stride` tokens (clamped to 1…C), the last one ends at the passage's end. Nothing is padded.
 *
 * @throws {RangeError} when the question leaves no room for a passage token.
 */
export function createFeatures(
  question: Encoding,
  passage: Encoding,
  { cls_id, sep_id }: SpecialTokens,
  { max_seq_len, doc_stride }: Pick<FeatureOptions, "max_seq_len" | "doc_stride">,
): Feature[] {
  const question_length = question.input_ids.length;
  const capacity = max_seq_len - question_length - 3;
  if (capacity < 1) {
    throw new RangeError(
      `A question of ${question_length} tokens leaves no room for the passage in a window of ` +
        `${max_seq_len} tokens. Shorten the question to ${Math.max(0, max_seq_len - 4)} tokens at most.`,
    );
  }
  const step = Math.min(Math.max(1, doc_stride), capacity);
  const passage_position = question_length + 2;
  const total = passage.input_ids.length;
  const features: Feature[] = [];
  for (let window_start = 0; window_start < total; window_start += step) {
    const window_length = Math.min(capacity, total - window_start);
    const length = passage_position + window_length + 1;
    const input_ids = new Int32Array(length);
    input_ids[0] = cls_id;
    input_ids.set(question.input_ids, 1);
    input_ids[passage_position - 1] = sep_id;
    input_ids.set(
      passage.input_ids.subarray(window_start, window_start + window_length),
      passage_position,
    );
    input_ids[length - 1] = sep_id;
    const token_type_ids = new Int32Array(length).fill(1, passage_position);
    features.push({ input_ids, token_type_ids, passage_position, window_start, window_length });
    if (window_start + window_length === total) break;
  }
  return features;
}

/**
 * For each passage token the index of the window that gives it maximal context: the most tokens
 * on its poorer side, plus a hundredth of the window's length; the earlier window on a tie.
 * Windows must be in order and cover the passage. Counted in hundredths, hence exact.
 *
 * @param among says which windows are looked at; a token that none of them holds has -1.
 */
export function maxContextWindows(
  features: readonly Feature[],
  among: (window: number) => boolean = () => true,
): Int32Array {
  const last = features.at(-1);
  const total = last ? last.window_start + last.window_length : 0;
  const windows = new Int32Array(total).fill(-1);
  const best = new Int32Array(total).fill(-1);
  features.forEach(({ window_start, window_length }, window) => {
    if (!among(window)) return;
    for (let k = 0; k < window_length; k++) {
      const context = 100 * Math.min(k, window_length - 1 - k) + window_length;
      if (context > best[window_start + k]!) {
        best[window_start + k] = context;
        windows[window_start + k] = window;
      }
    }
  });
  return windows;
}

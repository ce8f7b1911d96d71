import { describe, expect, it } from "vitest";
import { createFeatures, maxContextWindows } from "../../src/core/features";
import type { Encoding } from "../../src/core/types";

const SPECIAL = { cls_id: 101, sep_id: 102 };
const tokens = (count: number, from = 0): Encoding => ({
  input_ids: Int32Array.from({ length: count }, (_, i) => from + i),
  starts: new Int32Array(count),
  ends: new Int32Array(count),
});
const windows = (question: number, passage: number, max_seq_len: number, doc_stride: number) =>
  createFeatures(tokens(question, 500), tokens(passage, 1000), SPECIAL, {
    max_seq_len,
    doc_stride,
  });

describe("createFeatures", () => {
  it("lays out [CLS] question [SEP] passage [SEP], unpadded", () => {
    const features = windows(2, 3, 384, 128);
    expect(features).toHaveLength(1);
    expect([...features[0]!.input_ids]).toEqual([101, 500, 501, 102, 1000, 1001, 1002, 102]);
    expect([...features[0]!.token_type_ids]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(features[0]).toMatchObject({ passage_position: 4, window_start: 0, window_length: 3 });
  });

  it.each([
    // question, passage, max_seq_len, doc_stride, windows as [start, length]
    [2, 10, 15, 4, [[0, 10]]],
    [
      2,
      11,
      15,
      4,
      [
        [0, 10],
        [4, 7],
      ],
    ],
    [
      2,
      14,
      15,
      4,
      [
        [0, 10],
        [4, 10],
      ],
    ],
    [
      2,
      15,
      15,
      4,
      [
        [0, 10],
        [4, 10],
        [8, 7],
      ],
    ],
    // A stride beyond the capacity would leave gaps, one below 1 would stand still.
    [
      2,
      25,
      15,
      128,
      [
        [0, 10],
        [10, 10],
        [20, 5],
      ],
    ],
    [
      2,
      12,
      15,
      0,
      [
        [0, 10],
        [1, 10],
        [2, 10],
      ],
    ],
    [
      1,
      2,
      5,
      128,
      [
        [0, 1],
        [1, 1],
      ],
    ],
    [1, 0, 5, 128, []],
  ])("%i + %i tokens in %i, stride %i", (question, passage, length, stride, expected) => {
    const features = windows(question, passage, length, stride);
    expect(features.map((f) => [f.window_start, f.window_length])).toEqual(expected);
  });

  it("refuses a question that leaves no room", () => {
    expect(() => windows(12, 5, 15, 128)).toThrow(
      "A question of 12 tokens leaves no room for the passage in a window of 15 tokens. " +
        "Shorten the question to 11 tokens at most.",
    );
    expect(windows(11, 5, 15, 128)).toHaveLength(5);
  });
});

describe("maxContextWindows", () => {
  it("gives each token to the window with most context, as SQuAD's reference code does", () => {
    for (const [passage, length, stride] of [
      [700, 384, 128],
      [95, 40, 7],
      [30, 20, 15],
    ] as const) {
      const features = windows(5, passage, length, stride);
      const expected = Array.from({ length: passage }, (_, token) => {
        let best = -1;
        let best_score = -1;
        features.forEach(({ window_start, window_length }, window) => {
          const end = window_start + window_length - 1;
          if (token < window_start || token > end) return;
          const score = Math.min(token - window_start, end - token) + 0.01 * window_length;
          if (score > best_score) {
            best = window;
            best_score = score;
          }
        });
        return best;
      });
      expect([...maxContextWindows(features)]).toEqual(expected);
    }
  });

  it("of no window is empty", () => {
    expect(maxContextWindows([])).toHaveLength(0);
  });
});

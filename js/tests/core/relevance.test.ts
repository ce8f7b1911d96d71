import { expect, test } from "vitest";
import { createFeatures } from "../../src/core/features";
import { PassageIndex, readingOrder, tokenRelevance } from "../../src/core/relevance";
import type { Encoding } from "../../src/core/types";

const encoding = (input_ids: Int32Array): Encoding => ({
  input_ids,
  starts: new Int32Array(input_ids.length),
  ends: new Int32Array(input_ids.length),
});

const cut = (passage: Int32Array, question: Int32Array, max_seq_len = 100, doc_stride = 30) =>
  createFeatures(
    encoding(question),
    encoding(passage),
    { cls_id: 1, sep_id: 2 },
    { max_seq_len, doc_stride },
  );

test("what lies apart is read before neighbours, and each window comes once", () => {
  const passage = Int32Array.from({ length: 2000 }, (_, at) => (at % 40 === 0 ? 8 : 7));
  passage[303] = 9;
  passage[1503] = 9;
  const question = Int32Array.of(7, 8, 9);
  const features = cut(passage, question);
  const order = [...readingOrder(new PassageIndex(passage), question, features)];
  const holds = (window: number, token: number): boolean => {
    const { window_start, window_length } = features[window]!;
    return window_start <= token && token < window_start + window_length;
  };
  expect([holds(order[0]!, 303), holds(order[1]!, 1503)]).toEqual([true, true]);
  expect(order.toSorted((a, b) => a - b)).toEqual(features.map((_, window) => window));
});

test("a piece makes what is near it relevant, a pair of pieces more so", () => {
  const passage = new Int32Array(640).fill(3);
  passage.set([5, 6], 100);
  passage[300] = 5;
  passage[310] = 6;
  const found = tokenRelevance(new PassageIndex(passage), Int32Array.of(5, 6));
  // Ten blocks, two of which hold each piece, one the pair.
  const [single, pair] = [2, 1].map((held) => Math.round(1000 * Math.log(11 / (held + 0.5))));
  expect(found[100]).toBe(2 * single! * 32 + 2 * single! * 31 + pair! * 32);
  expect(found[300]).toBe(2 * single! * 32 + 2 * single! * 22);
  expect(found[331]).toBe(2 * single! * 1 + 2 * single! * 11);
  expect(found[100 - 31]).toBe(2 * single! + pair!);
  expect(found[100 - 32]).toBe(0);
});

test("a question of other words is read from front to back, each place once at first", () => {
  const passage = Int32Array.from({ length: 400 }, (_, at) => at);
  const question = Int32Array.of(900, 901);
  const features = cut(passage, question, 45, 10);
  const order = [...readingOrder(new PassageIndex(passage), question, features)];
  const starts = order.slice(0, 11).map((window) => features[window]!.window_start);
  // A window holds 40 tokens; those at the ends of the passage miss no context there.
  expect(starts).toEqual([0, 360, 40, 80, 120, 160, 200, 240, 280, 320, 20]);
});

test("an index serves every question, of any length", () => {
  const passage = Int32Array.from({ length: 900 }, (_, at) => (at * at) % 97);
  const index = new PassageIndex(passage);
  for (const question of [[3], [4, 9, 9, 4], [1, 2, 3, 4, 5, 6, 7, 8, 9], []]) {
    const ids = Int32Array.from(question);
    const features = cut(passage, ids);
    expect([...readingOrder(index, ids, features)]).toEqual([
      ...readingOrder(new PassageIndex(passage), ids, features),
    ]);
  }
});

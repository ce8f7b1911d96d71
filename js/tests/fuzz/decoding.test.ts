// The decoder against its specification, word for word.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Borders } from "../../src/core/borders";
import { createDecoder } from "../../src/core/decoding";
import { createFeatures } from "../../src/core/features";
import type { DecodingOptions, Encoding, Feature, Logits, Ways } from "../../src/core/types";
import { bruteForce, type Rules } from "../core/brute-force";
import { PATIENCE, size } from "./cases";

const tokens = (count: number): Encoding => ({
  input_ids: new Int32Array(count).fill(9),
  starts: new Int32Array(count),
  ends: new Int32Array(count),
});

const floats = fc.oneof(
  fc.constantFrom(0, 1, -1, 0.5, 1e-30, -1e30, 3.4e38),
  fc.integer({ min: -2, max: 2 }),
  fc.float({ min: -8, max: 8, noNaN: true }),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
);

const options: fc.Arbitrary<DecodingOptions> = fc.record({
  top_k: fc.constantFrom(1, 2, 5, 100),
  max_answer_len: fc.constantFrom(1, 2, 7, 384),
  no_answer_threshold: fc.oneof(fc.constantFrom(-100, 0, 100, Infinity), fc.float({ noNaN: true })),
  overlap: fc.constantFrom("none", "nested", "allow"),
});

const ways: fc.Arbitrary<Ways> = fc.record({
  align_to_words: fc.boolean(),
  neat: fc.boolean(),
  sentence_margin: fc.constantFrom(0, 0.5, 3, 100),
  cut_share: fc.constantFrom(0, 0.4, 1),
});

/** Each token's marks, and how far places reach over their tokens (or -1: no answer). */
const rules: fc.Arbitrary<Rules> = fc
  .array(
    fc.record({
      unread: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      letter: fc.integer({ min: 0, max: 3 }).map((n) => n > 0),
      ends: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
      reach: fc.integer({ min: -1, max: 2 }),
    }),
    { minLength: 40, maxLength: 40 },
  )
  .map((marks) => ({
    unread: marks.map((mark) => mark.unread),
    letter: marks.map((mark) => mark.letter && !mark.unread),
    sentence: marks.map((_, at) => marks.slice(0, at).filter((mark) => mark.ends).length),
    place: (first, last) => {
      const [left, right] = [marks[first]!.reach, marks[last]!.reach];
      return left < 0 && right < 0 ? null : [first - Math.max(0, left), last + Math.max(0, right)];
    },
  }));

const cases = fc
  .record({
    question: fc.integer({ min: 1, max: 4 }),
    passage: fc.integer({ min: 1, max: 40 }),
    capacity: fc.integer({ min: 1, max: 45 }),
    doc_stride: fc.integer({ min: 1, max: 45 }),
  })
  .map(({ question, passage, capacity, doc_stride }) =>
    createFeatures(
      tokens(question),
      tokens(passage),
      { cls_id: 1, sep_id: 2 },
      { max_seq_len: question + 3 + capacity, doc_stride },
    ),
  )
  .chain((features) =>
    fc.record({
      features: fc.constant(features),
      logits: fc.tuple(
        ...features.map(({ input_ids: { length } }) => {
          const side = fc.array(floats, { minLength: length, maxLength: length });
          return fc.record({
            start_logits: side.map((values) => Float32Array.from(values)),
            end_logits: side.map((values) => Float32Array.from(values)),
          });
        }),
      ),
      order: fc.shuffledSubarray(
        features.map((_, window) => window),
        { minLength: 1 },
      ),
    }),
  );

/** What the decoder sees of a text's borders. */
function bordersOf(given: Rules): Borders {
  const next = (marked: readonly boolean[]) =>
    Int32Array.from(marked, (_, at) => {
      const found = marked.indexOf(true, at);
      return found < 0 ? marked.length : found;
    });
  return {
    unread: given.unread.filter(Boolean).length,
    stop: next(given.unread),
    letter: next(given.letter),
    sentence: Int32Array.from(given.sentence),
    place: given.place,
    // Of some it is known, of others not. Places hold their tokens here.
    meetIn: (first: number, last: number) => (first + last) % 3 > 0,
  } as unknown as Borders;
}

function check(
  features: Feature[],
  logits: readonly Logits[],
  order: readonly number[],
  chosen: DecodingOptions,
  given?: Rules,
  how?: Ways,
): void {
  const decoder = createDecoder(features);
  const borders = given && bordersOf(given);
  const arrived: (Logits | undefined)[] = features.map(() => undefined);
  for (const window of order) {
    decoder.add(window, logits[window]!);
    arrived[window] = logits[window]!;
    const actual = decoder.decode(chosen, borders, how);
    const expected = bruteForce(features, arrived, chosen, given, how);
    expect(actual.spans.map(({ probability, ...span }) => span)).toEqual(expected.kept);
    expect(actual.null_score).toBe(expected.null_score);
    expect(actual.null_margin).toBe(expected.null_margin);
    expect(actual.no_answer).toBe(expected.no_answer);
    expect(actual.null_probability).toBeCloseTo(expected.share(expected.null_score), 10);
    actual.spans.forEach(({ probability }, rank) => {
      expect(probability).toBeCloseTo(expected.probabilities[rank]!, 10);
      expect(probability).toBeLessThanOrEqual(1);
    });
    expect(actual.overlapping_probability).toBeCloseTo(expected.overlapping_probability, 10);
  }
}

test("every window that comes is ranked as the full list would be", { timeout: PATIENCE }, () => {
  fc.assert(
    fc.property(cases, options, ({ features, logits, order }, chosen) => {
      check(features, logits, order, chosen);
    }),
    size(),
  );
});

test("and so it is with the borders of a text, in every way", { timeout: PATIENCE }, () => {
  fc.assert(
    fc.property(cases, options, rules, ways, ({ features, logits, order }, chosen, given, how) => {
      check(features, logits, order, chosen, given, how);
    }),
    size(),
  );
});

// Borders of answers: what holds of every text and every span of tokens.
import fc from "fast-check";
import { expect, test } from "vitest";
import { Borders } from "../../src/core/borders";
import { has, LETTER_OR_DIGIT } from "../../src/core/characters";
import { createTokenizer } from "../../src/core/tokenizer";
import { PATIENCE, size, texts } from "./cases";

const TOKENIZER = createTokenizer(
  "[PAD] [UNK] [CLS] [SEP] a b bert the vale tam ##sin ##s . , - ! ( ) [ ] * 東 か 1 ##2".replaceAll(
    " ",
    "\n",
  ),
  { lowercase: true },
);
const WAYS = [true, false].flatMap((align_to_words) =>
  [true, false].map((neat) => ({ align_to_words, neat })),
);
const readable = (text: string) => Array.from(text).some((one) => has(one, LETTER_OR_DIGIT));

/** A text, and spans of its tokens as shares of it. */
const asked = fc.record({
  text: texts(),
  spans: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12)), {
    minLength: 1,
    maxLength: 6,
  }),
});

test("an answer lies in the text, whole, and says something", { timeout: PATIENCE }, () => {
  const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
  fc.assert(
    fc.property(asked, ({ text, spans }) => {
      const passage = TOKENIZER.encode(text);
      const count = passage.input_ids.length;
      if (count === 0) return;
      const borders = new Borders(text, passage, TOKENIZER);
      // Characters that every Unicode version parts alike.
      const known = /^(?:[\p{ASCII}é東か🙂]|\u0301|\u0323|[\u{1f1e6}-\u{1f1ff}])*$/u.test(text);
      const parts = new Set([...segmenter.segment(text)].map(({ index }) => index));
      for (const [share, more] of spans) {
        const first = Math.min(count - 1, Math.floor(share * count));
        const last = Math.min(count - 1, first + more);
        for (const way of WAYS) {
          const range = borders.range(first, last, way);
          const place = borders.place(first, last, way);
          expect(place === null).toBe(range === null);
          if (range === null || place === null) continue;
          const [start, end] = range;
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          const other = borders.place(last, Math.min(count - 1, last + more), way);
          if (other && borders.meetIn(last, last)) expect(other[0]).toBeLessThanOrEqual(place[1]);
          expect(place[0] >= start && place[1] < end && place[0] <= place[1]).toBe(true);
          expect(borders.stop[first]).toBeGreaterThan(last);
          if (known) {
            expect(parts.has(start)).toBe(true);
            expect(end === text.length || parts.has(end)).toBe(true);
          }
          if (!way.neat) continue;
          expect(readable(text.slice(start, end))).toBe(true);
          expect(readable(text.slice(start, place[0]))).toBe(false);
          expect(readable(text.slice(place[1] + 1, end))).toBe(false);
        }
      }
    }),
    size(),
  );
});

test("sentences are numbered from 0 without a gap", { timeout: PATIENCE }, () => {
  fc.assert(
    fc.property(texts(), (text) => {
      const { sentence } = new Borders(text, TOKENIZER.encode(text), TOKENIZER);
      sentence.forEach((number, token) => {
        const before = token === 0 ? 0 : sentence[token - 1]!;
        expect(number === before || (token > 0 && number === before + 1)).toBe(true);
      });
    }),
    size(),
  );
});

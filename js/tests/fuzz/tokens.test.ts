// Tokens and windows: what holds of every text. That the ids are BERT's is compared with the Rust
// library in tests/parity/test_fuzz.py.
import fc from "fast-check";
import { expect, test } from "vitest";
import { createFeatures, maxContextWindows } from "../../src/core/features";
import { createOffsetMap } from "../../src/core/offsets";
import { createTokenizer } from "../../src/core/tokenizer";
import type { Encoding } from "../../src/core/types";
import { WordPiece } from "../../src/core/wordpiece";
import { PATIENCE, size, texts } from "./cases";

const VOCAB =
  "[PAD] [UNK] [CLS] [SEP] a b c x é z bert the s 東 か ß 9 . , - ! ( ) [ ] ## ##b ##s ##x".split(
    " ",
  );
const TOKENIZERS = [true, false].map((lowercase) =>
  createTokenizer(VOCAB.join("\n"), { lowercase }),
);
const plain = ({ input_ids, starts, ends }: Encoding) => [[...input_ids], [...starts], [...ends]];
const halves = (text: string, at: number) =>
  at > 0 && at < text.length && text.codePointAt(at - 1)! > 0xffff;

test("tokens lie in order within the text and split no character", { timeout: PATIENCE }, () => {
  fc.assert(
    fc.property(texts(), (text) => {
      for (const tokenizer of TOKENIZERS) {
        const { input_ids, starts, ends } = tokenizer.encode(text);
        expect([starts.length, ends.length]).toEqual([input_ids.length, input_ids.length]);
        for (let n = 0; n < input_ids.length; n++) {
          expect(input_ids[n]).toBeLessThan(tokenizer.vocab_size);
          expect(starts[n]).toBeGreaterThanOrEqual(n === 0 ? 0 : starts[n - 1]!);
          expect(ends[n]).toBeGreaterThan(starts[n]!);
          expect(ends[n]).toBeGreaterThanOrEqual(n === 0 ? 0 : ends[n - 1]!);
          expect(ends[n]).toBeLessThanOrEqual(text.length);
          expect(halves(text, starts[n]!) || halves(text, ends[n]!)).toBe(false);
        }
      }
    }),
    size(),
  );
});

test("two texts with a space between have the tokens of both", { timeout: PATIENCE }, () => {
  fc.assert(
    fc.property(texts(20), texts(20), (left, right) => {
      for (const tokenizer of TOKENIZERS) {
        const [a, b] = [tokenizer.encode(left), tokenizer.encode(right)];
        const shift = (at: number) => at + left.length + 1;
        expect(plain(tokenizer.encode(`${left} ${right}`))).toEqual([
          [...a.input_ids, ...b.input_ids],
          [...a.starts, ...Array.from(b.starts, shift)],
          [...a.ends, ...Array.from(b.ends, shift)],
        ]);
      }
    }),
    size(),
  );
});

test("a word becomes the longest pieces that there are, or none", { timeout: PATIENCE }, () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "é", "𝄞"), maxLength: 7 });
  const vocabulary = fc.array(fc.tuple(fc.boolean(), letters), { maxLength: 14 });
  fc.assert(
    fc.property(vocabulary, letters, (entries, word) => {
      const lines = [...new Set(entries.map(([goes_on, piece]) => (goes_on ? "##" : "") + piece))];
      const pieces = new WordPiece(lines.map((line) => `${line}\n`).join(""));
      const all = new Uint16Array(word.length).map((_, at) => word.charCodeAt(at));
      const [ids, ends] = [new Int32Array(20), new Int32Array(20)];
      const count = pieces.split(all, word.length, ids, ends);
      // As BERT's own code does it.
      const expected: string[] = [];
      for (let from = 0; from < word.length; ) {
        let to = word.length;
        const prefix = from > 0 ? "##" : "";
        while (to > from && !lines.includes(prefix + word.slice(from, to))) to--;
        if (to === from) {
          expected.length = 0;
          break;
        }
        expected.push(prefix + word.slice(from, to));
        from = to;
      }
      expect(Array.from(ids.slice(0, count), (id) => lines[id])).toEqual(expected);
    }),
    size(),
  );
});

test("offsets go to code points and back", { timeout: PATIENCE }, () => {
  fc.assert(
    fc.property(texts(), (text) => {
      const map = createOffsetMap(text);
      const units = Array.from(text, (character) => character.length);
      expect(map.code_points).toBe(units.length);
      let unit = 0;
      units.forEach((length, point) => {
        expect(map.toUnit(point)).toBe(unit);
        for (let inside = 0; inside < length; inside++) {
          expect(map.toCodePoint(unit + inside)).toBe(point);
        }
        unit += length;
      });
      expect(map.toUnit(units.length)).toBe(text.length);
      expect(map.toCodePoint(text.length)).toBe(units.length);
    }),
    size(),
  );
});

test("windows cover the passage, each token best by one of them", { timeout: PATIENCE }, () => {
  const small = fc.integer({ min: 1, max: 60 });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9 }),
      small,
      small,
      small,
      (asked, length, room, step) => {
        const encoding = (count: number, from: number): Encoding => ({
          input_ids: Int32Array.from({ length: count }, (_, n) => from + n),
          starts: new Int32Array(count),
          ends: new Int32Array(count),
        });
        const [question, passage] = [encoding(asked, 100), encoding(length, 1000)];
        const options = { max_seq_len: asked + 3 + room, doc_stride: step };
        const special = { cls_id: 1, sep_id: 2 };
        const features = createFeatures(question, passage, special, options);
        features.forEach((feature, n) => {
          const begin = n * Math.min(step, room);
          const tokens = [...passage.input_ids].slice(begin, begin + room);
          expect([...feature.input_ids]).toEqual([1, ...question.input_ids, 2, ...tokens, 2]);
          expect([...feature.token_type_ids]).toEqual(
            [...feature.input_ids].map((_, at) => (at < asked + 2 ? 0 : 1)),
          );
          expect(feature).toMatchObject({
            passage_position: asked + 2,
            window_start: begin,
            window_length: tokens.length,
          });
          // Only the last one reaches the end.
          expect(begin + tokens.length === length).toBe(n === features.length - 1);
        });
        const context = (
          { window_start, window_length }: (typeof features)[number],
          at: number,
        ) => {
          const [left, right] = [at - window_start, window_start + window_length - 1 - at];
          return left < 0 || right < 0 ? -1 : Math.min(left, right) + 0.01 * window_length;
        };
        const best = Array.from({ length }, (_, at) => {
          const contexts = features.map((feature) => context(feature, at));
          return contexts.findIndex((value) => value >= Math.max(...contexts) - 1e-9);
        });
        expect([...maxContextWindows(features)]).toEqual(best);
      },
    ),
    size(),
  );
});

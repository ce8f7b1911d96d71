import { describe, expect, test } from "vitest";
import { createFeatures, maxContextWindows } from "../../src/core/features";
import { Inspection, massOf } from "../../src/core/inspection";
import { createTokenizer } from "../../src/core/tokenizer";
import type { DecodingOptions, Encoding, Logits, RawScores } from "../../src/core/types";
import { tokenPieces, tokenWords } from "../../src/core/words";
import { bruteForce } from "./brute-force";

const OPTIONS: DecodingOptions = {
  top_k: 1_000_000,
  max_answer_len: 7,
  no_answer_threshold: Number.POSITIVE_INFINITY,
  overlap: "allow",
};

function encoding(tokens: number): Encoding {
  const starts = Int32Array.from({ length: tokens }, (_, i) => 3 * i);
  return { input_ids: new Int32Array(tokens).fill(9), starts, ends: starts.map((at) => at + 2) };
}

/** Four windows over 40 tokens, of which `read` were run. */
function scoresOf(seed: number, read = 4, tokens = 40): RawScores {
  const [question, passage] = [encoding(3), encoding(tokens)];
  const features = createFeatures(
    question,
    passage,
    { cls_id: 1, sep_id: 2 },
    { max_seq_len: 22, doc_stride: 8 },
  );
  let state = seed;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 12 - 7;
  };
  const logits: Logits[] = features.slice(0, read).map(({ input_ids }) => ({
    start_logits: Float32Array.from(input_ids, draw),
    end_logits: Float32Array.from(input_ids, draw),
  }));
  return { question, passage, features, logits };
}

describe.each([1, 2, 3])("against brute force, seed %i", (seed) => {
  const scores = scoresOf(seed);
  const features = [...scores.features];
  const logits = scores.logits.map((given) => given!);
  const oracle = bruteForce(features, logits, OPTIONS);
  const inspection = new Inspection(scores, OPTIONS.max_answer_len);

  test("each candidate has its score, window and share; nothing else is one", () => {
    const { tokens } = inspection;
    expect(features.length).toBeGreaterThan(3);
    const wanted = new Map(oracle.kept.map((c) => [`${c.start_token},${c.end_token}`, c]));
    for (let start_token = 0; start_token < tokens; start_token++) {
      for (let end_token = 0; end_token < tokens; end_token++) {
        const found = inspection.candidate({ start_token, end_token });
        const known = wanted.get(`${start_token},${end_token}`);
        if (known === undefined) expect(found?.probability ?? null).toBeNull();
        else {
          expect(found).toMatchObject({ score: known.score, window: known.window });
          expect(found!.start_logit + found!.end_logit).toBe(known.score);
          expect(found!.probability).toBeCloseTo(oracle.share(known.score), 12);
        }
      }
    }
    expect(inspection.best.score).toBe(oracle.kept[0]!.score);
    expect(inspection.null_score).toBe(oracle.null_score);
    expect(inspection.null_score - inspection.best.score).toBe(oracle.null_margin);
  });

  test("shares of starts and ends are sums over candidates, and all shares make 1", () => {
    const sum = (test: (c: (typeof oracle.kept)[number]) => boolean) =>
      oracle.kept.filter(test).reduce((total, { score }) => total + oracle.share(score), 0);
    let total = inspection.null_probability;
    for (let token = 0; token < inspection.tokens; token++) {
      expect(inspection.startShare(token)).toBeCloseTo(
        sum((c) => c.start_token === token),
        12,
      );
      expect(inspection.endShare(token)).toBeCloseTo(
        sum((c) => c.end_token === token),
        12,
      );
      total += inspection.startShare(token);
    }
    expect(total).toBeCloseTo(1, 12);
  });

  test("a region holds start[i] + end[j] of the window that counts, and NaN elsewhere", () => {
    const owner = maxContextWindows(features);
    const regions = [1, 5, 16, 64].map((size) => inspection.region(inspection.best, size));
    expect(regions.map(({ size }) => size)).toEqual([1, 5, 16, 40]);
    for (const { first_token, size, scores } of regions) {
      expect(first_token).toBeGreaterThanOrEqual(0);
      expect(first_token + size).toBeLessThanOrEqual(40);
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++) {
          const [i, j] = [first_token + row, first_token + column];
          const { passage_position, window_start, window_length } = features[owner[i]!]!;
          const { start_logits, end_logits } = logits[owner[i]!]!;
          const shift = passage_position - window_start;
          const is = i <= j && j < i + OPTIONS.max_answer_len && j < window_start + window_length;
          expect(scores[row * size + column]).toBe(
            is ? start_logits[i + shift]! + end_logits[j + shift]! : Number.NaN,
          );
        }
      }
    }
  });

  test("windows on their own: extent, null score, best span, and a span's score in each", () => {
    features.forEach(({ passage_position, window_start, window_length }, window) => {
      const { start_logits, end_logits } = logits[window]!;
      let best = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < window_length; i++) {
        for (let j = i; j < Math.min(window_length, i + OPTIONS.max_answer_len); j++) {
          const score = start_logits[passage_position + i]! + end_logits[passage_position + j]!;
          best = Math.max(best, score);
          const span = { start_token: window_start + i, end_token: window_start + j };
          const held = inspection.inWindows(span);
          expect(held.find((one) => one.window === window)!.score).toBe(score);
          const counting = held.filter(({ counts }) => counts);
          const found = inspection.candidate(span);
          expect(counting.map((one) => one.score)).toEqual(found === null ? [] : [found.score]);
        }
      }
      expect(inspection.window(window)).toMatchObject({
        first_token: window_start,
        last_token: window_start + window_length - 1,
        null_score: start_logits[0]! + end_logits[0]!,
        best: { score: best, window },
      });
    });
  });

  test("bounds enclose every candidate", () => {
    const { lowest, highest } = inspection.bounds;
    expect(highest).toBe(oracle.kept[0]!.score);
    expect(lowest).toBeLessThanOrEqual(oracle.kept.at(-1)!.score);
  });
});

test("while windows are to come, their tokens have no scores", () => {
  const scores = scoresOf(1, 2);
  const inspection = new Inspection(scores, 7);
  const owner = maxContextWindows(scores.features, (window) => window < 2);
  const read = Array.from(owner, (window) => window >= 0);
  expect(Array.from(inspection.start_logits, (logit) => !Number.isNaN(logit))).toEqual(read);
  expect(read).toContain(false);
  const token = read.indexOf(false);
  expect(inspection.candidate({ start_token: token, end_token: token })).toBeNull();
  expect(inspection.startShare(token)).toBe(0);
  expect(inspection.best.score).toBe(inspection.bounds.highest);
  expect(inspection.inWindows({ start_token: 39, end_token: 39 })).toEqual([]);
  expect(() => inspection.window(2)).toThrow("Window 2 was not read; 2 windows were.");
  expect(() => new Inspection(scoresOf(1, 0), 7)).toThrow(RangeError);
});

test("a longer span than allowed keeps its score but is no candidate", () => {
  const inspection = new Inspection(scoresOf(1), 2);
  const found = inspection.candidate({ start_token: 4, end_token: 8 });
  expect(found).toMatchObject({ probability: null });
  expect(found!.score).toBe(found!.start_logit + found!.end_logit);
});

test("answers are found among the tokens by their offsets", () => {
  const inspection = new Inspection(scoresOf(1), 7);
  expect(inspection.tokensAt(9, 17)).toEqual({ start_token: 3, end_token: 5 });
  expect(inspection.tokensAt(0, 2)).toEqual({ start_token: 0, end_token: 0 });
  expect(inspection.tokensAt(500, 510)).toBeNull();
});

test("the mass is shared out without rest", () => {
  const answer = (text: string, probability: number) => ({
    text,
    start: 0,
    end: text.length,
    score: 0,
    probability,
  });
  const decoded = {
    null_score: 1,
    null_margin: 1,
    overlapping_probability: 0,
    null_probability: 0.5,
    no_answer: true,
    answers: [answer("", 0.5), answer("a", 0.25), answer("b", 0.125), answer("c", 0.0625)],
  };
  expect(massOf(decoded)).toEqual({ best: 0.25, listed: 0.1875, rest: 0.0625, none: 0.5 });
  // Answers that overlap count parts of each other.
  const overlapping = [answer("a", 0.25), answer("a b", 0.25), answer("b", 0.25)];
  const shares = massOf({ ...decoded, no_answer: false, answers: overlapping });
  expect(shares).toEqual({ best: 0.25, listed: 0.25, rest: 0, none: 0.5 });
});

test("pieces are gathered into the words of the text; punctuation and signs stand alone", () => {
  const pieces = "[PAD] [UNK] [CLS] [SEP] em ##my ##s don ' t stop ##ping , 日 本 $ 5 a"
    .split(" ")
    .join("\n");
  const tokenizer = createTokenizer(new TextEncoder().encode(pieces), { lowercase: true });
  const text = "Emmys, don't\nstopping, 日本 $5 a𝔘";
  const passage = tokenizer.encode(text);
  const slices = (words: ReturnType<typeof tokenWords>) =>
    words.map(({ start, end }) => text.slice(start, end));
  expect(slices(tokenWords(text, passage))).toEqual([
    "Emmys",
    ",",
    "don",
    "'",
    "t",
    "stopping",
    ",",
    "日",
    "本",
    "$",
    "5",
    "a𝔘",
  ]);
  expect(tokenWords(text, passage)[0]).toEqual({ first: 0, last: 2, start: 0, end: 5 });
  expect(slices(tokenPieces(passage)).slice(0, 5)).toEqual(["Em", "my", "s", ",", "don"]);
});

import { describe, expect, it } from "vitest";
import { createDecoder } from "../../src/core/decoding";
import {
  BlankPassageError,
  BlankQuestionError,
  conclude,
  type Prepared,
  prepare,
} from "../../src/core/pipeline";
import { createTokenizer } from "../../src/core/tokenizer";
import type { Decoded, DecodingOptions, FeatureOptions } from "../../src/core/types";

const WORDS = "bert is ernie ' s best friend lives where does live at 123 sesame street . 😀 x ?";
const tokenizer = createTokenizer(
  ["[PAD]", "[UNK]", "[CLS]", "[SEP]", ...WORDS.split(" ")].join("\n"),
  { lowercase: true },
);
const FEATURES: FeatureOptions = { max_seq_len: 384, doc_stride: 128, max_question_tokens: 64 };
const DECODING: DecodingOptions = {
  top_k: 5,
  max_answer_len: 30,
  no_answer_threshold: 0,
  overlap: "none",
};

/** A model that sees `answer` wherever it stands whole in a window, and elsewhere nothing. */
function answered(
  prepared: Prepared,
  [first, last]: readonly [number, number],
  null_logit = -5,
): ReturnType<typeof createDecoder> {
  const decoder = createDecoder(prepared.features);
  prepared.features.forEach((feature, window) => {
    const { input_ids, passage_position, window_start, window_length } = feature;
    const start_logits = new Float32Array(input_ids.length).fill(-8);
    const end_logits = new Float32Array(input_ids.length).fill(-8);
    start_logits[0] = end_logits[0] = null_logit;
    if (first >= window_start && last < window_start + window_length) {
      start_logits[passage_position + first - window_start] = 6;
      end_logits[passage_position + last - window_start] = 6;
    }
    decoder.add(window, { start_logits, end_logits });
  });
  return decoder;
}

/** Asks about a passage in which the tokens first…last are the answer. */
function ask(
  passage: string,
  answer: readonly [number, number],
  {
    features = {},
    decoding = {},
    null_logit = -5,
  }: {
    features?: Partial<FeatureOptions>;
    decoding?: Partial<DecodingOptions>;
    null_logit?: number;
  } = {},
): { prepared: Prepared; decoded: Decoded } {
  const prepared = prepare("Where does Bert live?", passage, tokenizer, {
    ...FEATURES,
    ...features,
  });
  const decoder = answered(prepared, answer, null_logit);
  return { prepared, decoded: conclude(prepared, decoder, { ...DECODING, ...decoding }) };
}

describe("worked cases", () => {
  it("the first word of the passage", () => {
    const { decoded } = ask("Bert is Ernie's best friend.", [0, 0]);
    expect(decoded.answers[0]).toMatchObject({ text: "Bert", start: 0, end: 4, score: 12 });
  });

  it("an answer across the border of a window", () => {
    // Windows of 10 tokens every 5: 0…9, 5…14, 10…19. Tokens 8…11 stand whole in the second only.
    const passage = `${"x ".repeat(8)}123 Sesame Street. ${"x ".repeat(8).trim()}`;
    const { prepared, decoded } = ask(passage, [8, 11], {
      features: { max_seq_len: 18, doc_stride: 5 },
    });
    expect(prepared.features.map((f) => f.window_start)).toEqual([0, 5, 10]);
    expect(decoded.answers[0]).toMatchObject({ text: "123 Sesame Street.", start: 16, end: 34 });
  });

  it("the same answer in two windows, once", () => {
    const passage = `${"x ".repeat(7)}Sesame Street ${"x ".repeat(11).trim()}`;
    const { prepared, decoded } = ask(passage, [7, 8], {
      features: { max_seq_len: 18, doc_stride: 5 },
      decoding: { overlap: "allow", top_k: 100 },
    });
    const holding = prepared.features.filter(
      (f) => f.window_start <= 7 && 8 < f.window_start + f.window_length,
    );
    expect(holding).toHaveLength(2);
    const found = decoded.answers.filter((answer) => answer.text === "Sesame Street");
    expect(found).toHaveLength(1);
    // The maximum of the two, not their sum.
    expect(found[0]!.score).toBe(12);
    expect(new Set(decoded.answers.map((a) => `${a.start},${a.end}`)).size).toBe(100);
  });

  it("an emoji before the answer", () => {
    const passage = "😀😀 Bert lives at 123 Sesame Street.";
    // Two emoji without a blank between them are one unknown word.
    const { decoded } = ask(passage, [5, 6]);
    const { text, start, end } = decoded.answers[0]!;
    expect({ text, start, end }).toEqual({ text: "Sesame Street", start: 23, end: 36 });
    expect(passage.slice(start, end)).toBe(text);
  });

  it("nothing to answer", () => {
    const passage = "Bert is Ernie's best friend.";
    const { decoded } = ask(passage, [99, 99], { null_logit: 4 });
    expect(decoded).toMatchObject({ null_score: 8, null_margin: 24, no_answer: true });
    expect(decoded.answers[0]).toEqual({
      text: "",
      start: 0,
      end: 0,
      score: 8,
      probability: decoded.null_probability,
    });
    expect(decoded.null_probability).toBeGreaterThan(0.99);
    expect(decoded.answers).toHaveLength(5);
    const lenient = ask(passage, [99, 99], {
      null_logit: 4,
      decoding: { no_answer_threshold: 24 },
    });
    expect(lenient.decoded.no_answer).toBe(false);
    expect(lenient.decoded.answers.map((answer) => answer.text)).not.toContain("");
  });

  it("a question of 700 tokens is cut, with a warning, and the texts stay as they are", () => {
    const question = "where ".repeat(700);
    const prepared = prepare(question, "Bert lives.", tokenizer, FEATURES);
    expect(prepared.question.input_ids).toHaveLength(64);
    expect(prepared.warnings).toEqual([
      "The question has 700 tokens; only its first 64 were used.",
    ]);
    expect(prepared.question_text).toBe(question);
    expect(prepared.features[0]!.passage_position).toBe(66);
    expect(prepare("where", "Bert lives.", tokenizer, FEATURES).warnings).toEqual([]);
  });

  it.each(["", "   ", "\n\t\u00a0\u3000", "\u0000\u200b\ufeff"])("a blank text: %j", (blank) => {
    const asking = (question: string, passage: string) => () =>
      prepare(question, passage, tokenizer, FEATURES);
    expect(asking("Where?", blank)).toThrow(BlankPassageError);
    expect(asking(blank, "Bert")).toThrow(BlankQuestionError);
    expect(asking(blank, "Bert")).toThrow("The question is blank.");
    expect(asking(blank, blank)).toThrow("The passage is blank.");
  });

  it("a passage of one character", () => {
    const { decoded } = ask("x", [0, 0]);
    expect(decoded.answers).toHaveLength(1);
    expect(decoded.answers[0]).toMatchObject({ text: "x", start: 0, end: 1 });
    expect(decoded.answers[0]!.probability + decoded.null_probability).toBeCloseTo(1, 12);
  });

  it("no room for the passage beside the question", () => {
    expect(() =>
      prepare("where ".repeat(20), "Bert", tokenizer, { ...FEATURES, max_seq_len: 20 }),
    ).toThrow("Shorten the question to 16 tokens at most.");
  });
});

describe("a new question about the same passage", () => {
  it("uses the passage's tokens again, and only for the same text", () => {
    const first = prepare("Where?", "Bert lives at Sesame Street.", tokenizer, FEATURES);
    const next = prepare("Where does Bert live?", first.passage_text, tokenizer, FEATURES, first);
    expect(next.passage).toBe(first.passage);
    expect(next).toEqual(prepare("Where does Bert live?", first.passage_text, tokenizer, FEATURES));
    const other = prepare("Where?", "Ernie lives at Sesame Street.", tokenizer, FEATURES, first);
    expect(other.passage).not.toEqual(first.passage);
  });
});

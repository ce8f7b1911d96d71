import { describe, expect, test } from "vitest";
import type { Answer, Result } from "../../src/core/types";
import { copied, Quotes } from "../../src/view/answers/quote";
import {
  roundPercent,
  shareOf,
  shareText,
  surenessOf,
  verdictOf,
} from "../../src/view/answers/verdict";

function resultOf(answers: readonly (readonly [string, number])[], more: Partial<Result> = {}) {
  let at = 0;
  const spans = answers.map(([text, probability]): Answer => {
    at += 10;
    return { text, start: at, end: at + text.length, score: 9, probability };
  });
  return {
    answers: spans,
    null_score: 1,
    null_probability: 0.01,
    null_margin: -8,
    overlapping_probability: 0,
    no_answer: false,
    warnings: [],
    windows_done: 1,
    windows_total: 1,
    ...more,
  } as Result;
}

const ranks = (lines: readonly { readonly rank: number }[]) => lines.map(({ rank }) => rank);

describe("what a result amounts to", () => {
  test("close answers are shown, noise is folded", () => {
    const { kind, best, close, less } = verdictOf(
      resultOf([
        ["pier four", 0.5],
        ["the pier", 0.2],
        ["noon", 0.05],
        ["is", 0.0004],
      ]),
    );
    expect([kind, best!.rank, ranks(close), ranks(less)]).toEqual(["answer", 1, [2], [3, 4]]);
  });

  test("where all is uncertain, next to nothing is still not close", () => {
    const { close } = verdictOf(
      resultOf([
        ["a", 0.04],
        ["b", 0.02],
      ]),
    );
    expect(close).toEqual([]);
  });

  test("the same words at other places are one answer", () => {
    const result = resultOf([
      ["Ann", 0.3],
      ["red", 0.1],
      ["ann.", 0.3],
    ]);
    const { best, close } = verdictOf(result);
    expect(best!.elsewhere).toEqual([3]);
    expect(ranks(close)).toEqual([2]);
    expect(surenessOf(result)).toBe("fairly");
  });

  test("of a result that was kept nobody knows what other cuts had", () => {
    const result = resultOf([["pier four", 0.48]], {
      overlapping_probability: null,
      null_probability: 0.09,
    });
    expect(shareText(result, verdictOf(result))).toBe(
      "The rest: 9% for no answer, 43% for other cuts and the rest of the text.",
    );
  });

  test("no answer shows what came nearest, and nothing as close", () => {
    const none = { no_answer: true, null_probability: 0.95 };
    const null_answer = { text: "", start: 0, end: 0, score: 9, probability: 0.95 };
    const result = resultOf([["pier", 0.04]], none);
    const { kind, best, close } = verdictOf({
      ...result,
      answers: [null_answer, ...result.answers],
    });
    expect([kind, best!.answer.text, close]).toEqual(["none", "pier", []]);
    expect(surenessOf(result)).toBe("very");
  });

  test("no spans at all are no answer", () => {
    expect(verdictOf(resultOf([]))).toMatchObject({ kind: "none", best: null });
  });
});

describe("probability", () => {
  test("an answer of 48% says where the rest is", () => {
    const result = resultOf([["pier four", 0.48]], {
      overlapping_probability: 0.38,
      null_probability: 0.09,
    });
    expect(shareText(result, verdictOf(result))).toBe(
      "The rest: 38% for longer or shorter cuts of it, 9% for no answer, 5% for the rest of the text.",
    );
    expect([surenessOf(result), roundPercent(shareOf(result))]).toEqual(["not", "48%"]);
  });

  test("the same words elsewhere count, and are told", () => {
    const result = resultOf([
      ["Ann", 0.5],
      ["ann", 0.48],
    ]);
    expect(roundPercent(shareOf(result))).toBe("98%");
    expect(shareText(result, verdictOf(result))).toMatch(
      /^50% for these words here, 48% for the same words elsewhere\./,
    );
  });

  test("the word goes by the figure as it is shown", () => {
    const of = (share: number) => surenessOf(resultOf([["Ann", share]]));
    expect([0.896, 0.894, 0.596, 0.594, 0.296, 0.294].map(of)).toEqual([
      "very",
      "fairly",
      "fairly",
      "not",
      "not",
      "guess",
    ]);
  });

  test("next to nothing needs no explanation", () => {
    const result = resultOf([["pier four", 0.985]]);
    expect(shareText(result, verdictOf(result))).toBe("");
  });

  test("is not rounded to nothing or to certainty", () => {
    expect([0.0004, 0.014, 0.784, 0.996].map(roundPercent)).toEqual(["<1%", "1%", "78%", ">99%"]);
  });
});

describe("the quote", () => {
  const passage = "# Rent\n\nOne. It is 😀 [900 euros] now.\f\nTwo. It is [one] now.".replace(
    /[[\]]/g,
    "",
  );
  const of = (text: string) => {
    const start = passage.indexOf(text);
    return new Quotes().of(passage, {
      text,
      start,
      end: start + text.length,
      score: 1,
      probability: 1,
    });
  };

  test("has the sentence, page and heading, and characters as Python counts them", () => {
    expect(of("900 euros")).toEqual({
      before: "It is 😀 ",
      text: "900 euros",
      after: " now.",
      place: "Page 1 · under “Rent”",
      characters: "characters 21–30",
    });
  });

  test("is copied with all of it", () => {
    expect(copied(of("one"))).toBe(
      "one\n“It is one now.”\n(Page 2 · under “Rent”, characters 48–51)",
    );
  });
});

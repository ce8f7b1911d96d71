import { expect, test } from "vitest";
import { outputsOf } from "../../../src/hosts/outputs";
import { type Saved, savedResult } from "../../../src/hosts/widget/saved";
import { makeInputs, makeResult, makeState } from "../states";

const result = makeResult({
  null_score: 9.5 + Math.log(0.1 / 0.9),
  null_probability: 0.1,
  null_margin: Math.log(0.1 / 0.9),
});

function saved(): Saved {
  const {
    answers = [],
    null_score = null,
    timing = {},
    backend,
  } = outputsOf(makeState({ result }));
  return { answers, null_score, timing, backend, model: result.model };
}

test("what Python was told comes back as the result that it was", () => {
  const again = savedResult(makeInputs(), saved())!;
  const { null_probability, null_margin, overlapping_probability: _, ...exact } = again;
  expect(null_probability).toBeCloseTo(0.1, 10);
  expect(null_margin).toBeCloseTo(result.null_margin!, 10);
  expect(result).toMatchObject({ ...exact, warnings: [] });
});

test("what other cuts added to an answer is not taken for the null's", () => {
  const { answers, ...others } = saved();
  const [best] = answers;
  // Shares of 0.5 and 0.04, the first with 0.3 of its cuts; the null has 0.1.
  const score = others.null_score! + Math.log(0.5 / 0.1);
  const two = [
    { ...best!, score, probability: 0.8 },
    { ...best!, score: others.null_score! + Math.log(0.04 / 0.1), probability: 0.04 },
  ];
  const again = savedResult(makeInputs(), { ...others, answers: two })!;
  expect(again.null_probability).toBeCloseTo(0.1, 10);
  const none = { text: "", start: 0, end: 0, score: others.null_score!, probability: 0.3 };
  const refused = savedResult(makeInputs(), { ...others, answers: [none, ...two] })!;
  expect(refused.null_probability).toBe(0.3);
});

test("the margin is that to the highest score, which may rank below others", () => {
  const { answers, ...others } = saved();
  const [best] = answers;
  const two = [best!, { ...best!, start: 0, end: 30, score: best!.score + 0.5 }];
  const again = savedResult(makeInputs(), { ...others, answers: two })!;
  expect(again.null_margin).toBeCloseTo(result.null_margin! - 0.5, 10);
});

test("without answers, or with such as the passage cannot have, there is none", () => {
  expect(savedResult(makeInputs(), { ...saved(), answers: [] })).toBeNull();
  expect(savedResult(makeInputs(), { ...saved(), null_score: null })).toBeNull();
  expect(savedResult(makeInputs({ passage: "Short." }), saved())).toBeNull();
});

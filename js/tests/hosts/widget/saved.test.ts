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

test("without answers, or with such as the passage cannot have, there is none", () => {
  expect(savedResult(makeInputs(), { ...saved(), answers: [] })).toBeNull();
  expect(savedResult(makeInputs(), { ...saved(), null_score: null })).toBeNull();
  expect(savedResult(makeInputs({ passage: "Short." }), saved())).toBeNull();
});

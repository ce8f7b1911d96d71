// @vitest-environment jsdom
// The words' scores as rows, for those who read.
import { expect, test } from "vitest";
import { DEFAULT_INPUTS } from "../../../src/component/inputs";
import { Inspection } from "../../../src/core/inspection";
import { tokenWords } from "../../../src/core/words";
import type { Model } from "../../../src/view/inspector/model";
import { WordTable } from "../../../src/view/inspector/word-table";
import { ScriptedModel } from "../../page/scripted-model";

const passage = `The key ${"lies there ".repeat(120)}`;

function makeModel(): Model {
  const inputs = { ...DEFAULT_INPUTS, passage, question: "What?" };
  const scripted = new ScriptedModel({ ...inputs, spans: [["The key", 9]], null_score: 0 });
  const { scores } = scripted;
  return {
    inspection: new Inspection(scores, inputs.max_answer_len),
    passage,
    words: tokenWords(passage, scores.passage),
    listed: [],
    pins: [],
    threshold: 0,
    result: scripted.decode(inputs),
  };
}

test("drawn again with the same scores, the rows stay under who reads them", () => {
  const table = new WordTable(new AbortController().signal);
  const model = makeModel();
  const first = () => table.element.querySelector("tbody tr");
  table.draw(model, model.inspection.best);
  const row = first();
  table.draw({ ...model, threshold: 1 }, { start_token: 150, end_token: 150 });
  expect(first()).toBe(row);
  table.draw(makeModel(), model.inspection.best);
  expect(first()).not.toBe(row);
});

test("at the last page its button can keep the focus, and turns no further", () => {
  const table = new WordTable(new AbortController().signal);
  const model = makeModel();
  table.draw(model, model.inspection.best);
  const [back, on] = table.element.querySelectorAll("button");
  const look = () => [
    table.element.querySelector(".qna-muted")!.textContent,
    ...[back!, on!].map(({ disabled, ariaDisabled }) => disabled || ariaDisabled === "true"),
  ];
  expect(look()).toEqual([`Words 1–100 of ${model.words.length}`, true, false]);
  for (let press = 0; press < 4; press++) on!.click();
  expect(on!.disabled).toBe(false);
  expect(look()).toEqual([`Words 201–${model.words.length} of ${model.words.length}`, false, true]);
});

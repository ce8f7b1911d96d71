// @vitest-environment jsdom
// What the inspector says of a word that is pointed at.
import { expect, test } from "vitest";
import { DEFAULT_INPUTS } from "../../../src/component/inputs";
import { Inspection } from "../../../src/core/inspection";
import type { Model } from "../../../src/view/inspector/model";
import { Readout } from "../../../src/view/inspector/readout";
import { ScriptedModel } from "../../page/scripted-model";

const passage = "The key\nlies there.    Room 4 | ¶";

function said(start: number, end: number): string {
  const inputs = { ...DEFAULT_INPUTS, passage, question: "What?" };
  const scripted = new ScriptedModel({ ...inputs, spans: [["The key", 9]], null_score: 0 });
  const word = { first: 0, last: 0, start, end };
  const model: Model = {
    inspection: new Inspection(scripted.scores, inputs.max_answer_len),
    passage,
    words: [word],
    listed: [],
    pins: [],
    threshold: 0,
    result: scripted.decode(inputs),
  };
  const readout = new Readout(() => {}, new AbortController().signal);
  readout.draw(model, { kind: "word", word });
  return readout.element.textContent;
}

test("a sign for white space says what it stands for, a word of the text nothing of the kind", () => {
  expect(said(7, 8)).toContain("“¶”");
  expect(said(7, 8)).toContain("stands for a line break");
  expect(said(19, 23)).toContain("“|”");
  expect(said(19, 23)).toContain("stands for a gap between columns");
  for (const own of ["The", "|", "¶"]) {
    const at = passage.indexOf(own);
    expect(said(at, at + own.length)).toContain(`“${own}”`);
    expect(said(at, at + own.length)).not.toContain("stands for");
  }
});

// @vitest-environment jsdom
// What the inspector keeps when the scores change.
import { afterEach, expect, test, vi } from "vitest";
import { DEFAULT_INPUTS } from "../../../src/component/inputs";
import { type Actions, initialState } from "../../../src/component/state";
import type { Model } from "../../../src/view/inspector/model";
import { Inspector } from "../../../src/view/inspector/panel";
import { ScriptedModel } from "../../page/scripted-model";

const passage = "The key lies there.";
const drawn: Model[] = [];
const stop = new AbortController();

// They draw on canvases, which jsdom has not.
vi.mock("../../../src/view/inspector/parts", () => ({
  Parts: class {
    readonly element = document.createElement("div");
    draw(model: Model) {
      drawn.push(model);
    }
    focus() {}
  },
}));

afterEach(() => stop.abort());

test("a pinned span stays with its tokens, and goes with them", () => {
  const actions = { inspect: () => {} } as unknown as Actions;
  const inspector = new Inspector(actions, { onPlace: () => {} }, stop.signal);
  inspector.element.open = true;
  inspector.element.dispatchEvent(new Event("toggle"));
  /** @param cut the passage with a blank where another model parts its tokens */
  const pinsFor = (question: string, cut = passage) => {
    const inputs = { ...DEFAULT_INPUTS, passage, question };
    const spans = [["The key", 9]] as const;
    const model = new ScriptedModel({ passage: cut, question, spans, null_score: 0 });
    const [scores, result] = [model.scores, model.decode(inputs)];
    inspector.draw({ ...initialState(inputs), status: "ready", scores, result }, null);
    return drawn.at(-1)!.pins;
  };
  pinsFor("What lies there?");
  const pin = { start_token: 3, end_token: 4 };
  inspector.pin(pin);
  expect(pinsFor("Where?")).toEqual([pin]);
  expect(pinsFor("Where?", "The k y lies there.")).toEqual([]);
  expect(pinsFor("Where?")).toEqual([]);
});

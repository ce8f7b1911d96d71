// @vitest-environment jsdom
// What the inspector keeps when the scores change, and says when there are none.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DEFAULT_INPUTS } from "../../../src/component/inputs";
import { type Actions, type ComponentState, initialState } from "../../../src/component/state";
import type { Model } from "../../../src/view/inspector/model";
import { Inspector } from "../../../src/view/inspector/panel";
import { ScriptedModel } from "../../page/scripted-model";
import { resultOf } from "../result-of";

const passage = "The key lies there.";
const drawn: Model[] = [];
let stop: AbortController;

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

beforeEach(() => {
  stop = new AbortController();
});

afterEach(() => {
  stop.abort();
  vi.useRealTimers();
});

function open(): Inspector {
  const actions = { inspect: () => {} } as unknown as Actions;
  const inspector = new Inspector(actions, { onPlace: () => {} }, stop.signal);
  inspector.element.open = true;
  inspector.element.dispatchEvent(new Event("toggle"));
  return inspector;
}

test("a pinned span stays with its tokens, and goes with them", () => {
  const inspector = open();
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

test("without scores it says so, unless they are on their way", () => {
  const inspector = open();
  const inputs = { ...DEFAULT_INPUTS, passage, question: "Where?" };
  const result = resultOf(passage, ["there"]);
  const said = (state: Partial<ComponentState>) => {
    inspector.draw({ ...initialState(inputs), status: "ready", ...state }, null);
    return inspector.element.querySelector(".qna-empty")!.textContent;
  };
  const none = "There are scores when there is an answer.";
  const backend = "wasm, 1 thread";
  const link = "Run the notebook to ask more.";
  expect(said({ result, alone: true, link })).toBe(link);
  expect(said({ result })).toBe(none); // kept, and its model's load cancelled
  expect(said({ backend, result: null })).toBe(none); // stopped before its first window
  expect(said({ backend, result: { ...result, windows_done: 0 } })).toBe(none);
  expect(said({ backend, result })).toBe("");
  for (const status of ["loading", "running"] as const) expect(said({ status })).toBe("");
});

test("while newer scores of a long text are counted the former picture can be used", () => {
  vi.useFakeTimers();
  const inspector = open();
  const long = `${"lies there ".repeat(400)}the key`;
  const inputs = { ...DEFAULT_INPUTS, passage: long, question: "What?" };
  const cut = { max_seq_len: 18, doc_stride: 8 };
  const spans = [["the key", 9]] as const;
  const model = new ScriptedModel({ ...inputs, ...cut, spans, null_score: 0 });
  const result = model.decode(inputs);
  const content = inspector.element.querySelector(".qna-inspected")!;
  const looks = (scores: ComponentState["scores"]) => {
    inspector.draw({ ...initialState(inputs), status: "running", scores, result }, null);
    return ["data-waiting", "inert"].filter((name) => content.hasAttribute(name));
  };
  expect(looks(model.scores)).toEqual(["data-waiting", "inert"]);
  vi.runAllTimers();
  expect(looks(model.scores)).toEqual([]);
  expect(looks({ ...model.scores })).toEqual(["data-waiting"]);
  expect(looks(null)).toEqual(["data-waiting", "inert"]);
});

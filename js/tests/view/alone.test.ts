// @vitest-environment jsdom
// Where Python is not there, or at work: which words and buttons stand.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { History } from "../../src/component/history";
import { DEFAULT_INPUTS } from "../../src/component/inputs";
import { type Actions, type ComponentState, initialState } from "../../src/component/state";
import { mountView } from "../../src/view/view";

const LINK = "Run the notebook to ask more.";
beforeEach(() => {
  const nothing = { observe() {}, disconnect() {} };
  vi.stubGlobal("ResizeObserver", function observer() {
    return nothing;
  });
});
afterEach(() => vi.unstubAllGlobals());

/** What stands there to be read, of what is said about the state of things. */
function said(state: ComponentState): string[] {
  const controller = new AbortController();
  const source = { state, history: new History(), subscribe: () => {} };
  mountView(document.body, source, {} as Actions, controller.signal);
  const spoken = ".qna-notice, .qna-status-line, .qna-alert, [class$=-row] > button, .qna-empty";
  const texts = [...document.querySelectorAll<HTMLElement>(spoken)]
    .filter((element) => element.closest("[hidden], .qna-inspector") === null)
    .map(({ textContent }) => textContent);
  expect(document.querySelector("[aria-busy]")).toBeNull();
  controller.abort();
  return texts.filter((text) => text !== "");
}

test("once an edit took the saved answer away, only what to do for more is said", () => {
  const inputs = { ...DEFAULT_INPUTS, passage: "the key lies there", question: "where?" };
  const edited = { ...initialState(inputs), status: "ready", model: "m" } as const;
  expect(said({ ...edited, alone: true, link: LINK })).toEqual([LINK]);
  expect(said(edited)).toEqual(["Stopped.", "Read on", "Stopped."]);
});

test("what can only Python end, or nobody try again, has no button here", () => {
  const step = { name: "model.onnx", loaded: 1, total: 2, unit: "bytes" } as const;
  const loading = { ...initialState(DEFAULT_INPUTS), status: "loading" } as const;
  expect(said({ ...loading, progress: { ...step, stage: "asset" } })).toContain("Cancel");
  expect(said({ ...loading, progress: { ...step, stage: "fetch" } })).not.toContain("Cancel");
  const failed = { ...loading, status: "error", error: "No connection." } as const;
  expect(said(failed)).toContain("Try again");
  expect(said({ ...failed, alone: true })).not.toContain("Try again");
});

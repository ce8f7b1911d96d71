// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { History } from "../../src/component/history";
import { DEFAULT_INPUTS } from "../../src/component/inputs";
import { type Actions, initialState } from "../../src/component/state";
import { HistoryPanel } from "../../src/view/history";
import { resultOf } from "./result-of";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

test("a row says the day once that is over, and stays the same row", () => {
  const history = new History();
  const actions = {} as Actions;
  const panel = new HistoryPanel(history, actions, () => {}, new AbortController().signal);
  document.body.append(panel.element);
  panel.element.open = true;
  const ask = (question: string) => {
    const inputs = { ...DEFAULT_INPUTS, passage: "a b", question };
    history.record({ status: "ready", inputs, result: resultOf("a b", ["a"]) }, Date.now());
    panel.draw(initialState(inputs));
  };
  const times = () =>
    [...panel.element.querySelectorAll("time")].map(({ textContent }) => textContent);
  vi.setSystemTime(new Date(2026, 0, 30, 14, 2));
  ask("Who?");
  expect(times()).toEqual(["14:02"]);
  const button = panel.element.querySelector<HTMLElement>(".qna-asked")!;
  button.focus();
  vi.setSystemTime(new Date(2026, 0, 31, 9, 10));
  ask("What?");
  expect(times()).toEqual(["09:10", "2026-01-30 14:02"]);
  expect(document.activeElement).toBe(button);
});

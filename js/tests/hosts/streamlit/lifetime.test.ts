// @vitest-environment jsdom
// When a component begins and ends: Streamlit calls, and cleans up, in an order of its own.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import qna, { type Arguments } from "../../../src/hosts/streamlit/streamlit";
import { makeData } from "./data";

/** Of all that was begun. */
const components: AbortSignal[] = vi.hoisted(() => []);
const views: AbortSignal[] = vi.hoisted(() => []);

vi.mock("../../../src/component/component", () => ({
  createComponent: (_: unknown, signal: AbortSignal) => {
    components.push(signal);
    return { actions: {} };
  },
}));
vi.mock("../../../src/view/view", () => ({
  mountView: (_: unknown, __: unknown, ___: unknown, signal: AbortSignal) => {
    views.push(signal);
  },
}));

let parentElement: HTMLElement;
let key = 0;

/** A run of the app, whose data are new objects. */
function call(): () => void {
  const data = makeData({ key: `lifetime ${key}` });
  return qna({ data, parentElement, setStateValue: () => {} } as Arguments);
}

beforeEach(() => {
  vi.useFakeTimers();
  components.length = 0;
  views.length = 0;
  key++;
  parentElement = document.createElement("div");
  document.body.append(parentElement);
});

afterEach(() => {
  parentElement.remove();
  vi.runAllTimers();
  vi.useRealTimers();
});

test("called again it mounts nothing twice", () => {
  call();
  call();
  call();
  expect([components.length, views.length]).toEqual([1, 1]);
});

test("the cleanup of an overtaken call leaves the component alone", () => {
  const overtaken = call();
  const newest = call();
  overtaken();
  expect(components[0]!.aborted).toBe(false);
  parentElement.remove();
  newest();
  expect([components[0]!.aborted, views[0]!.aborted]).toEqual([true, true]);
  // The same element may be used again.
  call();
  expect(components).toHaveLength(2);
});

test("nor is anything built anew where it is run before the newer call", () => {
  call()();
  vi.advanceTimersByTime(2500); // the newer call's module takes its time
  const newest = call();
  expect(components).toHaveLength(1);
  expect(components[0]!.aborted).toBe(false);
  vi.advanceTimersByTime(2500);
  expect(vi.getTimerCount()).toBe(0);
  parentElement.remove();
  newest();
  expect(components[0]!.aborted).toBe(true);
});

test("what goes while that call is on its way ends, too", () => {
  call()();
  parentElement.remove();
  vi.advanceTimersByTime(1000);
  expect([components[0]!.aborted, views[0]!.aborted]).toEqual([true, true]);
  expect(vi.getTimerCount()).toBe(0);
});

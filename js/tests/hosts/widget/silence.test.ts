// Whether Python still answers, as the widget's host finds and says it.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import * as contract from "../../../src/core/contract";
import type { WidgetHost } from "../../../src/hosts/widget/widget";
import { makeInputs, makeState } from "../states";
import type { FakeModel } from "./fake-model";
import { hosted } from "./hosted";

let stop: AbortController;
let model: FakeModel;
let host: WidgetHost;
let changes: number;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "warn").mockImplementation(() => {});
  changes = 0;
  ({ stop, model, host } = hosted(() => changes++));
});

afterEach(() => {
  stop.abort();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a silence of Python's", () => {
  const asked = () => model.sent.filter(({ kind }) => kind === "python.ping");
  const answer = () => {
    model.receive({ kind: "python.pong", request: asked().at(-1)!.request });
  };

  test("is no news while it answers, asked once after a burst of reports", async () => {
    for (const top_k of [1, 2, 3]) host.report(makeState({ inputs: makeInputs({ top_k }) }));
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked()).toHaveLength(1);
    expect(Object.keys(asked()[0]!)).toEqual(contract.messages["python.ping"].items);
    answer();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([host.readLink(), changes, asked().length]).toEqual(["", 0, 1]);
  });

  test("is said after ten seconds, and over with the first answer", async () => {
    host.report(makeState());
    await vi.advanceTimersByTimeAsync(10_900);
    expect(host.readLink()).toBe("");
    await vi.advanceTimersByTimeAsync(200);
    expect(host.readLink()).toMatch(/^Python does not answer: it is busy, or gone/u);
    expect(changes).toBe(1);
    model.receive({ kind: "python.pong", request: "of another page" });
    expect(host.readLink()).not.toBe("");
    answer();
    expect([host.readLink(), changes]).toEqual(["", 2]);
  });

  test("is said at once where nothing can be sent, and asked again with each report", async () => {
    model.gone = true;
    host.report(makeState());
    await vi.advanceTimersByTimeAsync(1100);
    expect(host.readLink()).not.toBe("");
    model.gone = false;
    host.report(makeState({ inputs: makeInputs({ top_k: 2 }) }));
    await vi.advanceTimersByTimeAsync(1000);
    answer();
    expect(host.readLink()).toBe("");
  });

  test("is none of a saved page's, which has no Python", async () => {
    host.connect(false);
    host.report(makeState());
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asked()).toEqual([]);
    expect(host.readLink()).toBe("Run the notebook to ask more.");
  });
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Component, createComponent } from "../../src/component/component";
import { DEFAULT_INPUTS } from "../../src/component/inputs";
import * as contract from "../../src/core/contract";
import type { Fetching, Manifest, ModelChoice } from "../../src/core/manifest";
import { outputsOf } from "../../src/hosts/outputs";
import { ScriptedHost } from "../page/scripted";
import { makeModel } from "../runtime/fake-model";
import { FakeClient, result } from "./fake-client";

const TEXTS = { passage: "It is a zebra.", question: "What is it?" };
const NOT_FETCHING: Fetching = { model: "", what: "", done: 0, total: 0, error: "" };
const CHOICE: ModelChoice = {
  name: "",
  title: "",
  where: "hub",
  bytes: 0,
  cached: false,
  arrived: null,
};

/** A manifest that answers the name that was asked for. */
function named(asked: string, content = asked): Manifest {
  const { manifest } = makeModel(content);
  return { asked, ...manifest, model: { ...manifest.model, title: `The ${content}` } };
}

const fetching = (step: Partial<Fetching>): Fetching => ({ ...NOT_FETCHING, ...step });

let host: ScriptedHost;
let client: FakeClient;
let stop = new AbortController();
let component: Component;
const settle = () => vi.advanceTimersByTimeAsync(0);
const rest = () => vi.advanceTimersByTimeAsync(250);
const shown = () => component.state.result?.answers[0]?.text ?? null;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  stop.abort();
  vi.useRealTimers();
});

function start(manifest: Manifest | null): void {
  stop = new AbortController();
  client = new FakeClient();
  host = new ScriptedHost({ ...DEFAULT_INPUTS, ...TEXTS, model: "old" }, manifest);
  component = createComponent(host, stop.signal, client);
}

/** A component whose first model has answered. */
async function startAnswered(): Promise<void> {
  start(named("old"));
  client.loads[0]!.resolve({ backend: "wasm, 1 thread" });
  await settle();
  client.asks[0]!.resolve(result("zebra"));
  await settle();
}

test("until another model is there, the former one answers, and Python gets no answers", async () => {
  await startAnswered();
  component.actions.setOptions({ model: "new" });
  expect(host.written).toEqual([{ model: "new" }]);
  expect(component.state).toMatchObject({
    status: "ready",
    model: "The old",
    change: { model: "new", former: "old", progress: null, error: "" },
  });
  expect(shown()).toBe("zebra");
  host.set({}, undefined, fetching({ model: "new", what: "Downloading new", done: 5, total: 10 }));
  const progress = {
    stage: "fetch",
    name: "Downloading new",
    loaded: 5,
    total: 10,
    unit: "bytes",
  };
  expect(component.state.change?.progress).toEqual(progress);
  expect(outputsOf(component.state)).toEqual({
    status: "loading",
    progress,
    error: "",
    backend: "wasm, 1 thread",
  });

  component.actions.setQuestion("Who?");
  await rest();
  client.asks[1]!.resolve(result("still the old one"));
  await settle();
  expect(shown()).toBe("still the old one");

  host.set({}, named("new"), null);
  await settle();
  const step = { stage: "asset", name: "model.onnx", loaded: 1, total: 2, unit: "bytes" } as const;
  client.loads[1]!.waiter.onProgress(step);
  expect(component.state).toMatchObject({ status: "ready", change: { progress: step } });
  expect(shown()).toBe("still the old one");

  client.loads[1]!.resolve({ backend: "WebGPU" });
  await settle();
  expect(component.state).toMatchObject({
    status: "running",
    change: null,
    model: "The new",
    backend: "WebGPU",
  });
  expect(shown()).toBeNull();
  expect(client.asks.length).toBe(3);
  client.asks[2]!.resolve(result("the new one"));
  await settle();
  expect(outputsOf(component.state).answers?.[0]?.text).toBe("the new one");
});

test("a model without a former one: the wait is the component's, from the first moment", async () => {
  start(null);
  host.set({}, null, fetching({ model: "old", what: "Downloading old", done: 1, total: 4 }));
  expect(component.state).toMatchObject({ status: "loading", change: null });
  expect(component.state.progress).toMatchObject({ stage: "fetch", loaded: 1, total: 4 });
  expect(client.loads).toEqual([]);
  expect(component.actions.cancel()).toBe(false); // Python's fetch goes on
  expect(component.state).toMatchObject({ status: "loading", progress: { loaded: 1 } });
  host.set({}, null, fetching({ model: "old", error: "There is none." }));
  expect(component.state).toMatchObject({ status: "error", error: "There is none." });
  component.actions.retry();
  component.actions.confirm();
  expect(host.again).toBe(2);
  host.set({}, null, fetching({ model: "old" }));
  expect(component.state).toMatchObject({ status: "loading", error: "" });
  host.set({}, named("old"), null);
  expect(component.state).toMatchObject({ status: "loading", error: "" });
  expect(client.loads.length).toBe(1);
  client.loads[0]!.reject(new Error("model.onnx could not be loaded."));
  await settle();
  expect(component.state).toMatchObject({ status: "error" });
  component.actions.retry();
  expect(client.loads.length).toBe(2);
  expect(host.again).toBe(2); // Python has done its part
});

test("a page that is opened in the middle of a change loads the former model meanwhile", async () => {
  start(named("older"));
  expect(client.loads.length).toBe(1);
  client.loads[0]!.resolve({ backend: "wasm" });
  await settle();
  expect(component.state).toMatchObject({
    status: "running",
    change: { model: "old", former: "older", error: "" },
  });
});

test("cancelling takes the name back and ends the load; nothing is asked again", async () => {
  await startAnswered();
  component.actions.setOptions({ model: "new" });
  host.set({}, named("new"));
  await settle();
  expect(component.actions.cancel()).toBe(true);
  expect(client.loads[1]!.waiter.signal.aborted).toBe(true);
  expect(host.written.at(-1)).toEqual({ model: "old" });
  expect(component.state).toMatchObject({ status: "ready", change: null, model: "The old" });
  expect(component.actions.cancel()).toBe(false);
  host.set({}, named("old"));
  await settle();
  expect(client.loads.length).toBe(2);
  expect(client.asks.length).toBe(1);
  expect(shown()).toBe("zebra");
});

test("what Python refused is asked of it again, and its former refusal is not taken for the answer", async () => {
  await startAnswered();
  const error = "The hub did not answer.";
  for (let time = 1; time <= 2; time++) {
    component.actions.setOptions({ model: "new" });
    await settle();
    expect(host.written.at(-1)).toEqual({ model: "new" });
    expect(component.state.change).toMatchObject({ model: "new", error: "" });
    host.set({}, undefined, fetching({ model: "new", error }));
    await settle();
    expect(host.written.at(-1)).toEqual({ model: "old" });
    expect(component.state.inputs.model).toBe("old");
    expect(component.state.change).toMatchObject({ model: "new", error });
    // Python takes the name back, too, and leaves the refusal where it is.
    host.set({ model: "old" });
    await settle();
    expect(component.state.change).toMatchObject({ model: "new", error });
  }
});

test("what Python cannot bring is told in words, its name taken back, and told no more later", async () => {
  await startAnswered();
  component.actions.setOptions({ model: "new" });
  host.set({}, undefined, fetching({ model: "new", error: "There is no model 'new'." }));
  expect(host.written.at(-1)).toEqual({ model: "old" });
  expect(component.state.inputs.model).toBe("old");
  expect(component.state.change).toEqual({
    model: "new",
    former: "old",
    progress: null,
    error: "There is no model 'new'.",
  });
  expect(shown()).toBe("zebra");
  // Python has taken the name back, too, and forgotten the error.
  host.set({ model: "old" }, named("old"), null);
  await settle();
  expect(component.state.change?.error).toBe("There is no model 'new'.");
  const { answers, error } = outputsOf(component.state);
  expect([answers?.[0]?.text, error]).toEqual(["zebra", "There is no model 'new'."]);
  component.actions.setOptions({ model: "other" });
  expect(component.state.change).toMatchObject({ model: "other", error: "" });
  expect(client.asks.length).toBe(1);
});

test("files that do not come to this page are told, and the former model stays", async () => {
  await startAnswered();
  component.actions.setOptions({ model: "new" });
  host.set({}, named("new"));
  await settle();
  client.loads[1]!.reject(new Error("model.onnx could not be loaded."));
  await settle();
  expect(component.state).toMatchObject({
    status: "ready",
    error: "",
    inputs: { model: "old" },
    change: { model: "new", error: "model.onnx could not be loaded." },
  });
  // A late word about the manifest that failed starts nothing.
  host.set({ question: TEXTS.question });
  await settle();
  expect(client.loads.length).toBe(2);
});

test("another name for the same model needs no load, and is answered at once", async () => {
  await startAnswered();
  component.actions.setOptions({ model: "alias" });
  host.set({}, named("alias", "old"));
  await settle();
  expect(component.state.change).toBeNull();
  expect(client.loads.length).toBe(1);
  expect(client.asks.length).toBe(1);
  expect(outputsOf(component.state).answers?.[0]?.text).toBe("zebra");
});

test("what Python tells of a fetch has the contract's names", () => {
  expect(Object.keys(NOT_FETCHING)).toEqual(contract.models.fetching);
  expect(Object.keys(CHOICE)).toEqual(contract.models.choice);
});

test("a third choice overtakes the second", async () => {
  await startAnswered();
  component.actions.setOptions({ model: "new" });
  host.set({}, named("new"));
  await settle();
  component.actions.setOptions({ model: "newest" });
  expect(client.loads[1]!.waiter.signal.aborted).toBe(true);
  host.set({}, named("newest"));
  await settle();
  client.loads[1]!.resolve({ backend: "too late" });
  client.loads[2]!.resolve({ backend: "wasm" });
  await settle();
  expect(component.state).toMatchObject({ model: "The newest", backend: "wasm", change: null });
});

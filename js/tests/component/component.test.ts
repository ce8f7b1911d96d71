import { expect, test, vi } from "vitest";
import { thresholdOf } from "../../src/component/state";
import { makeModel } from "../runtime/fake-model";
import { result } from "./fake-client";
import {
  client,
  component,
  host,
  manifest,
  rest,
  settle,
  shown,
  start,
  startLoaded,
  stop,
  TEXTS,
} from "./started";

test("it loads at once, asks at once, and reports each step", async () => {
  await startLoaded();
  expect(client.asks.map(({ args }) => args)).toEqual([
    { ...TEXTS, options: expect.objectContaining({ top_k: 5, doc_stride: 128 }) },
  ]);
  client.asks[0]!.resolve(result("zebra"));
  await settle();
  expect(component.state).toMatchObject({
    status: "ready",
    model: "Fake model",
    backend: "wasm, 1 thread",
    progress: null,
    error: "",
  });
  expect(shown()).toBe("zebra");
  const statuses = host.states.map((state) => state.status);
  expect(statuses.filter((status, i) => status !== statuses[i - 1])).toEqual([
    "loading",
    "running",
    "ready",
  ]);
});

test("what a model has to say of itself is no notice", async () => {
  start();
  const note = "The bundled model answers, because fetching takes pip install 'x'.";
  host.set({}, { ...manifest, model: { ...manifest.model, note } });
  client.loads.at(-1)!.resolve({ backend: "wasm, 1 thread" });
  await settle();
  expect(component.state).toMatchObject({ status: "running", notice: "", note });
});

test("typing is asked when it rests; the old answer vanishes at the first key", async () => {
  await startLoaded();
  client.asks[0]!.resolve(result("zebra"));
  await settle();
  for (const question of ["W", "Wh", "Who?"]) {
    component.actions.setQuestion(question);
    expect(shown()).toBeNull();
    expect(component.state.status).toBe("running");
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(client.asks.length).toBe(1);
  expect(host.written).toEqual([{ question: "W" }, { question: "Wh" }, { question: "Who?" }]);
  await rest();
  expect(client.asks.map(({ args }) => args.question)).toEqual([TEXTS.question, "Who?"]);
});

test("a late answer to an older question never reaches the screen", async () => {
  await startLoaded();
  component.actions.setQuestion("Who?");
  expect(client.asks[0]!.waiter.signal.aborted).toBe(true);
  await rest();
  client.asks[0]!.handlers.onPartial(result("old"));
  client.asks[0]!.resolve(result("old"));
  await settle();
  expect(shown()).toBeNull();
  client.asks[1]!.resolve(result("new"));
  await settle();
  expect(shown()).toBe("new");
  expect(host.states.some((state) => state.result?.answers[0]?.text === "old")).toBe(false);
});

test("what is typed while the model loads is asked when it is there", async () => {
  start();
  component.actions.setQuestion("Typed early?");
  await rest();
  expect(component.state.status).toBe("loading");
  expect(client.asks).toEqual([]);
  client.loads[0]!.resolve({ backend: "wasm, 1 thread" });
  await settle();
  expect(client.asks.map(({ args }) => args.question)).toEqual(["Typed early?"]);
});

test("blank texts are no error and have no answers", async () => {
  await startLoaded({ passage: "", question: "" });
  expect(component.state).toMatchObject({ status: "ready", result: null, error: "" });
  component.actions.setQuestion("Who?");
  await rest();
  expect(client.asks).toEqual([]);
  component.actions.setPassage("It is I.");
  await rest();
  expect(client.asks.length).toBe(1);
  component.actions.setPassage(" \n ");
  await rest();
  expect(client.asks[0]!.waiter.signal.aborted).toBe(true);
  expect(component.state).toMatchObject({ status: "ready", result: null });
});

test("the no-answer threshold is the model's own until somebody sets one", async () => {
  const { model } = manifest;
  start();
  host.set({}, { ...manifest, model: { ...model, no_answer_threshold: -1.5 } });
  client.loads.at(-1)!.resolve({ backend: "wasm, 1 thread" });
  await settle();
  const asked = (): unknown => client.asks.at(-1)!.args.options.no_answer_threshold;
  expect(asked()).toBe(-1.5);
  expect(thresholdOf(component.state)).toBe(-1.5);
  component.actions.setOptions({ no_answer_threshold: 0 });
  expect(asked()).toBe(0);
  expect(thresholdOf(component.state)).toBe(0);
  component.actions.setOptions({ no_answer_threshold: null });
  expect(asked()).toBe(-1.5);
});

test("a model that names no threshold has 0", async () => {
  await startLoaded();
  expect(client.asks[0]!.args.options.no_answer_threshold).toBe(0);
});

test("decoding options are answered anew at once, without an empty list between", async () => {
  await startLoaded();
  client.asks[0]!.resolve(result("zebra"));
  await settle();
  const drawn: (string | null)[] = [];
  component.subscribe((state) => drawn.push(state.result?.answers[0]?.text ?? null), stop.signal);
  component.actions.setOptions({ no_answer_threshold: 1 });
  expect(shown()).toBeNull();
  expect(client.asks[1]!.args.options.no_answer_threshold).toBe(1);
  await vi.advanceTimersByTimeAsync(10);
  client.asks[1]!.resolve(result("zebra again"));
  await settle();
  expect(drawn).toEqual(["zebra again"]);
  // An answer that takes longer leaves the old one on the screen for no more than a moment.
  component.actions.setOptions({ top_k: 1 });
  await vi.advanceTimersByTimeAsync(60);
  expect(drawn).toEqual(["zebra again", null]);
});

test("options that change while it runs do not stop the engine", async () => {
  await startLoaded();
  component.actions.setOptions({ top_k: 3 });
  expect(client.asks[0]!.waiter.signal.aborted).toBe(false);
  expect(client.asks[1]!.args.options.top_k).toBe(3);
});

test("first answers of a long passage are shown, and stay when the rest is cancelled", async () => {
  await startLoaded();
  client.asks[0]!.handlers.onPartial(result("first", 2, 9));
  expect(component.state.status).toBe("running");
  expect(shown()).toBe("first");
  component.actions.cancel();
  expect(client.asks[0]!.waiter.signal.aborted).toBe(true);
  await settle();
  expect(component.state).toMatchObject({ status: "ready", error: "", progress: null });
  expect(shown()).toBe("first");
});

test("a load that fails says so, keeps what is typed, and can be tried again", async () => {
  start();
  client.loads[0]!.reject(new Error("model.onnx could not be loaded."));
  await settle();
  component.actions.setQuestion("Still here?");
  await rest();
  expect(component.state).toMatchObject({
    status: "error",
    error: "model.onnx could not be loaded.",
    inputs: { question: "Still here?" },
  });
  expect(client.loads.length).toBe(1);
  component.actions.retry();
  expect(component.state).toMatchObject({ status: "loading", error: "" });
  client.loads[1]!.resolve({ backend: "wasm" });
  await settle();
  expect(client.asks.map(({ args }) => args.question)).toEqual(["Still here?"]);
});

test("a question that fails says so; the next one, or retry(), clears it", async () => {
  await startLoaded();
  client.asks[0]!.reject(new Error("The model stopped twice in a row."));
  await settle();
  expect(component.state).toMatchObject({ status: "error", result: null });
  component.actions.retry();
  expect(component.state).toMatchObject({ status: "running", error: "" });
  client.asks[1]!.reject(new Error("again"));
  await settle();
  component.actions.setQuestion("Who?");
  expect(component.state).toMatchObject({ status: "running", error: "" });
});

test("a cancelled load rests until something is asked", async () => {
  start();
  component.actions.cancel();
  await settle();
  expect(component.state).toMatchObject({ status: "idle", error: "" });
  expect(client.loads[0]!.waiter.signal.aborted).toBe(true);
  component.actions.setQuestion("And now?");
  await rest();
  expect(client.loads.length).toBe(2);
});

test("Python's inputs are taken over and asked; an unchanged word from Python changes nothing", async () => {
  await startLoaded();
  host.set({ question: "Who?" });
  expect(component.state.inputs.question).toBe("Who?");
  await settle();
  expect(client.asks.at(-1)!.args.question).toBe("Who?");
  expect(host.written).toEqual([]);
  const { length } = host.states;
  host.set({});
  await rest();
  expect(host.states.length).toBe(length);
});

test("a load that another manifest overtook changes nothing any more", async () => {
  start();
  host.set({}, makeModel("two").manifest);
  expect(client.loads[0]!.waiter.signal.aborted).toBe(true);
  client.loads[0]!.resolve({ backend: "too late" });
  client.loads[0]!.waiter.onProgress({ stage: "run", name: "", loaded: 1, total: 2, unit: "" });
  await settle();
  expect(component.state).toMatchObject({ status: "loading", backend: "", progress: null });
  expect(client.asks).toEqual([]);
});

test("options that change between two keys wait for the typing to rest", async () => {
  await startLoaded();
  component.actions.setQuestion("Who?");
  component.actions.setOptions({ top_k: 3 });
  await vi.advanceTimersByTimeAsync(100);
  expect(client.asks.length).toBe(1);
  await rest();
  expect(client.asks.map(({ args }) => [args.question, args.options.top_k])).toEqual([
    [TEXTS.question, 5],
    ["Who?", 3],
  ]);
});

test("after a failed load a word from Python tries again: the kernel may be new", async () => {
  start();
  client.loads[0]!.reject(new Error("The kernel is silent."));
  await settle();
  host.set({ question: "Who?" });
  expect(client.loads.length).toBe(2);
  client.loads[1]!.reject(new Error("The kernel is silent."));
  await settle();
  host.set({}); // of another model's coming
  expect(component.state.status).toBe("error");
  host.link = () => "Python does not answer.";
  host.set({});
  expect(client.loads.length).toBe(3);
});

test("ending it stops everything, once and for all", async () => {
  await startLoaded();
  const listener = vi.fn();
  component.subscribe(listener, new AbortController().signal);
  component.actions.setQuestion("Who?");
  await rest();
  const { length } = host.states;
  listener.mockClear();
  stop.abort();
  expect(client.asks.at(-1)!.waiter.signal.aborted).toBe(true);
  expect(client.released).toBe(1);
  component.actions.setQuestion("Anybody?");
  await rest();
  expect(listener).not.toHaveBeenCalled();
  expect(host.states.length).toBe(length);
  expect(client.asks.length).toBe(2);
});

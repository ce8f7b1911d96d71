// The host against a model that behaves as Backbone's does.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createComponent } from "../../../src/component/component";
import { DEFAULT_INPUTS } from "../../../src/component/inputs";
import type { ComponentState } from "../../../src/component/state";
import * as contract from "../../../src/core/contract";
import { crc32 } from "../../../src/core/crc32";
import { jsonBytes } from "../../../src/hosts/widget/long-texts";
import { watchKernel } from "../../../src/hosts/widget/model";
import { WidgetHost } from "../../../src/hosts/widget/widget";
import { MANIFEST, makeInputs, makeState, PASSAGE } from "../states";
import type { FakeModel } from "./fake-model";
import { hosted } from "./hosted";

let stop: AbortController;
let model: FakeModel;
let host: WidgetHost;
let changes: number;

beforeEach(() => {
  vi.useFakeTimers();
  changes = 0;
  ({ stop, model, host } = hosted(() => changes++));
});

afterEach(() => {
  stop.abort();
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(1000);

test("reads every input of the contract", () => {
  expect(host.readInputs()).toEqual(makeInputs());
  expect(Object.keys(host.readInputs())).toEqual(Object.keys(contract.inputs));
  expect(host.readManifest()).toBe(MANIFEST);
});

test("examples are Python's to set", async () => {
  expect(host.readExamples()).toEqual([]);
  model.set("examples", ["Where?"]);
  await settle();
  expect(changes).toBe(1);
  expect(host.readExamples()).toEqual(["Where?"]);
});

test("Python is asked to fetch a model again, where there is a Python", () => {
  host.fetchAgain();
  expect(model.sent).toEqual([{ kind: "model.retry" }]);
  expect(Object.keys(model.sent[0]!)).toEqual(contract.messages["model.retry"].items);
  host.connect(false);
  host.fetchAgain();
  expect(model.sent).toHaveLength(1);
});

test("traits that Python sets together are one change", async () => {
  model.set("passage", "Another.");
  model.set("question", "What?");
  await settle();
  expect(changes).toBe(1);
  expect(host.readInputs()).toMatchObject({ passage: "Another.", question: "What?" });
});

test("what is typed reaches Python after a pause, once, and is no change from Python", async () => {
  for (const question of ["W", "Wh", "Who?"]) {
    host.writeInputs({ question });
    await vi.advanceTimersByTimeAsync(200);
  }
  expect(model.saves).toEqual([]);
  await settle();
  expect(model.saves.map((values) => values.question)).toEqual(["Who?"]);
  expect(changes).toBe(0);
});

test("an echo of what was saved does not undo what was typed since", async () => {
  host.writeInputs({ question: "T" });
  await vi.advanceTimersByTimeAsync(300);
  host.writeInputs({ question: "Te" });
  model.set("question", "T"); // what Jupyter does when Python has taken the first letter
  expect(host.readInputs().question).toBe("Te");
  await settle();
  expect(model.saves.map((values) => values.question)).toEqual(["T", "Te"]);
  // Once it is saved, Python has the word again.
  model.set("question", "Python's?");
  await settle();
  expect(host.readInputs().question).toBe("Python's?");
});

test("what is typed travels whole, but for half an emoji", async () => {
  host.writeInputs({ passage: "\ufeffBert lives \ud83d here." });
  expect(host.readInputs().passage).toBe("\ufeffBert lives \ufffd here.");
});

test("what is typed just before the widget closes is saved", () => {
  host.writeInputs({ question: "Who?" });
  stop.abort();
  expect(model.saves.map((values) => values.question)).toEqual(["Who?"]);
});

test("half an emoji is replaced, for it cannot travel", async () => {
  host.writeInputs({ passage: "a\ud83d" });
  await settle();
  expect(model.saves[0]!.passage).toBe("a\ufffd");
  expect(crc32("a\ud83d")).toBe(crc32("a\ufffd"));
});

test("half an emoji in the question does not part the report from its inputs", async () => {
  host.writeInputs({ question: "Where \udc00?" });
  host.report(makeState({ inputs: makeInputs({ question: "Where \udc00?" }) }));
  await settle();
  const { question } = model.saves[0]!;
  expect(model.sent[0]!.inputs).toMatchObject({ question });
});

test("a text that no message can hold stays here: Python keeps the former one and is told why", async () => {
  const long = "x".repeat(contract.comm.passage + 1);
  host.writeInputs({ passage: long, question: "Who?" });
  await settle();
  expect(model.saves.map(({ passage, question }) => [passage, question])).toEqual([
    [PASSAGE, "Who?"],
  ]);
  expect(host.readInputs()).toMatchObject({ passage: long, question: "Who?" });
  expect(host.readLink()).toBe(
    "The passage is too long for the kernel (at most 10 MB): it is answered here only.",
  );
  host.report(makeState({ inputs: makeInputs({ passage: long, question: "Who?" }) }));
  const { inputs, passage_crc32, outputs } = model.sent[0] as Record<string, never>;
  expect(inputs).toMatchObject({ question: "Who?" });
  expect(passage_crc32).toBe(crc32(PASSAGE));
  expect(outputs).toMatchObject({
    status: "error",
    error:
      "The page shows a passage that is too long for the kernel (at most 10 MB): it is answered " +
      "in the page only. Set w.passage to ask from Python.",
  });
  expect(outputs).not.toHaveProperty("answers");
  // A shorter one goes the usual way, and so does Python's word.
  host.writeInputs({ passage: "Short." });
  expect([host.readInputs().passage, host.readLink()]).toEqual(["Short.", ""]);
  host.writeInputs({ passage: long });
  model.set("passage", "Python's.");
  expect([host.readInputs().passage, host.readLink()]).toEqual(["Python's.", ""]);
});

test.each([
  ["x", 1],
  ['"', 2],
  ["\n", 2],
  ["\0", 6],
  ["é", 2],
  ["…", 3],
  ["🙂", 4],
])("the bytes of %j in JSON are counted", (letter, bytes) => {
  const text = letter.repeat(1000);
  const most = 6 * text.length - 1;
  expect(jsonBytes(text, most)).toBe(1000 * bytes);
  expect(new TextEncoder().encode(JSON.stringify(text)).length).toBe(1000 * bytes + 2);
});

test("a report names the inputs that it belongs to", () => {
  host.report(makeState());
  const [report] = model.sent;
  const { passage: _, ...others } = DEFAULT_INPUTS;
  expect(report).toMatchObject({
    kind: "report",
    inputs: { ...others, question: "Where?" },
    passage_crc32: crc32(PASSAGE),
    outputs: { status: "ready" },
  });
  expect(Object.keys(report!).sort()).toEqual([...contract.messages.report.items].sort());
});

test("a page numbers its reports, and no two pages have one name", () => {
  host.report(makeState());
  host.report(makeState({ status: "error", error: "No memory." }));
  expect(model.sent.map(({ page, number }) => [page, number])).toEqual([
    [host.page, 1],
    [host.page, 2],
  ]);
  expect(new WidgetHost(model, new AbortController().signal).page).not.toBe(host.page);
});

test("the same report is not sent twice", () => {
  host.report(makeState());
  host.report(makeState());
  expect(model.sent).toHaveLength(1);
});

test("progress is sent at most five times a second, its last step too, and never after the end", async () => {
  const inputs = makeInputs();
  const loading = (loaded: number): ComponentState =>
    makeState({
      inputs,
      status: "loading",
      result: null,
      progress: { stage: "asset", name: "model.onnx", loaded, total: 1000, unit: "bytes" },
    });
  const loadedOf = (message: Record<string, unknown>) =>
    (message.outputs as { progress: { loaded?: number } }).progress.loaded;
  for (let loaded = 1; loaded <= 100; loaded++) {
    host.report(loading(loaded));
    await vi.advanceTimersByTimeAsync(10);
  }
  await settle();
  expect(model.sent.length).toBeGreaterThanOrEqual(4);
  expect(model.sent.length).toBeLessThanOrEqual(7);
  expect(loadedOf(model.sent.at(-1)!)).toBe(100);
  // What is not mere progress is sent at once, and a step on its way does not come after it.
  host.report(loading(101));
  host.report(makeState({ inputs }));
  await settle();
  expect(model.sent.at(-1)!.outputs).toMatchObject({ status: "ready" });
});

test("without its kernel the widget goes on", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  model.gone = true;
  host.report(makeState());
  host.writeInputs({ question: "Who?" });
  await settle();
  expect(host.readInputs().question).toBe("Who?");
  expect(warn).toHaveBeenCalledTimes(3); // input, report, and whether Python is there
});

test("nothing is left behind", () => {
  stop.abort();
  expect(model.listening()).toBe(0);
});

const SAVED = {
  answers: [{ text: "123 Sesame Street", start: 16, end: 33, score: 9.5, probability: 0.9 }],
  null_score: 1,
  timing: { tokens: 20, windows: 2, run_ms: 5, total_ms: 6 },
  backend: "wasm, 1 thread",
};

test("saved answers are drawn at once, and without a kernel the notebook is to be run for more", async () => {
  const client = { notice: "", load: () => new Promise(() => {}), release: () => {} };
  for (const [name, value] of Object.entries(SAVED)) model.values[name] = value;
  const alone = new WidgetHost(model, stop.signal);
  const component = createComponent(alone, stop.signal, client as never);
  expect(component.state.result?.answers[0]).toMatchObject({
    text: "123 Sesame Street",
    start: 17,
  });
  expect(component.state.status).toBe("loading");
  alone.connect(false);
  expect(component.state).toMatchObject({
    status: "ready",
    error: "",
    progress: null,
    link: "Run the notebook to ask more.",
  });
  expect(component.state.result?.answers).toHaveLength(1);
  component.actions.setQuestion("Who?");
  await settle();
  expect(component.state).toMatchObject({ result: null, error: "", alone: true });
});

test.each([
  [undefined, true],
  [{ get_model: async () => ({ comm_live: true }) }, true],
  [{ get_model: async () => ({ comm_live: false }) }, false],
  [{ get_model: () => Promise.reject(new Error("no such model")) }, true],
])("the page knows by the widget's own model whether there is a kernel", async (manager, there) => {
  const said: boolean[] = [];
  const own = Object.assign(model, { widget_manager: manager });
  watchKernel(own, (kernel) => said.push(kernel), stop.signal);
  await settle();
  expect(said).toEqual([there]);
});

test("a kernel that comes after the widget was drawn is taken, and one that goes is not said", async () => {
  let comm_live = false;
  const own = Object.assign(model, { widget_manager: { get_model: async () => ({ comm_live }) } });
  const late = new WidgetHost(model, stop.signal);
  const load = vi.fn(() => new Promise(() => {}));
  createComponent(late, stop.signal, { notice: "", load, release: () => {} } as never);
  expect(load).toHaveBeenCalledTimes(1);
  watchKernel(own, (kernel) => late.connect(kernel), stop.signal);
  await settle();
  expect([late.readManifest(), late.readLink()]).toEqual([null, "Run the notebook to ask more."]);
  comm_live = true;
  model.emit("comm_live_update");
  await settle();
  expect([late.readManifest(), late.readLink()]).toEqual([model.values._manifest, ""]);
  expect(load).toHaveBeenCalledTimes(2);
  comm_live = false;
  model.emit("comm_live_update");
  await settle();
  expect(late.readLink()).toBe("");
});

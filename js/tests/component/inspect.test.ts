// Scores on demand: a real engine and runtime, a model that finds zebras.
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Component, createComponent } from "../../src/component/component";
import { DEFAULT_INPUTS, type Inputs } from "../../src/component/inputs";
import type { ComponentState } from "../../src/component/state";
import { windowsRead } from "../../src/core/inspection";
import { AssetCache } from "../../src/runtime/assets/cache";
import type { AssetSource } from "../../src/runtime/assets/source";
import { type Client, Runtime } from "../../src/runtime/client";
import { engines, FakeSessions, makeModel } from "../runtime/fake-model";
import { sourceOf } from "../runtime/helpers";

const { manifest, files } = makeModel("one");
const source: AssetSource = {
  name: "server",
  open: (asset, options) =>
    sourceOf(files.find((file) => file.asset.sha256 === asset.sha256)!.shipped).open(
      asset,
      options,
    ),
};
const SHORT = { passage: "it is the zebra", question: "where is it" };
const LONG = { ...SHORT, passage: `${"the field ".repeat(20)}zebra` };

let sessions: FakeSessions;
let started: ReturnType<typeof engines>["started"];
let stop: AbortController;
let client: Client;
let component: Component;
let drawn: ComponentState[];

beforeEach(() => {
  sessions = new FakeSessions();
  stop = new AbortController();
});

afterEach(() => stop.abort());

function start(texts: typeof SHORT): void {
  const cache = new AssetCache({ factory: new IDBFactory() });
  const page = engines(sessions);
  started = page.started;
  client = new Runtime({ start: page.start, cache }).connect();
  vi.spyOn(client, "scores");
  const inputs: Inputs = { ...DEFAULT_INPUTS, ...texts, doc_stride: 8 };
  const host = {
    readInputs: () => inputs,
    readManifest: () => manifest,
    onChange: () => {},
    writeInputs: () => {},
    report: () => {},
    sources: [source],
  };
  component = createComponent(host, stop.signal, client);
  drawn = [];
  component.subscribe((state) => drawn.push(state), stop.signal);
}

const until = (check: (state: ComponentState) => void) =>
  vi.waitFor(() => check(component.state), { timeout: 5000, interval: 5 });
const answered = () => until(({ status }) => expect(status).toBe("ready"));
const explained = () => until(({ scores }) => expect(scores).not.toBeNull());

function open(): AbortController {
  const panel = new AbortController();
  component.actions.inspect(panel.signal);
  return panel;
}

test("nothing is fetched unless somebody inspects, and nothing is kept afterwards", async () => {
  start(SHORT);
  await answered();
  expect(client.scores).not.toHaveBeenCalled();
  expect(component.state.scores).toBeNull();
  const [first, second] = [open(), open()];
  await explained();
  expect(component.state.scores!.passage.input_ids.length).toBe(4);
  first.abort();
  expect(component.state.scores).not.toBeNull();
  second.abort();
  expect(component.state.scores).toBeNull();
});

test("scores never stand beside another text, and come again for the new one", async () => {
  start(SHORT);
  open();
  await explained();
  component.actions.setPassage("the zebra is it it it");
  expect(component.state.scores).toBeNull();
  await explained();
  expect(component.state.scores!.passage.input_ids.length).toBe(6);
  const wrong = drawn.filter(
    ({ scores, inputs }) =>
      scores !== null && scores.passage.input_ids.length !== inputs.passage.split(" ").length,
  );
  expect(wrong).toEqual([]);
});

test("decoding options leave the scores as they are", async () => {
  start(SHORT);
  open();
  await explained();
  const { scores } = component.state;
  drawn.length = 0;
  component.actions.setOptions({ no_answer_threshold: 3 });
  await until(({ result }) => expect(result).not.toBeNull());
  expect(component.state.scores).toBe(scores);
  expect(drawn.every((state) => state.scores === scores)).toBe(true);
  expect(client.scores).toHaveBeenCalledTimes(1);
});

test("a long passage is explained as far as it was read, in the end whole", async () => {
  start(LONG);
  open();
  await answered();
  await until(({ scores, result }) =>
    expect(scores && windowsRead(scores)).toBe(result?.windows_total ?? -1),
  );
  expect(component.state.scores!.logits.length).toBeGreaterThan(2);
});

test("when reading is stopped, what was read is explained", async () => {
  sessions.hold();
  start(LONG);
  open();
  await until(({ status }) => expect(status).toBe("running"));
  await new Promise((resolve) => setTimeout(resolve, 400)); // first answers are due by then
  sessions.allow(1);
  await until(({ result }) => expect(result?.windows_done).toBeGreaterThan(0));
  component.actions.cancel();
  await until(({ scores, result }) =>
    expect(scores && windowsRead(scores)).toBe(result?.windows_done ?? -1),
  );
  const { windows_total } = component.state.result!;
  // Other options do not read on, however often they change.
  for (const top_k of [1, 2]) component.actions.setOptions({ top_k });
  await until(({ result }) => expect(result?.answers.length).toBe(2));
  expect(component.state.status).toBe("ready");
  expect(component.state.result!.windows_done).toBeLessThan(windows_total);
  sessions.allow(windows_total);
  component.actions.retry();
  await until(({ result }) => expect(result?.windows_done).toBe(windows_total));
});

test("several who ask for the scores at once all get them", async () => {
  start(SHORT);
  await answered();
  const [a, b] = await Promise.all([client.scores(), client.scores()]);
  expect(a?.logits.length).toBe(1);
  expect(b).toEqual(a);
});

test("when the engine died while nothing was asked, the question is asked again", async () => {
  start(SHORT);
  await answered();
  started[0]!.kill("the graphics device was lost");
  open();
  await explained();
  expect(component.state).toMatchObject({ status: "ready", error: "" });
  expect(component.state.result).not.toBeNull();
  expect(started.length).toBe(2);
});

test("what was stopped is not read on for want of scores", async () => {
  sessions.hold();
  start(LONG);
  await until(({ status }) => expect(status).toBe("running"));
  await new Promise((resolve) => setTimeout(resolve, 400)); // first answers are due by then
  sessions.allow(1);
  await until(({ result }) => expect(result?.windows_done).toBeGreaterThan(0));
  component.actions.cancel();
  const { result } = component.state;
  started[0]!.kill("the graphics device was lost");
  open();
  await vi.waitFor(() => expect(client.scores).toHaveBeenCalled());
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(component.state).toMatchObject({ status: "ready", result });
});

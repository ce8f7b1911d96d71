import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, expect, test } from "vitest";
import type { Result } from "../../src/core/types";
import { AssetCache } from "../../src/runtime/assets/cache";
import type { AssetSource } from "../../src/runtime/assets/source";
import { type Client, Runtime } from "../../src/runtime/client";
import { Connection } from "../../src/runtime/connection";
import type { FromWorker } from "../../src/runtime/protocol";
import type { EngineHandle } from "../../src/runtime/start";
import { engines, FakeSessions, MAX_SEQ_LEN, makeModel, OPTIONS } from "./fake-model";
import { eventually, type File, sourceOf, waiter } from "./helpers";

const { manifest, files } = makeModel("one");
const LONG = {
  passage: `${"the field ".repeat(60)}zebra`,
  question: "where is it",
  options: OPTIONS,
};
const SHORT = { ...LONG, passage: "it is the zebra" };

let sessions: FakeSessions;
let page: ReturnType<typeof engines>;
let runtime: Runtime;
let factory: IDBFactory;

beforeEach(() => {
  sessions = new FakeSessions();
  page = engines(sessions);
  factory = new IDBFactory();
  runtime = new Runtime({ start: page.start, cache: new AssetCache({ factory }), ping_ms: 20 });
});

/** Holds all files of a model; `opened` counts how often each was read. */
function server(held: readonly File[] = files): AssetSource & { opened: number } {
  const source = {
    name: "server",
    opened: 0,
    open: (asset: File["asset"], options: Parameters<AssetSource["open"]>[1]) => {
      source.opened++;
      const file = held.find((known) => known.asset.sha256 === asset.sha256);
      return sourceOf(file?.shipped ?? null).open(asset, options);
    },
  };
  return source;
}

function handlers() {
  const partial: Result[] = [];
  return { ...waiter(), partial, onPartial: (result: Result) => partial.push(result) };
}

async function loaded(source: AssetSource = server()): Promise<Client> {
  const client = runtime.connect();
  await client.load(manifest, [source], waiter());
  return client;
}

test("a model is loaded with progress over all its files, and asked", async () => {
  const client = runtime.connect();
  const own = waiter();
  const answer = await client.load(manifest, [server()], own);
  expect(answer).toEqual({ backend: "fake" });
  expect(client.notice).toBe("");
  const total = files.reduce((sum, file) => sum + file.asset.bytes, 0);
  const bytes = own.steps.filter((step) => step.stage === "asset");
  expect(bytes.every((step) => step.total === total)).toBe(true);
  expect(bytes.at(-1)?.loaded).toBe(total);
  const counts = bytes.map((step) => step.loaded);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  expect(own.steps.at(-1)).toMatchObject({ stage: "session", name: "Fake model" });
  const result = await client.ask(SHORT, handlers());
  expect(result.answers[0]?.text).toBe("zebra");
  expect(sessions.threads).toBe(2);
});

test("components share one engine, one load and one model", async () => {
  const sources = [server(), server(), server()];
  const clients = sources.map(() => runtime.connect());
  await Promise.all(clients.map((client, i) => client.load(manifest, [sources[i]!], waiter())));
  expect(sources.map((source) => source.opened).sort()).toEqual([0, 0, 3]);
  expect(page.started.length).toBe(1);
  expect(sessions.opened).toBe(1);
  const results = await Promise.all(clients.map((client) => client.ask(SHORT, handlers())));
  expect(results.map((result) => result.answers[0]?.text)).toEqual(["zebra", "zebra", "zebra"]);
});

test("a newer question takes the older one's place", async () => {
  const client = await loaded();
  sessions.hold();
  const old = client.ask(LONG, handlers());
  const young = client.ask(SHORT, handlers());
  await expect(old).rejects.toThrow("newer request");
  sessions.go();
  expect((await young).passage_length).toBe(SHORT.passage.length);
});

test("other decoding options do not run the model again; another stride does", async () => {
  const client = await loaded();
  await client.ask(LONG, handlers());
  const { runs } = sessions;
  const few = await client.ask({ ...LONG, options: { ...OPTIONS, top_k: 1 } }, handlers());
  expect(few.answers.length).toBe(1);
  expect(sessions.runs).toBe(runs);
  await client.ask({ ...LONG, options: { ...OPTIONS, doc_stride: 5 } }, handlers());
  expect(sessions.runs).toBeGreaterThan(runs);
});

test("an aborted question stops the engine's work", async () => {
  const client = await loaded();
  const own = handlers();
  sessions.allow(2);
  const asked = client.ask(LONG, own);
  await eventually(() => expect(sessions.begun).toBe(3));
  own.controller.abort();
  await expect(asked).rejects.toThrow("aborted");
  await new Promise((resolve) => setTimeout(resolve, 20));
  sessions.go();
  await eventually(() => expect(sessions.runs).toBe(3));
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(sessions.runs).toBe(3);
});

test("what was read before a stop can be looked at, and is not taken for the whole", async () => {
  const client = await loaded();
  const own = handlers();
  sessions.allow(2);
  const asked = client.ask(LONG, own);
  await eventually(() => expect(sessions.begun).toBe(3));
  own.controller.abort();
  await expect(asked).rejects.toThrow("aborted");
  const scores = await client.scores();
  expect(scores?.logits.filter((logits) => logits !== null)).toHaveLength(2);
  sessions.go();
  const whole = await client.ask(LONG, handlers());
  expect(whole.windows_done).toBe(whole.windows_total);
});

test("when the engine dies the question is asked again of a new one, from the browser's copy", async () => {
  const source = server();
  const client = await loaded(source);
  await runtime.cache.settled();
  sessions.hold();
  const asked = client.ask(SHORT, handlers());
  await eventually(() => expect(page.started.length).toBe(1));
  page.started[0]!.kill("it crashed");
  sessions.go();
  expect((await asked).answers[0]?.text).toBe("zebra");
  expect(page.started.map(({ stopped, cautious }) => [stopped, cautious])).toEqual([
    [true, false],
    [false, true],
  ]);
  expect(source.opened).toBe(3);
  expect(sessions.threads).toBe(1);
});

test("an engine that is shot without a word is missed by its heartbeat", async () => {
  const client = await loaded();
  sessions.hold();
  const asked = client.ask(SHORT, handlers());
  await new Promise((resolve) => setTimeout(resolve, 5));
  page.started[0]!.mute();
  await eventually(() => expect(page.started.length).toBe(2));
  sessions.go();
  expect((await asked).answers[0]?.text).toBe("zebra");
});

test("a window that takes long is no death", async () => {
  const client = await loaded();
  sessions.hold();
  const asked = client.ask(SHORT, handlers());
  // Twenty pings' time: the engine answers them all.
  await new Promise((resolve) => setTimeout(resolve, 400));
  sessions.go();
  await asked;
  expect(page.started.length).toBe(1);
});

test("a second death in a row is an error in words; asking again starts anew", async () => {
  const client = await loaded();
  sessions.hold();
  const asked = client.ask(SHORT, handlers());
  const verdict = expect(asked).rejects.toThrow(/stopped twice in a row \(out of memory\)/);
  await new Promise((resolve) => setTimeout(resolve, 10));
  page.started[0]!.kill("out of memory");
  await eventually(() => expect(sessions.opened).toBe(2));
  await new Promise((resolve) => setTimeout(resolve, 20));
  page.started[1]!.kill("out of memory");
  await verdict;
  sessions.go();
  expect((await client.ask(SHORT, handlers())).answers[0]?.text).toBe("zebra");
});

test("a model that nobody asks any more is freed when another one comes", async () => {
  const other = makeModel("two");
  const source = server([...files, ...other.files]);
  const [a, b] = [await loaded(source), await loaded(source)];
  await a.load(other.manifest, [source], waiter());
  expect(sessions.disposed).toBe(0);
  await b.load(other.manifest, [source], waiter());
  await eventually(() => expect(sessions.disposed).toBe(1));
  expect((await b.ask(SHORT, handlers())).answers[0]?.text).toBe("zebra");
  // The page keeps its marks for ever: one of each, however often models change.
  const marks = performance.getEntriesByType("mark").map(({ name }) => name);
  expect(marks.filter((name) => name === "qna-widget: model ready")).toHaveLength(1);
});

test("the same files asked in another way are another model", async () => {
  const one = await loaded();
  const onnx = { ...manifest.model.onnx, path: "a/copy/model.onnx" };
  const renamed = { ...manifest.model, name: "alias", note: "The other one is away.", onnx };
  await runtime.connect().load({ ...manifest, model: renamed }, [server()], waiter());
  expect(sessions.opened).toBe(1);
  const changes = { title: "Cased", max_seq_len: 2 * MAX_SEQ_LEN, lowercase: false };
  const other = runtime.connect();
  const cased = { ...manifest, model: { ...manifest.model, ...changes } };
  await other.load(cased, [server()], waiter());
  const [short, long] = [await one.ask(LONG, handlers()), await other.ask(LONG, handlers())];
  expect([short.model, long.model]).toEqual(["Fake model", "Cased"]);
  expect(long.windows_total).toBeLessThan(short.windows_total);
  const capital = { ...SHORT, passage: "it is the Zebra" };
  expect((await one.ask(capital, handlers())).answers[0]?.text).toBe("Zebra");
  expect((await other.ask(capital, handlers())).answers[0]?.text).not.toBe("Zebra");
});

test("who lets go stops its question; the model stays for the page", async () => {
  const source = server();
  const client = await loaded(source);
  sessions.hold();
  const asked = client.ask(SHORT, handlers());
  await new Promise((resolve) => setTimeout(resolve, 5));
  client.release();
  await expect(asked).rejects.toThrow("newer request");
  sessions.go();
  const next = await loaded(source);
  expect((await next.ask(SHORT, handlers())).answers[0]?.text).toBe("zebra");
  expect(sessions.opened).toBe(1);
  expect(source.opened).toBe(3);
});

test("what cannot be loaded is told in words, and can be tried again", async () => {
  const client = runtime.connect();
  const nothing = client.load(manifest, [server([])], waiter());
  await expect(nothing).rejects.toThrow(/could not be loaded\. .+: it has no .+\. Load the page/);
  await client.load(manifest, [server()], waiter());
  expect((await client.ask(SHORT, handlers())).answers[0]?.text).toBe("zebra");
});

test("late words of the engine about an older request are dropped", async () => {
  const port: EngineHandle["port"] = { postMessage: () => {}, onmessage: null };
  const handle: EngineHandle = { port, threads: 1, notice: "", stop: () => {} };
  const connection = new Connection(handle, () => {}, 1000);
  const say = (message: FromWorker): void =>
    port.onmessage!({ data: message } as MessageEvent<FromWorker>);
  const request = { model: "m", ...SHORT };
  const own = handlers();
  const old = connection.ask({ kind: "ask", client: "a", id: 1, request }, handlers());
  const young = connection.ask({ kind: "ask", client: "a", id: 2, request }, own);
  await expect(old).rejects.toThrow("newer request");
  const late = { question: "old" } as Result;
  say({ kind: "result", client: "a", id: 1, final: false, result: late });
  say({ kind: "failed", client: "a", id: 1, message: "old" });
  say({ kind: "result", client: "a", id: 1, final: true, result: late });
  say({ kind: "result", client: "a", id: 2, final: true, result: { question: "new" } as Result });
  expect((await young).question).toBe("new");
  expect(own.partial).toEqual([]);
  connection.die("the test is over");
});

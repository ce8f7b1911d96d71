import { beforeEach, expect, test, vi } from "vitest";
import * as tokenizer from "../../../src/core/tokenizer";
import type { FromWorker, Port, ToWorker } from "../../../src/runtime/protocol";
import { startEngine } from "../../../src/runtime/worker/engine";
import {
  ENGINE,
  FakeSessions,
  handsOf,
  MAX_SEQ_LEN,
  makeModel,
  OPTIONS,
  VOCAB,
} from "../fake-model";
import { contentOf, eventually } from "../helpers";

const FIELD = "the field ".repeat(30);
const LONG = `${FIELD}zebra ${FIELD}`;
const SHORT = "it is the zebra";
const { manifest } = makeModel("one");

let sessions: FakeSessions;
let said: FromWorker[];
let port: Port<FromWorker, ToWorker>;
const tell = (message: ToWorker): void =>
  port.onmessage!({ data: message } as MessageEvent<ToWorker>);
const finals = () => said.filter((message) => message.kind === "result" && message.final);

beforeEach(async () => {
  sessions = new FakeSessions();
  said = [];
  port = { postMessage: (message) => said.push(message), onmessage: null };
  startEngine(port, handsOf(() => sessions).hands, ENGINE);
  expect(said).toEqual([{ kind: "hello" }]);
  load("m");
  await eventually(() =>
    expect(said).toContainEqual({ kind: "loaded", model: "m", backend: "fake" }),
  );
});

function load(model: string): void {
  const files = {
    manifest: manifest.model,
    optimized: true,
    onnx: contentOf(new Uint8Array(1)),
    vocab: VOCAB,
  };
  tell({ kind: "load", model, files });
}

function ask(client: string, id: number, passage = SHORT, question = "where is it"): void {
  const request = { model: "m", question, passage, options: OPTIONS };
  tell({ kind: "ask", client, id, request });
}

async function answer(client: string, id: number) {
  return eventually(() => {
    const found = finals().find((m) => "id" in m && m.client === client && m.id === id);
    if (found?.kind !== "result") throw new Error("not yet");
    return found.result;
  });
}

test("a clock that jumps costs no answer", async () => {
  const real = performance.now.bind(performance);
  let jump = 0;
  vi.spyOn(performance, "now").mockImplementation(() => {
    jump = jump > 0 ? -3600e3 : 24 * 3600e3;
    return real() + jump;
  });
  vi.spyOn(Date, "now").mockImplementation(() => performance.now());
  ask("a", 1, LONG);
  const result = await answer("a", 1);
  vi.restoreAllMocks();
  expect(result.answers[0]!.text).toBe("zebra");
  expect(result.windows_done).toBe(result.windows_total);
});

test("a question is answered with offsets, windows and the model's name", async () => {
  ask("a", 1, LONG);
  const result = await answer("a", 1);
  const { start, end, text } = result.answers[0]!;
  expect(text).toBe("zebra");
  expect([start, end]).toEqual([FIELD.length, FIELD.length + 5]);
  // 121 passage tokens, 12 fit beside three question tokens, one window each 10.
  expect(MAX_SEQ_LEN - 3 - 3).toBe(12);
  expect(result.windows_total).toBe(12);
  expect(result).toMatchObject({ windows_done: 12, model: "Fake model", backend: "fake" });
  expect(result.timing).toMatchObject({ tokens: 124, windows: 12 });
  expect(sessions.runs).toBe(12);
});

test("a model that was optimised ahead of time is not optimised again", () => {
  expect(sessions.optimized).toBe(true);
});

test("the newest request of a client wins; the older one stops between two windows", async () => {
  sessions.allow(2);
  ask("a", 1, LONG);
  await eventually(() => expect(sessions.begun).toBe(3));
  ask("a", 2);
  sessions.go();
  await answer("a", 2);
  expect(finals().length).toBe(1);
  // Two windows and the one under way of the old request, one of the new.
  expect(sessions.runs).toBe(4);
});

test("cancelling stops between two windows and nothing is answered", async () => {
  sessions.allow(3);
  ask("a", 1, LONG);
  await eventually(() => expect(sessions.begun).toBe(4));
  tell({ kind: "cancel", client: "a" });
  sessions.go();
  // The one that was under way comes to its end.
  await eventually(() => expect(sessions.runs).toBe(4));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(sessions.runs).toBe(4);
  expect(finals()).toEqual([]);
});

test("clients take turns: a short question does not wait for a long passage", async () => {
  sessions.allow(2);
  ask("long", 1, LONG);
  await eventually(() => expect(sessions.begun).toBe(3));
  ask("short", 1);
  // It is tokenised while a window of the long passage runs.
  await new Promise((resolve) => setTimeout(resolve, 20));
  sessions.allow(2);
  await answer("short", 1);
  expect(finals().length).toBe(1);
  sessions.go();
  await answer("long", 1);
});

test("other decoding options are answered without running the model", async () => {
  ask("a", 1, LONG);
  await answer("a", 1);
  const { runs } = sessions;
  tell({ kind: "decode", client: "a", id: 2, of: 1, options: { ...OPTIONS, top_k: 2 } });
  expect((await answer("a", 2)).answers.length).toBe(2);
  expect(sessions.runs).toBe(runs);
  tell({ kind: "decode", client: "a", id: 3, of: 99, options: OPTIONS });
  expect(said.at(-1)).toMatchObject({ kind: "failed", id: 3 });
});

test("options that change while it runs keep the windows that were run", async () => {
  sessions.allow(3);
  ask("a", 1, LONG);
  await eventually(() => expect(sessions.begun).toBe(4));
  sessions.go();
  tell({ kind: "decode", client: "a", id: 2, of: 1, options: { ...OPTIONS, top_k: 1 } });
  expect((await answer("a", 2)).answers.length).toBe(1);
  expect(sessions.runs).toBe(12);
  expect(finals().length).toBe(1);
});

test("a long passage gives progress by windows and first answers, at most every 250 ms", async () => {
  let now = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => {
    now += 30;
    return now;
  });
  ask("a", 1, LONG);
  await answer("a", 1);
  clock.mockRestore();
  const windows = said.flatMap((m) => (m.kind === "progress" ? [m.progress.loaded] : []));
  expect(windows).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const partial = said.flatMap((m) => (m.kind === "result" && !m.final ? [m.result] : []));
  expect(partial.length).toBeGreaterThan(1);
  const times = partial.map((result) => result.timing.total_ms);
  for (const [i, time] of times.entries()) {
    expect(time - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(250);
  }
  expect(partial.every((result) => result.windows_done < 12)).toBe(true);
});

test("a blank question and a broken run are errors in words", async () => {
  ask("a", 1, SHORT, " \u0000 ");
  await eventually(() => expect(said.at(-1)).toMatchObject({ kind: "failed" }));
  expect(said.at(-1)).toMatchObject({ message: expect.stringContaining("question is blank") });
  sessions.failure = new Error("bad input");
  ask("a", 2);
  await eventually(() => expect(said.at(-1)).toMatchObject({ id: 2, message: "bad input" }));
  // Asked again, it is answered: a failed window ends no hand.
  ask("a", 3);
  expect((await answer("a", 3)).answers[0]?.text).toBe("zebra");
});

test("a model that does not start is an error in words, and may be loaded again", async () => {
  sessions.failure = new Error("no such operator");
  load("n");
  await eventually(() => expect(said.at(-1)).toMatchObject({ kind: "load-failed", fatal: false }));
  expect(said.at(-1)).toMatchObject({
    message: "Fake model could not be started. no such operator",
  });
  load("n");
  await eventually(() => expect(said.at(-1)).toMatchObject({ kind: "loaded", model: "n" }));
  tell({ kind: "unload", model: "n" });
  await eventually(() => expect(sessions.disposed).toBe(1));
});

test("a passage is tokenised once for several questions, also after cancelling", async () => {
  const encode = vi.fn();
  const create = tokenizer.createTokenizer;
  const spy = vi.spyOn(tokenizer, "createTokenizer").mockImplementation((...args) => {
    const made = create(...args);
    const counted = (name: "encode" | "encodePassage") => (text: string) => {
      encode(text);
      return made[name](text);
    };
    return { ...made, encode: counted("encode"), encodePassage: counted("encodePassage") };
  });
  load("n");
  await eventually(() => expect(said.at(-1)).toMatchObject({ kind: "loaded", model: "n" }));
  const request = { model: "n", question: "where is it", passage: LONG, options: OPTIONS };
  encode.mockClear();
  tell({ kind: "ask", client: "a", id: 1, request });
  await answer("a", 1);
  tell({ kind: "cancel", client: "a" });
  tell({ kind: "ask", client: "a", id: 2, request: { ...request, question: "is it" } });
  await answer("a", 2);
  expect(encode.mock.calls.flat()).toEqual([LONG, "where is it", "is it"]);
  spy.mockRestore();
});

test("the windows and logits of a client can be looked into until it leaves", async () => {
  ask("a", 1, LONG);
  await answer("a", 1);
  tell({ kind: "scores", client: "a", id: 5 });
  const last = said.at(-1);
  if (last?.kind !== "scores") throw new Error("no scores came");
  expect(last.scores?.features.length).toBe(last.scores?.logits.length);
  tell({ kind: "forget", client: "a" });
  tell({ kind: "scores", client: "a", id: 6 });
  expect(said.at(-1)).toEqual({ kind: "scores", client: "a", id: 6, scores: null });
});

test("pings are answered while it runs", async () => {
  ask("a", 1, LONG);
  tell({ kind: "ping", nonce: 7 });
  expect(said.at(-1)).toEqual({ kind: "pong", nonce: 7 });
});

// What Python asks of the page, and what goes back, byte by byte.
import { beforeEach, expect, test, vi } from "vitest";
import type { Component } from "../../../src/component/component";
import { History } from "../../../src/component/history";
import type { ComponentState } from "../../../src/component/state";
import * as contract from "../../../src/core/contract";
import { crc32 } from "../../../src/core/crc32";
import type { RawScores } from "../../../src/core/types";
import { packScores } from "../../../src/hosts/widget/packed-scores";
import { answerRequests } from "../../../src/hosts/widget/requests";
import { makeInputs, makeResult, makeState } from "../states";
import { FakeModel } from "./fake-model";

const TEXT = "🙂 ab 𠀀";

/** Two windows over `tokens` passage tokens; every number tells its place. */
function makeScores(tokens = 2, starts = [0, 3], ends = [2, 5]): RawScores {
  const logits = (from: number, length: number) => ({
    start_logits: Float32Array.from({ length }, (_, i) => from + i + 0.5),
    end_logits: Float32Array.from({ length }, (_, i) => -from - i - 0.25),
  });
  const feature = (window_start: number, window_length: number) => ({
    input_ids: new Int32Array(window_length + 4),
    token_type_ids: new Int32Array(window_length + 4),
    passage_position: 3,
    window_start,
    window_length,
  });
  return {
    question: { input_ids: Int32Array.of(7), starts: Int32Array.of(0), ends: Int32Array.of(3) },
    passage: {
      input_ids: Int32Array.from({ length: tokens }, (_, i) => 100 + i),
      starts: Int32Array.from({ length: tokens }, (_, i) => starts[i % starts.length]!),
      ends: Int32Array.from({ length: tokens }, (_, i) => ends[i % ends.length]!),
    },
    features: [feature(0, tokens), feature(1, tokens - 1)],
    logits: [logits(10, tokens + 4), logits(20, tokens + 3)],
  };
}

const SCORED: Partial<ComponentState> = {
  inputs: makeInputs({ passage: TEXT }),
  scores: makeScores(),
};

class FakeComponent implements Component {
  inspectors = 0;
  confirmed = 0;
  readonly history = new History();
  readonly actions = {
    confirm: () => this.confirmed++,
    inspect: (until: AbortSignal) => {
      this.inspectors++;
      until.addEventListener("abort", () => this.inspectors--);
    },
  } as unknown as Component["actions"];
  private readonly listeners = new Set<(state: ComponentState) => void>();

  constructor(public state: ComponentState) {}

  subscribe(listener: (state: ComponentState) => void, signal: AbortSignal): void {
    this.listeners.add(listener);
    signal.addEventListener("abort", () => this.listeners.delete(listener));
  }

  become(changes: Partial<ComponentState>): void {
    this.state = { ...this.state, ...changes };
    for (const listener of this.listeners) listener(this.state);
  }
}

let model: FakeModel;
let component: FakeComponent;
let stop: AbortController;

beforeEach(() => {
  model = new FakeModel({});
  component = new FakeComponent(makeState({ ...SCORED, scores: null }));
  stop = new AbortController();
  answerRequests(model, component, "p", stop.signal);
});

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

test("a ping is answered at once", () => {
  model.receive({ kind: "page.ping", request: "p1" });
  expect(model.sent).toEqual([{ kind: "page.pong", request: "p1" }]);
  expect(Object.keys(model.sent[0]!)).toEqual(contract.messages["page.pong"].items);
});

test("a question that Python asks is meant, though it stood there before", () => {
  model.receive({ kind: "page.ask" });
  expect([component.confirmed, model.sent]).toEqual([1, []]);
});

test("the packed numbers are what contract.json says, offsets in code points", () => {
  const { counts, bytes } = packScores(TEXT, makeScores());
  expect(Object.keys(counts)).toEqual(contract.scores.counts);
  expect(counts).toEqual({ passage: 2, question: 1, windows: 2 });
  const view = new DataView(bytes.buffer);
  const integers = Array.from({ length: 13 }, (_, i) => view.getInt32(4 * i, true));
  expect(integers).toEqual([100, 101, 0, 2, 1, 4, 7, 3, 0, 2, 3, 1, 1]);
  const floats = Array.from({ length: 22 }, (_, i) => view.getFloat32(4 * (13 + i), true));
  const up = (from: number, length: number) => Array.from({ length }, (_, i) => from + i + 0.5);
  const down = (from: number, length: number) => Array.from({ length }, (_, i) => -from - i - 0.25);
  expect(floats).toEqual([...up(10, 6), ...down(10, 6), ...up(20, 5), ...down(20, 5)]);
  expect(bytes.byteLength).toBe(4 * (13 + 22));
});

test("scores are fetched on request only, and let go of afterwards", async () => {
  component.become({});
  await settle();
  expect([model.sent, component.inspectors]).toEqual([[], 0]);
  model.receive({ kind: "scores.read", request: "s1" });
  expect(component.inspectors).toBe(1);
  component.become(SCORED);
  await settle();
  expect(component.inspectors).toBe(0);
  const [chunk] = model.sent;
  expect(Object.keys(chunk!).sort()).toEqual([...contract.messages["scores.chunk"].items].sort());
  const { passage: _, ...inputs } = SCORED.inputs!;
  expect(chunk).toMatchObject({ kind: "scores.chunk", request: "s1", inputs, offset: 0 });
  expect(chunk!.passage_crc32).toBe(crc32(TEXT));
  expect(bytesOf(model.buffers[0]!)).toEqual([...packScores(TEXT, makeScores()).bytes]);
});

function bytesOf(buffers: readonly ArrayBufferView[]): number[] {
  return buffers.flatMap((view) => [
    ...new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
  ]);
}

test("no message is larger than the contract's chunk, and together they are all", async () => {
  const scores = makeScores(100_000);
  component.become({ ...SCORED, scores });
  model.receive({ kind: "scores.read", request: "s1" });
  await settle();
  const whole = packScores(TEXT, scores).bytes;
  expect(model.sent.length).toBe(Math.ceil(whole.byteLength / contract.scores.chunk_bytes));
  expect(model.sent.length).toBeGreaterThan(2);
  expect(new Set(model.sent.map(({ total }) => total))).toEqual(new Set([whole.byteLength]));
  const joined = new Uint8Array(whole.byteLength);
  model.sent.forEach(({ offset }, i) => {
    const [view] = model.buffers[i]!;
    expect(view!.byteLength).toBeLessThanOrEqual(contract.scores.chunk_bytes);
    joined.set(new Uint8Array(view!.buffer), offset as number);
  });
  expect(Buffer.compare(joined, whole)).toBe(0);
});

test.each<[string, Partial<ComponentState>]>([
  ["No memory.", { status: "error", error: "No memory." }],
  ["There is no question to score.", { status: "ready", result: null }],
  ["stopped", { status: "ready", result: makeResult({ windows_done: 1 }) }],
])("without scores to come the reason is sent: %s", async (words, changes) => {
  component.become({ status: "running", result: null });
  model.receive({ kind: "scores.read", request: "s1" });
  await settle();
  expect(model.sent).toEqual([]);
  component.become(changes);
  await settle();
  expect(Object.keys(model.sent[0]!)).toEqual(contract.messages["scores.none"].items);
  expect(model.sent[0]).toMatchObject({ kind: "scores.none", request: "s1" });
  expect(model.sent[0]!.message).toContain(words);
  expect(component.inspectors).toBe(0);
});

test("scores of a part of the windows are not given for all", async () => {
  const scores = makeScores();
  model.receive({ kind: "scores.read", request: "s1" });
  component.become({ scores: { ...scores, logits: [null, ...scores.logits.slice(1)] } });
  await settle();
  expect(model.sent).toEqual([]);
  component.become({ scores });
  await settle();
  expect(model.sent).toHaveLength(1);
});

test("scores of the model before are not given for one that is on its way", async () => {
  const change = { model: "other", former: "bundled", progress: null, error: "" };
  component.become({ ...SCORED, change });
  model.receive({ kind: "scores.read", request: "s1" });
  await settle();
  expect(model.sent).toEqual([]);
  component.become({ change: null });
  await settle();
  expect(model.sent).toHaveLength(1);
});

test("a gone kernel is no error, and nothing is left behind", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  component.become(SCORED);
  model.gone = true;
  model.receive({ kind: "scores.read", request: "s1" });
  await settle();
  expect(warn).toHaveBeenCalled();
  warn.mockRestore();
  model.gone = false;
  component.become({ scores: null });
  model.receive({ kind: "scores.read", request: "s2" });
  stop.abort();
  expect([model.listening(), component.inspectors]).toEqual([0, 0]);
});

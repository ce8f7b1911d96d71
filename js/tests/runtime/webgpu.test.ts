import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Feature, Logits } from "../../src/core/types";
import { AssetCache } from "../../src/runtime/assets/cache";
import { Runtime } from "../../src/runtime/client";
import type { Session } from "../../src/runtime/worker/session";
import { disagreement, TOLERANCE, webGpuSessions } from "../../src/runtime/worker/webgpu-session";
import { engines, FakeSessions, makeGpuModel, makeModel, OPTIONS } from "./fake-model";
import { eventually, type File, sourceOf, waiter } from "./helpers";

const { manifest, files } = makeGpuModel("one");
const LONG = {
  passage: `${"the field ".repeat(60)}zebra`,
  question: "where is it",
  options: OPTIONS,
};
const GRAPHICS_CARD = { info: { isFallbackAdapter: false } };

let sessions: FakeSessions;
let page: ReturnType<typeof engines>;
let runtime: Runtime;

beforeEach(() => {
  sessions = new FakeSessions();
  page = engines(sessions);
  const cache = new AssetCache({ factory: new IDBFactory() });
  runtime = new Runtime({ start: page.start, cache, ping_ms: 20 });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const handlers = () => ({ ...waiter(), onPartial: () => {} });

function adapter(requestAdapter: () => Promise<unknown>): void {
  vi.stubGlobal("navigator", { gpu: { requestAdapter } });
}

function server(held: readonly File[] = files) {
  const read: string[] = [];
  return {
    name: "server",
    read,
    open: (asset: File["asset"], options: Parameters<ReturnType<typeof sourceOf>["open"]>[1]) => {
      const file = held.find((known) => known.asset.sha256 === asset.sha256);
      if (file) read.push(asset.name);
      return sourceOf(file?.shipped ?? null).open(asset, options);
    },
  };
}

test("with an adapter, its own worker and its own file are taken, and nothing else", async () => {
  adapter(async () => GRAPHICS_CARD);
  const client = runtime.connect();
  const source = server();
  const own = waiter();
  await client.load(manifest, [source], own);
  expect(source.read).toEqual(["worker", "wasm (WebGPU)", "vocab.txt", "webgpu.onnx"]);
  expect(new TextDecoder().decode(page.started[0]!.script)).toBe("worker one");
  expect(client.notice).toBe("");
  // The graph for WebGPU is optimised where it runs.
  expect(sessions.optimized).toBe(false);
  const total = own.steps.at(-2)!.total;
  expect(own.steps.filter((step) => step.stage === "asset").at(-1)!.loaded).toBe(total);
  expect((await client.ask(LONG, handlers())).answers[0]?.text).toBe("zebra");
});

const NO_CARD: Record<string, () => Promise<unknown>> = {
  null: async () => null,
  refused: async () => {
    throw new Error("blocked");
  },
  "played by the processor": async () => ({ info: { isFallbackAdapter: true } }),
};

test.each(Object.keys(NO_CARD))(
  "without a graphics card (%s) it is wasm, silently",
  async (how) => {
    adapter(NO_CARD[how]!);
    const client = runtime.connect();
    const source = server();
    await client.load(manifest, [source], waiter());
    expect(source.read).toEqual(["onnxruntime (wasm)", "vocab.txt", "model.onnx"]);
    expect(page.started[0]!.script).toBeUndefined();
    expect(client.notice).toBe("");
  },
);

test("an adapter that never comes is not waited for", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 100 });
  adapter(() => new Promise(() => {}));
  const client = runtime.connect();
  const load = client.load(manifest, [server()], waiter());
  await vi.advanceTimersByTimeAsync(3000);
  await load;
  expect(page.started[0]!.script).toBeUndefined();
});

test("a model without a file for WebGPU runs on wasm, and asks for no adapter", async () => {
  const request = vi.fn(async () => GRAPHICS_CARD);
  adapter(request);
  const plain = makeModel("two");
  const client = runtime.connect();
  await client.load(plain.manifest, [server(plain.files)], waiter());
  expect(page.started[0]!.script).toBeUndefined();
  expect(request).not.toHaveBeenCalled();
});

test("a model that WebGPU refuses is loaded into wasm; its engine is ended, the reason told", async () => {
  adapter(async () => GRAPHICS_CARD);
  sessions.failure = new Error("WebGPU's logits differ from wasm's by 40.0% of their range.");
  const client = runtime.connect();
  await client.load(manifest, [server()], waiter());
  expect(page.started.map(({ script }) => script !== undefined)).toEqual([true, false]);
  await eventually(() => expect(page.started[0]!.stopped).toBe(true));
  expect(client.notice).toMatch(/^The graphics card is not used: .*differ from wasm's by 40.0%/);
  expect((await client.ask(LONG, handlers())).answers[0]?.text).toBe("zebra");
});

test("a device lost in the middle of a question: wasm answers it whole", async () => {
  adapter(async () => GRAPHICS_CARD);
  const client = runtime.connect();
  await client.load(manifest, [server()], waiter());
  sessions.allow(2);
  const asked = client.ask(LONG, handlers());
  await eventually(() => expect(sessions.begun).toBe(3));
  page.started[0]!.say({ kind: "dead", message: "the graphics device was lost: unknown" });
  sessions.go();
  const result = await asked;
  expect(result.windows_done).toBe(result.windows_total);
  expect(result.answers[0]?.text).toBe("zebra");
  expect(page.started[1]!.script).toBeUndefined();
  expect(client.notice).toBe(
    "The graphics card is not used: the graphics device was lost: unknown.",
  );
  // It is not tried again on this page, and wasm is no less trusted for it.
  await runtime.connect().load(manifest, [server()], waiter());
  expect(page.started.length).toBe(2);
  expect(page.started[1]!.cautious).toBe(false);
});

const FEATURES = [] as Feature[];
const OPEN = { optimized: false };
const logits = (...values: number[]): Logits[] => [
  { start_logits: Float32Array.from(values), end_logits: Float32Array.from(values) },
];

/** Sessions that answer what is given for their provider; `events` keeps their order. */
function opener(answers: { wasm: Logits[]; webgpu: Logits[] }) {
  const events: string[] = [];
  let lose: (reason: string) => void = () => {};
  const loss = new Promise<string>((resolve) => {
    lose = resolve;
  });
  const broken = { run: false };
  const create = async (_: Uint8Array, provider: "wasm" | "webgpu"): Promise<Session> => {
    events.push(`create ${provider}`);
    return {
      backend: provider,
      run: async () => {
        if (broken.run) throw new Error("OrtRun failed");
        return answers[provider];
      },
      dispose: async () => void events.push(`dispose ${provider}`),
    };
  };
  return { create, deviceLoss: () => loss, lose, events, broken };
}

test("agreement is measured as a share of the range, and no number is no agreement", () => {
  expect(disagreement(logits(-5, 5), logits(-5, 5))).toBe(0);
  expect(disagreement(logits(-5, 5), logits(-5, 4))).toBeCloseTo(0.1);
  expect(disagreement(logits(-5, 5), logits(-5, Number.NaN))).toBeNaN();
});

test("a session is handed out when both agree, and wasm's is freed before WebGPU's is made", async () => {
  const near = 5 + 10 * TOLERANCE * 0.9;
  const made = opener({ wasm: logits(-5, 5), webgpu: logits(-5, near) });
  const session = await webGpuSessions(() => {}, made)(new Uint8Array(1), OPEN);
  expect(session.backend).toBe("webgpu");
  expect(made.events).toEqual(["create wasm", "dispose wasm", "create webgpu"]);
});

test.each([5 + 10 * TOLERANCE * 1.1, Number.NaN, Number.POSITIVE_INFINITY])(
  "logits that differ (%d for 5) are refused, and the session is freed",
  async (wrong) => {
    const made = opener({ wasm: logits(-5, 5), webgpu: logits(-5, wrong) });
    const open = webGpuSessions(() => {}, made);
    await expect(open(new Uint8Array(1), OPEN)).rejects.toThrow("differ from wasm's");
    expect(made.events.at(-1)).toBe("dispose webgpu");
  },
);

test("a lost device and a failing run are told, the loss first", async () => {
  const told: string[] = [];
  const made = opener({ wasm: logits(-5, 5), webgpu: logits(-5, 5) });
  const session = await webGpuSessions((reason) => told.push(reason), made)(
    new Uint8Array(1),
    OPEN,
  );
  made.broken.run = true;
  const { signal } = new AbortController();
  const run = session.run(FEATURES, { signal });
  made.lose("the driver was reset");
  await expect(run).rejects.toThrow("OrtRun failed");
  expect(told).toEqual([
    "the graphics device was lost: the driver was reset",
    "it failed: OrtRun failed",
  ]);
});

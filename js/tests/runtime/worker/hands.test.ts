// Where the engine's hands come from, seen from the page's first message on.
import { afterEach, expect, test, vi } from "vitest";
import { Connection } from "../../../src/runtime/connection";
import type { FromWorker, Port, ToWorker } from "../../../src/runtime/protocol";
import type { EngineHandle } from "../../../src/runtime/start";
import { startEngine } from "../../../src/runtime/worker/engine";
import { workerHands } from "../../../src/runtime/worker/hands";
import { FakeSessions } from "../fake-model";
import { eventually } from "../helpers";

afterEach(() => vi.unstubAllGlobals());

const PAGE_URL = "blob:null/of-the-page";

/** An engine in a worker of a page, whose hands are counted; the addresses they start from. */
function begin(script?: Blob): string[] {
  const started: string[] = [];
  class FakeWorker {
    onmessage: (() => void) | null = null;
    constructor(url: string) {
      started.push(url);
      queueMicrotask(() => this.onmessage?.());
    }
    postMessage(): void {}
    terminate(): void {}
  }
  vi.stubGlobal("Worker", FakeWorker);
  vi.stubGlobal("self", { location: { href: PAGE_URL } });
  const port: Port<FromWorker, ToWorker> = { postMessage: () => {}, onmessage: null };
  startEngine(port, workerHands(new FakeSessions()));
  const toEngine: EngineHandle["port"] = {
    postMessage: (data) => port.onmessage!({ data } as MessageEvent<ToWorker>),
    onmessage: null,
  };
  const handle = { port: toEngine, threads: 1, notice: "", stop: () => {} };
  new Connection(script === undefined ? handle : { ...handle, script }, () => {});
  return started;
}

test("hands start from an address that the engine makes of the page's script itself", async () => {
  const script = new Blob(["postMessage(1)"], { type: "text/javascript" });
  const started = begin(script);
  await eventually(() => expect(started.length).toBe(1));
  expect(started[0]).toMatch(/^blob:/);
  expect(started[0]).not.toBe(PAGE_URL);
  URL.revokeObjectURL(started[0]!);
});

test("where the script came from an address of its own, they start from there", async () => {
  const started = begin();
  await eventually(() => expect(started).toEqual([PAGE_URL]));
});

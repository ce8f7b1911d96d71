import { expect, test, vi } from "vitest";
import * as contract from "../../../src/core/contract";
import {
  type AssetRead,
  type Buffers,
  type RpcOptions,
  rpcSource,
} from "../../../src/runtime/assets/kernel";
import { eventually, makeFile, packFile } from "../helpers";

const CHUNK = 1000;
const FAST: RpcOptions = { chunk_bytes: CHUNK, chunk_timeout_ms: 15, waiting_ms: 15 };
const { asset, shipped } = makeFile(10_400);

/** A kernel that answers as `answer` says; by default with a view into a larger buffer. */
class Kernel {
  readonly reads: AssetRead[] = [];
  readonly listeners = new Set<(message: unknown, buffers: Buffers) => void>();
  most_open = 0;
  private open = 0;

  constructor(
    private readonly answer: (read: AssetRead, count: number, kernel: Kernel) => void = (read) =>
      this.give(read),
  ) {}

  source(options = FAST) {
    return rpcSource(
      (read) => {
        const count = this.reads.push(read);
        this.most_open = Math.max(this.most_open, ++this.open);
        setTimeout(() => {
          this.open--;
          this.answer(read, count, this);
        }, 1);
      },
      (callback, signal) => {
        this.listeners.add(callback);
        signal.addEventListener("abort", () => this.listeners.delete(callback));
      },
      options,
    );
  }

  give({ request, sha256, offset, length }: AssetRead): void {
    const larger = new Uint8Array(length + 20);
    larger.set(shipped.subarray(offset, offset + length), 7);
    const buffer = new DataView(larger.buffer, 7, length);
    this.say({ kind: "asset.chunk", request, sha256, offset, total: asset.bytes }, [buffer]);
  }

  say(message: unknown, buffers: Buffers = []): void {
    for (const listener of this.listeners) listener(message, buffers);
  }
}

async function readAll(kernel: Kernel, offset = 0, options = FAST, waits: string[] = []) {
  const signal = new AbortController().signal;
  const how = { offset, signal, onWait: (reason: string) => waits.push(reason) };
  const pieces: Uint8Array[] = [];
  for await (const piece of (await kernel.source(options).open(asset, how))!) pieces.push(piece);
  return Buffer.concat(pieces);
}

test("chunks come in order, two in flight, out of views into larger buffers", async () => {
  const kernel = new Kernel();
  expect(Buffer.compare(await readAll(kernel), shipped)).toBe(0);
  expect(kernel.most_open).toBe(contract.assets.chunks_in_flight);
  expect(kernel.reads.map((read) => read.offset)).toEqual(
    Array.from({ length: Math.ceil(asset.bytes / CHUNK) }, (_, i) => i * CHUNK),
  );
  expect(kernel.listeners.size).toBe(0);
});

test("a message holds exactly what the contract says", async () => {
  const kernel = new Kernel();
  await readAll(kernel, 0, {});
  expect(Object.keys(kernel.reads[0]!)).toEqual(contract.messages["asset.read"].items);
  expect(kernel.reads[0]!.length).toBeLessThanOrEqual(contract.assets.chunk_bytes);
});

test("it begins where an earlier transfer stopped", async () => {
  const kernel = new Kernel();
  expect(Buffer.compare(await readAll(kernel, 2 * CHUNK), shipped.subarray(2 * CHUNK))).toBe(0);
});

test("a chunk that never comes is asked for again at the same offset", async () => {
  const kernel = new Kernel((read, count, self) => count !== 3 && self.give(read));
  expect(Buffer.compare(await readAll(kernel), shipped)).toBe(0);
  const offsets = kernel.reads.map((read) => read.offset);
  expect(offsets.filter((offset) => offset === 2 * CHUNK).length).toBe(2);
});

test("late duplicates and other pages' messages change nothing", async () => {
  const kernel = new Kernel((read, _, self) => {
    self.say({ kind: "asset.chunk", request: "other-1", offset: 0 }, [new Uint8Array(5)]);
    self.say("nonsense");
    self.give(read);
    const zeros = { ...read, kind: "asset.chunk" };
    self.say(zeros, [new Uint8Array(read.length)]);
  });
  expect(Buffer.compare(await readAll(kernel), shipped)).toBe(0);
});

test("a reply to the first request counts although a second one is under way", async () => {
  let first: AssetRead | undefined;
  const kernel = new Kernel((read, count, self) => {
    if (count === 1) first = read;
    else if (read.offset === 0) self.give(first!);
    else self.give(read);
  });
  expect(Buffer.compare(await readAll(kernel), shipped)).toBe(0);
});

test("a kernel that stays silent is an error in words: how far it came and what to do", async () => {
  const kernel = new Kernel((read, _, self) => read.offset < 3 * CHUNK && self.give(read));
  const waits: string[] = [];
  await expect(readAll(kernel, 0, FAST, waits)).rejects.toThrow(
    new RegExp(`sent 3000 of ${asset.bytes} bytes, then nothing.*run this cell again`),
  );
  const { length } = kernel.reads.filter((read) => read.offset === 3 * CHUNK);
  expect(length).toBe(contract.assets.chunk_attempts);
  expect(waits).toContain("waiting for the kernel");
  expect(kernel.listeners.size).toBe(0);
});

test("a clock that is set does not hide that the kernel is waited for", async () => {
  const kernel = new Kernel((read, _, self) => read.offset < 3 * CHUNK && self.give(read));
  const waits: string[] = [];
  const real = Date.now();
  let jump = 0;
  vi.spyOn(Date, "now").mockImplementation(() => {
    jump -= 24 * 3600e3;
    return real + jump;
  });
  await expect(readAll(kernel, 0, FAST, waits)).rejects.toThrow("then nothing");
  vi.restoreAllMocks();
  expect(waits).toContain("waiting for the kernel");
});

test("what Python refuses is told in its own words, at once", async () => {
  const message = "Python has no such file: run the cell again.";
  const kernel = new Kernel(({ request }, _, self) =>
    self.say({ kind: "asset.error", request, message }),
  );
  await expect(readAll(kernel)).rejects.toThrow(message);
  expect(kernel.reads.length).toBe(2);
});

test("a chunk of another length is refused", async () => {
  const kernel = new Kernel(({ request }, _, self) =>
    self.say({ kind: "asset.chunk", request }, [new ArrayBuffer(3)]),
  );
  await expect(readAll(kernel)).rejects.toThrow("sent 3 bytes where 1000 were asked for");
});

test("aborting stops the asking and takes the listener away", async () => {
  const controller = new AbortController();
  const kernel = new Kernel(() => {});
  const how = { offset: 0, signal: controller.signal, onWait: () => {} };
  const pieces = (await kernel.source().open(asset, how))![Symbol.asyncIterator]();
  const next = pieces.next();
  await eventually(() => expect(kernel.reads.length).toBe(2));
  controller.abort();
  await expect(next).rejects.toThrow("aborted");
  expect(kernel.listeners.size).toBe(0);
  const { length } = kernel.reads;
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(kernel.reads.length).toBe(length);
});

test("an empty file needs no message", async () => {
  const kernel = new Kernel();
  const { asset: packed } = packFile(new Uint8Array(0));
  const how = { offset: 0, signal: new AbortController().signal, onWait: () => {} };
  const pieces: Uint8Array[] = [];
  const empty = { ...packed, bytes: 0 };
  for await (const piece of (await kernel.source().open(empty, how))!) pieces.push(piece);
  expect(pieces).toEqual([]);
  expect(kernel.reads).toEqual([]);
});

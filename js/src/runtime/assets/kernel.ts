// Files from the kernel, over custom messages in chunks (qna_widget/contract.json; Python's side:
// qna_widget/hosts/assets.py). Small chunks, two in flight: larger ones freeze the page.
import * as contract from "../../core/contract";
import type { Asset } from "../../core/manifest";
import { abortable } from "../shared";
import type { AssetSource, OpenOptions } from "./source";

export interface AssetRead {
  readonly kind: "asset.read";
  readonly request: string;
  readonly sha256: string;
  /** Bytes of the file as shipped. */
  readonly offset: number;
  readonly length: number;
}

export interface RpcOptions {
  readonly chunk_bytes?: number;
  readonly chunks_in_flight?: number;
  readonly chunk_timeout_ms?: number;
  readonly chunk_attempts?: number;
  /** Silence after which the progress says that the page waits for the kernel. */
  readonly waiting_ms?: number;
}

interface Reply {
  readonly message: { readonly kind: string; readonly message?: unknown };
  readonly buffer: unknown;
}

/** Buffers of a kernel message: views into something larger, as a rule. */
export type Buffers = readonly (ArrayBuffer | ArrayBufferView)[];
export type Send = (message: AssetRead) => void;
/** Calls back for each custom message of the kernel, until the signal aborts. */
export type OnMessage = (
  callback: (message: unknown, buffers: Buffers) => void,
  signal: AbortSignal,
) => void;

/** The kernel as a source. Nothing is sent before the first file is asked for. */
export function rpcSource(send: Send, onMessage: OnMessage, options: RpcOptions = {}): AssetSource {
  const settings = { waiting_ms: 3000, ...contract.assets, ...options };
  return {
    name: "kernel",
    open: async (asset, how) => readChunks(asset, how, settings, send, onMessage),
  };
}

async function* readChunks(
  asset: Asset,
  { offset, signal, onWait }: OpenOptions,
  settings: Required<RpcOptions>,
  send: Send,
  onMessage: OnMessage,
): AsyncGenerator<Uint8Array> {
  const leaving = new AbortController();
  const leave = (): void => leaving.abort(signal.reason);
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave, { once: true });
  const replies = new Replies(leaving.signal, onMessage);
  const read = async (at: number): Promise<Uint8Array> => {
    const length = Math.min(settings.chunk_bytes, asset.bytes - at);
    for (let attempt = 1; attempt <= settings.chunk_attempts; attempt++) {
      const request = replies.expect(at);
      send({ kind: "asset.read", request, sha256: asset.sha256, offset: at, length });
      // Waits longer each time: a busy kernel answers when its cell ends, and asking more does not help.
      const reply = await replies.reply(at, settings.chunk_timeout_ms * attempt);
      if (reply !== null) return chunkOf(reply, length);
    }
    throw new Error(
      `the kernel sent ${replies.received} of ${asset.bytes} bytes, then nothing. It is busy, was ` +
        "restarted, or the connection was lost: wait for its cells to end or run this cell " +
        "again, then try again.",
    );
  };
  const waiting = setInterval(() => {
    if (replies.silentFor() >= settings.waiting_ms) onWait("waiting for the kernel");
  }, settings.waiting_ms / 3);
  try {
    replies.received = offset;
    const coming: Promise<Uint8Array>[] = [];
    let next = offset;
    for (let at = offset; at < asset.bytes; ) {
      while (next < asset.bytes && coming.length < settings.chunks_in_flight) {
        const chunk = read(next);
        // It is awaited below; until then its failure must not count as unhandled.
        chunk.catch(() => undefined);
        coming.push(chunk);
        next += settings.chunk_bytes;
      }
      const chunk = await coming.shift()!;
      at += chunk.byteLength;
      replies.received = at;
      yield chunk;
    }
  } finally {
    clearInterval(waiting);
    signal.removeEventListener("abort", leave);
    leaving.abort(new DOMException("The transfer has ended.", "AbortError"));
  }
}

/** Sorts the kernel's replies by offset. The first reply about an offset counts. */
class Replies {
  /** Bytes in order so far. */
  received = 0;
  readonly #requests = new Map<string, number>();
  readonly #places = new Map<number, (reply: Reply) => void>();
  readonly #early = new Map<number, Promise<Reply>>();
  // Not the time of day, which may be set meanwhile.
  #last_reply = performance.now();
  // The kernel's messages reach all its pages: a number alone would match another page's request.
  readonly #prefix = Math.random().toString(36).slice(2);
  #count = 0;

  constructor(
    private readonly signal: AbortSignal,
    onMessage: OnMessage,
  ) {
    onMessage((message, buffers) => this.#receive(message, buffers), signal);
  }

  /** Returns the id of one more request for the chunk at `offset`. */
  expect(offset: number): string {
    const request = `${this.#prefix}-${++this.#count}`;
    this.#requests.set(request, offset);
    if (!this.#early.has(offset)) {
      this.#early.set(
        offset,
        new Promise((resolve) => {
          this.#places.set(offset, resolve);
        }),
      );
    }
    return request;
  }

  /** The reply about the chunk at `offset`, or null after `timeout_ms`. */
  async reply(offset: number, timeout_ms: number): Promise<Reply | null> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), timeout_ms);
    });
    try {
      return await abortable(Promise.race([this.#early.get(offset)!, late]), this.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Milliseconds since the last reply. */
  silentFor(): number {
    return performance.now() - this.#last_reply;
  }

  #receive(message: unknown, buffers: Buffers): void {
    if (typeof message !== "object" || message === null) return;
    const { kind, request } = message as { kind?: unknown; request?: unknown };
    if (kind !== "asset.chunk" && kind !== "asset.error") return;
    const offset = typeof request === "string" ? this.#requests.get(request) : undefined;
    if (offset === undefined) return;
    this.#last_reply = performance.now();
    this.#places.get(offset)?.({
      message: { ...message, kind },
      buffer: buffers?.[0],
    });
  }
}

/** @throws Error when the kernel refused, or sent something else than was asked for. */
function chunkOf({ message, buffer }: Reply, length: number): Uint8Array {
  if (message.kind === "asset.error") throw new Error(String(message.message));
  // A buffer may be a view into a larger message.
  const chunk = ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer instanceof ArrayBuffer ? buffer : new ArrayBuffer(0));
  if (chunk.byteLength !== length) {
    throw new Error(`the kernel sent ${chunk.byteLength} bytes where ${length} were asked for.`);
  }
  return chunk;
}

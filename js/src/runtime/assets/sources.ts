// Sources that need no kernel: files beside the module, and data inside the page.

import type { Asset } from "../../core/manifest";
import type { AssetSource, OpenOptions } from "./source";

const STALL_MS = 30_000;
const WAITING_MS = 3000;

/** Files of the package served over HTTP; `base` is the URL of the package's folder. */
export function httpSource(base: string | URL): AssetSource {
  return {
    name: "server",
    async open(asset: Asset, { offset, signal, onWait }: OpenOptions) {
      const url = new URL(asset.path, base);
      const stall = new AbortController();
      const stop = (): void => stall.abort(signal.reason);
      signal.addEventListener("abort", stop, { once: true });
      const silence = `${url} sent nothing for ${STALL_MS / 1000} seconds.`;
      const clock = new Stall(stall, silence, () => onWait("waiting for the server"));
      try {
        const response = await fetch(url, { signal: stall.signal });
        if (response.status === 404) {
          clock.stop();
          await response.body?.cancel();
          return null;
        }
        if (!response.ok || response.body === null) {
          throw new Error(`${url} answered ${response.status} ${response.statusText}.`);
        }
        return skip(bodyPieces(response.body, clock, url), offset);
      } catch (error) {
        clock.stop();
        throw unreachable(error, url);
      }
    },
  };
}

/** Files inside the page; `read` gives their base64 as shipped, and nothing for an unknown sha256. */
export function inlineSource(read: (sha256: string) => string | null | undefined): AssetSource {
  return {
    name: "page",
    async open(asset: Asset, { offset }: OpenOptions) {
      const data = read(asset.sha256);
      if (data === undefined || data === null) return null;
      const response = await fetch(`data:application/octet-stream;base64,${data}`);
      return skip(single(new Uint8Array(await response.arrayBuffer())), offset);
    },
  };
}

async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function* bodyPieces(
  body: ReadableStream<Uint8Array>,
  clock: Stall,
  url: URL,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      clock.restart();
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw unreachable(error, url);
  } finally {
    clock.stop();
    // When the consumer leaves early the rest must not be downloaded.
    await reader.cancel().catch(() => undefined);
  }
}

/** Says more about a server that does not answer than the browser's own "Failed to fetch". */
function unreachable(error: unknown, url: URL): unknown {
  if (!(error instanceof TypeError)) return error;
  if (url.protocol === "file:") {
    return new Error(
      "A page opened from disk may not read the files beside it. Put the folder on a web server, " +
        "or run `python -m http.server` in it and open http://localhost:8000.",
    );
  }
  return new Error(
    `${url.origin} does not answer, or the connection was lost (${error.message}). Its server may ` +
      "have been stopped: start it again, then retry.",
  );
}

/** Drops the first `offset` bytes. */
async function* skip(
  pieces: AsyncIterable<Uint8Array>,
  offset: number,
): AsyncGenerator<Uint8Array> {
  let left = offset;
  for await (const piece of pieces) {
    const rest = left > 0 ? piece.subarray(left) : piece;
    left = Math.max(0, left - piece.byteLength);
    if (rest.byteLength > 0) yield rest;
  }
}

/** Calls `onWait` after a while without data, and aborts after a long while. */
class Stall {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly controller: AbortController,
    private readonly message: string,
    private readonly onWait: () => void,
  ) {
    this.restart();
  }

  restart(): void {
    this.stop();
    this.#waiting = setTimeout(this.onWait, WAITING_MS);
    this.#timer = setTimeout(() => this.controller.abort(new Error(this.message)), STALL_MS);
  }

  stop(): void {
    clearTimeout(this.#waiting);
    clearTimeout(this.#timer);
  }
}

// Files, sources and engines for the runtime's tests.
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { vi } from "vitest";
import type { Asset, Progress } from "../../src/core/manifest";
import type { AssetSource, OpenOptions } from "../../src/runtime/assets/source";
import type { Content } from "../../src/runtime/content";
import type { Waiter } from "../../src/runtime/shared";

export const MIB = 1 << 20;

export interface File {
  readonly asset: Asset;
  readonly content: Uint8Array;
  readonly shipped: Uint8Array;
}

export const sha256 = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");

/** A file of `length` bytes that gzip cannot shrink much, so that it spans several chunks. */
export function makeFile(length: number, seed = 1, name = "model.onnx"): File {
  const content = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    content[i] = state >>> 24;
  }
  return packFile(content, name);
}

export function packFile(content: Uint8Array, name = "file"): File {
  const shipped = new Uint8Array(gzipSync(content, { level: 1 }));
  const asset: Asset = {
    name,
    path: `static/${name}.gz`,
    sha256: sha256(shipped),
    bytes: shipped.byteLength,
    encoding: "gzip",
    unpacked_bytes: content.byteLength,
  };
  return { asset, content, shipped };
}

/** As a newer manifest has it: with the sum of what it unpacks to. */
export function withUnpackedSum({ asset, content, shipped }: File): File {
  return { asset: { ...asset, unpacked_sha256: sha256(content) }, content, shipped };
}

export function contentOf(bytes: Uint8Array<ArrayBuffer>): Content {
  return { bytes, spare: new Blob([bytes]) };
}

export interface ScriptedSource extends AssetSource {
  /** The offset of each opening. */
  readonly opened: number[];
}

/** Gives `bytes` in pieces; after `cut` bytes of the file, if given, the connection breaks. */
export function sourceOf(
  bytes: Uint8Array | null,
  { cut, name = "server", piece = 300_000 }: { cut?: number; name?: string; piece?: number } = {},
): ScriptedSource {
  const opened: number[] = [];
  return {
    name,
    opened,
    async open(_: Asset, { offset, signal }: OpenOptions) {
      opened.push(offset);
      if (bytes === null) return null;
      return (async function* () {
        for (let at = offset; at < bytes.byteLength; at += piece) {
          await new Promise((resolve) => setTimeout(resolve, 0));
          signal.throwIfAborted();
          if (cut !== undefined && at >= cut) throw new Error("the connection broke");
          yield bytes.subarray(at, Math.min(at + piece, cut ?? Number.POSITIVE_INFINITY));
        }
      })();
    },
  };
}

/** Waits for `check` to pass, on a busy machine too. */
export const eventually = <T>(check: () => T): Promise<T> =>
  vi.waitFor(check, { timeout: 15_000, interval: 5 });

export interface WatchedWaiter extends Waiter {
  readonly controller: AbortController;
  readonly steps: Progress[];
}

export function waiter(): WatchedWaiter {
  const controller = new AbortController();
  const steps: Progress[] = [];
  return { controller, signal: controller.signal, steps, onProgress: (step) => steps.push(step) };
}

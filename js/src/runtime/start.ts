// Starts the engine: in a worker, or on the page where workers are forbidden.

import workerSource from "worker-source";
import { inWords } from "../core/text";
import { ENGINE } from "./constants";
import type { FromWorker, Port, ToWorker } from "./protocol";
import { spawn } from "./spawn";

/** A running engine, seen from the page. */
export interface EngineHandle {
  readonly port: Port<ToWorker, FromWorker>;
  /** Threads that onnxruntime may use there. */
  readonly threads: number;
  /** The script that it runs; absent when that came from an address of its own. */
  readonly script?: Blob;
  /** A sentence for the reader when the engine runs elsewhere than in a worker; else "". */
  readonly notice: string;
  /** Ends the engine. One that runs on the page cannot be ended and is only dropped. */
  stop(): void;
}

export interface StartOptions {
  /** Called when the engine crashes after the start. */
  readonly onDeath: (reason: string) => void;
  /** Use one thread: the last engine died with more, or this one has no use for them. */
  readonly cautious: boolean;
  /** The worker's script in place of the one in this bundle. */
  readonly script?: Uint8Array<ArrayBuffer>;
}

export type StartEngine = (options: StartOptions) => Promise<EngineHandle>;

const MAX_THREADS = 4;
/** The shortest module there is: its mark and its version. */
const EMPTY = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);

export const startEngine: StartEngine = async ({ onDeath, cautious, script }) => {
  refuseWithoutWasm();
  // A blob: URL works on every kind of page, file:// and sandboxed frames included.
  const source = new Blob([script ?? workerSource], { type: "text/javascript;charset=utf-8" });
  const url = URL.createObjectURL(source);
  const threads = threadsFor(cautious);
  try {
    return { ...(await inWorker(url, threads, onDeath)), script: source };
  } catch (refusal) {
    try {
      if (script !== undefined) throw refusal;
      return await onPage(url, refusal);
    } finally {
      URL.revokeObjectURL(url);
    }
  }
};

/** Asked before anything is loaded: the worker obeys the page's policy, too. */
function refuseWithoutWasm(): void {
  try {
    new WebAssembly.Module(EMPTY);
  } catch (cause) {
    throw new Error(
      "This page forbids WebAssembly, in which the model runs. Its content security policy must " +
        "allow `script-src 'wasm-unsafe-eval'`; a browser's lockdown mode forbids it, too.",
      { cause },
    );
  }
}

/**
 * Starts engines from the worker's script at `url`, which a content security policy of 'self'
 * allows; where the page may not start it there, as from another origin, from its text.
 */
export function startEngineFrom(url: URL): StartEngine {
  return async (options) => {
    const { onDeath, cautious, script } = options;
    if (script !== undefined) return startEngine(options);
    try {
      return await inWorker(url.href, threadsFor(cautious), onDeath);
    } catch (refusal) {
      const response = await fetch(url).catch(() => null);
      if (!response?.ok) throw refusal;
      return startEngine({ ...options, script: new Uint8Array(await response.arrayBuffer()) });
    }
  };
}

function threadsFor(cautious: boolean): number {
  if (!globalThis.crossOriginIsolated || cautious) return 1;
  return Math.min(MAX_THREADS, navigator.hardwareConcurrency || 1);
}

async function inWorker(
  url: string,
  threads: number,
  onDeath: (reason: string) => void,
): Promise<EngineHandle> {
  const worker = await spawn(url, "qna-widget", onDeath);
  const stop = (): void => {
    worker.terminate();
    // Until then onnxruntime starts its threads from this URL.
    URL.revokeObjectURL(url);
  };
  return { port: worker, threads, notice: "", stop };
}

async function onPage(url: string, refusal: unknown): Promise<EngineHandle> {
  const page = globalThis as { [ENGINE]?: (port: Port<FromWorker, ToWorker>) => void };
  try {
    await import(/* webpackIgnore: true */ /* @vite-ignore */ url);
  } catch (error) {
    throw new Error(
      "This page allows neither a worker nor a script from a blob: address " +
        `(${text(refusal)}; ${text(error)}). Its content security policy must allow ` +
        "`worker-src blob:` or `script-src blob:`.",
    );
  }
  const start = page[ENGINE];
  if (start === undefined) throw new Error("The engine's script did not start. Reload the page.");
  const { port1, port2 } = new MessageChannel();
  start(port2);
  return {
    port: port1,
    threads: 1,
    notice: "This page forbids workers: the model runs on the page itself, which may stutter.",
    stop: () => port1.close(),
  };
}

function text(error: unknown): string {
  return inWords(error);
}

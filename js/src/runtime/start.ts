// Starts the engine: in a worker, or on the page where workers are forbidden.

import workerSource from "worker-source";
import { inWords } from "../core/text";
import { ENGINE } from "./constants";
import type { FromWorker, Port, ToWorker } from "./protocol";

/** A running engine, seen from the page. */
export interface EngineHandle {
  readonly port: Port<ToWorker, FromWorker>;
  /** Threads that onnxruntime may use there. */
  readonly threads: number;
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
const HELLO_MS = 30_000;

export const startEngine: StartEngine = async ({ onDeath, cautious, script }) => {
  // A blob: URL works on every kind of page, file:// and sandboxed frames included.
  const source = new Blob([script ?? workerSource], { type: "text/javascript" });
  const url = URL.createObjectURL(source);
  const threads =
    globalThis.crossOriginIsolated && !cautious
      ? Math.min(MAX_THREADS, navigator.hardwareConcurrency || 1)
      : 1;
  try {
    return await inWorker(url, threads, onDeath);
  } catch (refusal) {
    if (script !== undefined) throw refusal;
    return await onPage(url, refusal);
  } finally {
    // onnxruntime starts its threads from this URL at any time.
    if (threads === 1) URL.revokeObjectURL(url);
  }
};

async function inWorker(
  url: string,
  threads: number,
  onDeath: (reason: string) => void,
): Promise<EngineHandle> {
  const worker = new Worker(url, { name: "qna-widget" });
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error("the worker is silent")), HELLO_MS);
      // A content security policy may refuse by an event instead of an exception.
      worker.onerror = (event) => reject(new Error(event.message || "the page forbids workers"));
      worker.onmessage = () => resolve();
    });
  } catch (error) {
    worker.terminate();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  worker.onerror = (event) => onDeath(event.message || "it stopped without a word");
  worker.onmessageerror = () => onDeath("it sent what cannot be read");
  return { port: worker, threads, notice: "", stop: () => worker.terminate() };
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

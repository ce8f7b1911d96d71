// A model that finds the word "zebra", stands still when told to, and counts what it was asked.
import { askOptions, DEFAULT_INPUTS } from "../../src/component/inputs";
import type { Manifest, ModelManifest } from "../../src/core/manifest";
import type { FromWorker, Port, ToWorker } from "../../src/runtime/protocol";
import type { EngineHandle, StartEngine } from "../../src/runtime/start";
import type { Hands } from "../../src/runtime/worker/crew";
import { type EngineOptions, startEngine } from "../../src/runtime/worker/engine";
import { type Sessions, serveHand } from "../../src/runtime/worker/hand";
import type { FromHand, ToHand } from "../../src/runtime/worker/hand-protocol";
import type { HandHandle } from "../../src/runtime/worker/member";
import type { Session } from "../../src/runtime/worker/session";
import { type File, packFile } from "./helpers";

const WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "where", "is", "it", "zebra", "the", "field"];
const ZEBRA = WORDS.indexOf("zebra");
export const VOCAB = new TextEncoder().encode(WORDS.join("\n"));

/** Twelve passage tokens a window: long passages come soon. */
export const MAX_SEQ_LEN = 18;

export const OPTIONS = { ...askOptions(DEFAULT_INPUTS, 0), doc_stride: 10 };

export class FakeSessions implements Sessions {
  /** Windows run so far. */
  runs = 0;
  /** Windows begun so far: those and the one that waits. */
  begun = 0;
  opened = 0;
  disposed = 0;
  threads = 0;
  optimized: boolean | undefined;
  /** Thrown by the next run or opening. */
  failure: Error | null = null;
  /** Windows that may still be run. */
  private permits = Number.POSITIVE_INFINITY;
  private waiting: (() => void)[] = [];

  async init(_wasm: ArrayBuffer, threads: number): Promise<void> {
    this.threads = threads;
  }

  async open(_onnx: Uint8Array, { optimized }: { optimized: boolean }): Promise<Session> {
    this.optimized = optimized;
    this.fail();
    this.opened++;
    return {
      backend: "fake",
      run: async (features, { signal }) => {
        signal.throwIfAborted();
        this.begun += features.length;
        while (this.permits < 1) await new Promise<void>((resolve) => this.waiting.push(resolve));
        this.permits--;
        this.fail();
        this.runs += features.length;
        return features.map(({ input_ids }) => {
          const logits = Float32Array.from(input_ids, (id) => (id === ZEBRA ? 5 : -5));
          return { start_logits: logits, end_logits: logits };
        });
      },
      dispose: async () => {
        this.disposed++;
      },
    };
  }

  /** Only so many windows may be run from now on; further ones wait. */
  allow(windows: number): void {
    this.permits = windows;
    for (const wake of this.waiting.splice(0)) wake();
  }

  hold(): void {
    this.allow(0);
  }

  go(): void {
    this.allow(Number.POSITIVE_INFINITY);
  }

  private fail(): void {
    const { failure } = this;
    this.failure = null;
    if (failure !== null) throw failure;
  }
}

/** A hand that was started for a test. */
export interface FakeHand {
  /** It crashes, with an event. */
  kill(reason: string): void;
  /** It hangs: no word, no event. */
  mute(): void;
  stopped: boolean;
}

/** One worker, whatever machine runs the tests. */
export const ENGINE: EngineOptions = { workers: 1 };

/**
 * Hands in this thread, each with sessions of its own, for tests that end them.
 * @param gate waited for before a worker starts; where it throws, none can be started
 */
export function handsOf(
  sessions: () => Sessions,
  gate: () => Promise<void> = async () => {},
): { hands: Hands; started: FakeHand[] } {
  const started: FakeHand[] = [];
  const begin = (onDeath: (reason: string) => void): HandHandle => {
    const { port1, port2 } = new MessageChannel();
    serveHand(port2 as unknown as Port<FromHand, ToHand>, sessions());
    const hand: FakeHand = {
      kill: (reason) => {
        port2.close();
        onDeath(reason);
      },
      mute: () => port2.close(),
      stopped: false,
    };
    started.push(hand);
    const stop = (): void => {
      hand.stopped = true;
      port1.close();
    };
    return { port: port1 as unknown as HandHandle["port"], stop };
  };
  return {
    hands: {
      spawn: async (onDeath) => {
        await gate();
        return begin(onDeath);
      },
      here: () => begin(() => {}),
    },
    started,
  };
}

export function modelManifest(onnx: File, vocab: File): ModelManifest {
  return {
    name: "fake",
    title: "Fake model",
    note: "",
    max_seq_len: MAX_SEQ_LEN,
    lowercase: true,
    optimized: true,
    onnx: onnx.asset,
    vocab: vocab.asset,
  };
}

/** The same with a second file for WebGPU and the optional runtime. */
export function makeGpuModel(content: string): { manifest: Manifest; files: File[] } {
  const { manifest, files } = makeModel(content);
  const pack = (name: string) => packFile(new TextEncoder().encode(`${name} ${content}`), name);
  const [onnx, script, wasm] = [pack("webgpu.onnx"), pack("worker"), pack("wasm (WebGPU)")];
  return {
    manifest: {
      model: { ...manifest.model, onnx_webgpu: onnx.asset },
      runtime: { ...manifest.runtime, webgpu: { script: script.asset, wasm: wasm.asset } },
    },
    files: [...files, onnx, script, wasm],
  };
}

/** A manifest and its files, for a model with content of its own. */
export function makeModel(content: string): { manifest: Manifest; files: File[] } {
  const onnx = packFile(new TextEncoder().encode(content), "model.onnx");
  const vocab = packFile(VOCAB, "vocab.txt");
  const wasm = packFile(new TextEncoder().encode("wasm"), "onnxruntime (wasm)");
  const manifest = { model: modelManifest(onnx, vocab), runtime: { wasm: wasm.asset } };
  return { manifest, files: [onnx, vocab, wasm] };
}

/** Starts real engines around `sessions`, in this thread, and lets tests kill them. */
export function engines(sessions: FakeSessions): {
  start: StartEngine;
  started: {
    kill(reason: string): void;
    mute(): void;
    say(message: FromWorker): void;
    stopped: boolean;
    cautious: boolean;
    script: Uint8Array | undefined;
  }[];
} {
  const started: ReturnType<typeof engines>["started"] = [];
  const start: StartEngine = async ({ onDeath, cautious, script }) => {
    const { port1, port2 } = new MessageChannel();
    const port = port2 as unknown as Port<FromWorker, ToWorker>;
    startEngine(port, handsOf(() => sessions).hands, ENGINE);
    const entry = {
      kill: onDeath,
      /** As a worker that was shot: no word, no event. */
      mute: () => port2.close(),
      say: (message: FromWorker) => port2.postMessage(message),
      stopped: false,
      cautious,
      script,
    };
    started.push(entry);
    return {
      port: port1 as unknown as EngineHandle["port"],
      threads: cautious ? 1 : 2,
      notice: "",
      stop: () => {
        entry.stopped = true;
        port1.close();
      },
    };
  };
  return { start, started };
}

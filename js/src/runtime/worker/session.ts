// The only door to onnxruntime-web. Python's twin: qna_widget/runtime/session.py.
import * as ort from "onnxruntime-web/wasm";
import type { Feature, Logits } from "../../core/types";
import { logitsOf } from "./outputs";

/** A model that runs. */
export interface Session {
  /** For the status line, e.g. "wasm, 2 threads". */
  readonly backend: string;
  /**
   * Logits of each feature, in order, padding cut off. The engine gives one at a time, which keeps
   * cancelling prompt and pads nothing; batches gain nothing in wasm: 292, 289, 305 ms a window of
   * 384 tokens in batches of 1, 2, 4 (MiniLM-L6 int8, one thread, processor time).
   * @throws `signal.reason` when aborted before the batch begins; a batch itself cannot be stopped.
   */
  run(features: readonly Feature[], options: { readonly signal: AbortSignal }): Promise<Logits[]>;
  dispose(): Promise<void>;
}

export interface SessionOptions {
  /** Skip graph optimisation: the file holds the optimised graph. */
  readonly optimized: boolean;
}

export type Provider = "wasm" | "webgpu";

const THREADS_TIMEOUT_MS = 20_000;

let wasmBackend = "";

/**
 * Must come before the first session; once per script.
 * @param wasm onnxruntime's binary, unpacked
 * @param threads more than one only on a cross-origin isolated page
 */
export async function initSessions(wasm: ArrayBuffer, threads: number): Promise<void> {
  ort.env.wasm.wasmBinary = wasm;
  ort.env.wasm.numThreads = threads;
  // onnxruntime waits forever for threads that cannot start; a single thread starts or throws.
  ort.env.wasm.initTimeout = threads > 1 ? THREADS_TIMEOUT_MS : 0;
  ort.env.logLevel = "error";
  const where = typeof document === "undefined" ? "" : ", on the page itself";
  wasmBackend = `wasm, ${threads} ${threads === 1 ? "thread" : "threads"}${where}`;
  try {
    // onnxruntime is compiled with its first session, be that ever so small.
    const session = await ort.InferenceSession.create(IDENTITY, { executionProviders: ["wasm"] });
    await session.release();
  } catch {
    return; // the model's session will say why
  }
  delete ort.env.wasm.wasmBinary; // compiled: these 14 or 27 MB are not needed any more
}

/** An ONNX graph of one node, Identity: opset 17, x to y, float32, shape [1]. */
const IDENTITY = Uint8Array.from([
  8, 8, 58, 55, 10, 16, 10, 1, 120, 18, 1, 121, 34, 8, 73, 100, 101, 110, 116, 105, 116, 121, 18, 1,
  103, 90, 15, 10, 1, 120, 18, 10, 10, 8, 8, 1, 18, 4, 10, 2, 8, 1, 98, 15, 10, 1, 121, 18, 10, 10,
  8, 8, 1, 18, 4, 10, 2, 8, 1, 66, 4, 10, 0, 16, 17,
]);

/** @throws Error when the bytes are no model that onnxruntime-web runs, or no QA model. */
export function openSession(onnx: Uint8Array, { optimized }: SessionOptions): Promise<Session> {
  return createSession(onnx, "wasm", optimized);
}

/**
 * onnxruntime copies the bytes into its own memory, once, and frees that copy when it has started.
 * @param provider "webgpu" only where this script was bundled with that edition (build.mjs)
 */
export async function createSession(
  onnx: Uint8Array,
  provider: Provider,
  optimized: boolean,
): Promise<Session> {
  const session = await ort.InferenceSession.create(onnx, {
    executionProviders: [provider],
    graphOptimizationLevel: optimized ? "disabled" : "all",
    logSeverityLevel: 3, // errors; WebGPU would warn of each shape that it leaves to the processor
  });
  const missing = ["start_logits", "end_logits"].filter((n) => !session.outputNames.includes(n));
  if (missing.length > 0) {
    await session.release();
    throw new Error(
      `The model has the outputs ${session.outputNames.join(", ")} and lacks ` +
        `${missing.join(" and ")}. Give an extractive question-answering model.`,
    );
  }
  return {
    backend: provider === "webgpu" ? "WebGPU" : wasmBackend,
    async run(features, { signal }) {
      signal.throwIfAborted();
      const length = Math.max(...features.map((feature) => feature.input_ids.length));
      const inputs = createInputs(features, length, session.inputNames);
      const outputs = await session.run(inputs, ["start_logits", "end_logits"]);
      try {
        const shape = [features.length, length];
        const start = logitsOf("start_logits", outputs.start_logits!, shape);
        const end = logitsOf("end_logits", outputs.end_logits!, shape);
        return features.map((feature, row) => {
          const from = row * length;
          const to = from + feature.input_ids.length;
          return { start_logits: start.slice(from, to), end_logits: end.slice(from, to) };
        });
      } finally {
        for (const tensor of [...Object.values(inputs), ...Object.values(outputs)]) {
          tensor.dispose();
        }
      }
    },
    dispose: () => session.release(),
  };
}

/** Resolves, with the reason, when the graphics device that WebGPU sessions run on is lost. */
export async function deviceLoss(): Promise<string> {
  const device = await ort.env.webgpu.device;
  const { reason, message } = await device.lost;
  return message || reason;
}

/** int64 tensors of shape [windows, length], padded with zeros that the mask hides. */
function createInputs(
  features: readonly Feature[],
  length: number,
  names: readonly string[],
): Record<string, ort.Tensor> {
  const fill = (values: (feature: Feature) => ArrayLike<number>): ort.Tensor => {
    const data = new BigInt64Array(features.length * length);
    features.forEach((feature, row) => {
      const source = values(feature);
      for (let i = 0; i < source.length; i++) data[row * length + i] = BigInt(source[i]!);
    });
    return new ort.Tensor("int64", data, [features.length, length]);
  };
  const makers: Record<string, () => ort.Tensor> = {
    input_ids: () => fill((feature) => feature.input_ids),
    attention_mask: () => fill((feature) => new Uint8Array(feature.input_ids.length).fill(1)),
    // DistilBERT has none.
    token_type_ids: () => fill((feature) => feature.token_type_ids),
  };
  return Object.fromEntries(
    names.map((name) => {
      const make = makers[name];
      if (make === undefined) {
        throw new Error(
          `The model wants an input "${name}"; known are ${Object.keys(makers).join(", ")}.`,
        );
      }
      return [name, make()];
    }),
  );
}

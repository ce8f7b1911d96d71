// What the page and the worker say to each other, and what an asset is.
import type { AskOptions, Result, Scores } from "../core/types";

/** A file of the package, found by its content. Python writes these (qna_widget/assets.py). */
export interface Asset {
  /** For the reader's eyes, e.g. "model.onnx". */
  readonly name: string;
  /** Path below the package folder, for hosts that serve it over HTTP. */
  readonly path: string;
  /** Of the file as shipped (compressed), lower-case hex. */
  readonly sha256: string;
  /** Bytes as shipped. */
  readonly bytes: number;
  readonly encoding: "gzip" | "identity";
  /** Bytes after unpacking; equal to `bytes` for identity. */
  readonly unpacked_bytes: number;
}

/** How a model is asked. Python's twin: qna_widget/registry.py. */
export interface ModelManifest {
  /** What `model=` resolved to, e.g. "bundled". */
  readonly name: string;
  /** For the status line, e.g. "MiniLM-L6 (bundled)". */
  readonly title: string;
  /** Why this model answers instead of the one asked for; "" when there is nothing to say. */
  readonly note: string;
  /** Tokens of a whole window. */
  readonly max_seq_len: number;
  readonly lowercase: boolean;
  /** The graph was optimised ahead of time (qna_widget/export): the browser need not do it again. */
  readonly optimized?: boolean;
  readonly onnx: Asset;
  /**
   * The same model for WebGPU, where 8-bit products are slow: fp32 or fp16, standard operators
   * only, not optimised for one backend. Null or absent: the model runs on wasm alone.
   */
  readonly onnx_webgpu?: Asset | null;
  readonly vocab: Asset;
}

/** onnxruntime with WebGPU: an optional part of the package. Python's twin: qna_widget/assets.py. */
export interface WebGpuRuntime {
  /** The worker's script with the WebGPU edition of onnxruntime-web. */
  readonly script: Asset;
  /** That edition's binary. */
  readonly wasm: Asset;
}

/** All that the browser must be told to find its files. */
export interface Manifest {
  /** The name, as `model=` said it, that this is the answer to; hosts without a choice say none. */
  readonly asked?: string;
  readonly model: ModelManifest;
  readonly runtime: { readonly wasm: Asset; readonly webgpu?: WebGpuRuntime | null };
}

/** "fetch": Python brings a model to its machine; "asset": its files come to this browser. */
export type ProgressStage = "fetch" | "asset" | "session" | "run";

/** One step of a long wait. `total` 0: not known. */
export interface Progress {
  readonly stage: ProgressStage;
  /** What is being waited for, e.g. "model.onnx", in words a reader understands. */
  readonly name: string;
  readonly loaded: number;
  readonly total: number;
  readonly unit: "bytes" | "windows" | "";
  /** Where the bytes come from, e.g. "browser cache", "kernel", "server". */
  readonly source?: string;
}

/** A line of the menu of models. Python's twin: qna_widget/registry.py, AvailableModel. */
export interface ModelChoice {
  /** What `model=` takes. */
  readonly name: string;
  readonly title: string;
  /** In the package, on Python's machine, or still on the hub. */
  readonly where: "package" | "cache" | "hub";
  /** Of what is to be fetched where it is on the hub, of what a browser loads elsewhere. */
  readonly bytes: number;
  /** Whether it answers without being fetched first. */
  readonly cached: boolean;
}

/** A model that Python is fetching or could not fetch (qna_widget/model_loading.py). */
export interface Fetching {
  /** What `model=` said. */
  readonly model: string;
  /** In words, e.g. "Downloading model.safetensors"; "" before the first step. */
  readonly what: string;
  readonly done: number;
  /** Bytes; 0: not known. */
  readonly total: number;
  /** Why it did not come, as sentences; "" while it is on its way. */
  readonly error: string;
}

/** One question about one passage. */
export interface Request {
  /** Key of a loaded model. */
  readonly model: string;
  readonly question: string;
  readonly passage: string;
  readonly options: AskOptions;
}

/** Page to worker. `client` names a component; `id` grows with each of its requests. */
export type ToWorker =
  /** Once, first. `wasm` is onnxruntime's binary, unpacked. */
  | { readonly kind: "init"; readonly wasm: ArrayBuffer; readonly threads: number }
  | { readonly kind: "load"; readonly model: string; readonly files: ModelFiles }
  /** Frees a model that nobody asks any more. */
  | { readonly kind: "unload"; readonly model: string }
  /** The newest request of a client wins; its older one stops. */
  | {
      readonly kind: "ask";
      readonly client: string;
      readonly id: number;
      readonly request: Request;
    }
  /**
   * Other decoding options for the request `of`, running or finished, whose logits the worker
   * holds. It goes on under the new `id`; `doc_stride` must be the same.
   */
  | {
      readonly kind: "decode";
      readonly client: string;
      readonly id: number;
      readonly of: number;
      readonly options: AskOptions;
    }
  /** Windows and logits of the request that the worker holds for this client, as far as it is. */
  | { readonly kind: "scores"; readonly client: string; readonly id: number }
  /** Stops the client's request. */
  | { readonly kind: "cancel"; readonly client: string }
  /** The client is gone. */
  | { readonly kind: "forget"; readonly client: string }
  | { readonly kind: "ping"; readonly nonce: number };

export interface ModelFiles {
  readonly manifest: ModelManifest;
  /** Whether this file's graph was optimised ahead of time. */
  readonly optimized: boolean;
  /** Unpacked bytes. */
  readonly onnx: Uint8Array;
  readonly vocab: Uint8Array;
}

/** Worker to page. `fatal`: the engine is beyond use and must be started anew. */
export type FromWorker =
  /** First words: the script runs. */
  | { readonly kind: "hello" }
  | { readonly kind: "loaded"; readonly model: string; readonly backend: string }
  | {
      readonly kind: "load-failed";
      readonly model: string;
      readonly message: string;
      readonly fatal: boolean;
    }
  | {
      readonly kind: "progress";
      readonly client: string;
      readonly id: number;
      readonly progress: Progress;
    }
  /** `final` false: first answers of a long passage, more windows to come. */
  | {
      readonly kind: "result";
      readonly client: string;
      readonly id: number;
      readonly final: boolean;
      readonly result: Result;
    }
  | {
      readonly kind: "failed";
      readonly client: string;
      readonly id: number;
      readonly message: string;
      readonly fatal: boolean;
    }
  | {
      readonly kind: "scores";
      readonly client: string;
      readonly id: number;
      readonly scores: Scores | null;
    }
  /** Beyond use, though nobody asked: e.g. the graphics device was lost. */
  | { readonly kind: "dead"; readonly message: string }
  | { readonly kind: "pong"; readonly nonce: number };

/** One end of the wire between page and engine: a worker's, or a MessagePort's. */
export interface Port<Out, In> {
  postMessage(message: Out, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<In>) => void) | null;
}

// What Python says of models and their files, and how far a wait has come. Python's twin:
// qna_widget/core/manifest.py.

/** A file of the package, found by its content. Python writes these. */
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
  /** After unpacking, which is what the browser keeps; "" or absent where nobody said. */
  readonly unpacked_sha256?: string;
}

/** How a model is asked. */
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
  /** Passages are read with signs for their lines and columns (layout.ts). False if absent. */
  readonly layout_signs?: boolean;
  /** Its own: "no answer" wins above this margin (logits) unless somebody sets another. 0 if absent. */
  readonly no_answer_threshold?: number;
  /** How much of the probability of other cuts of an answer counts for it, 0 to 1. 0 if absent. */
  readonly cut_share?: number;
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

/** onnxruntime with WebGPU: an optional part of the package. */
export interface WebGpuRuntime {
  /** The worker's script with the WebGPU edition of onnxruntime-web. */
  readonly script: Asset;
  /** That edition's binary. */
  readonly wasm: Asset;
}

/** All that the page needs to find its files. */
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

/** A line of the menu of models. */
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
  /** How much of it is there, of 1, while Python fetches it unasked; 1 while it is converted. */
  readonly arrived?: number | null;
}

/** A model that Python is fetching or could not fetch. */
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

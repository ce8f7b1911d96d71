// What the page and the worker say to each other.
import type { ModelManifest, Progress } from "../core/manifest";
import type { AskOptions, RawScores, Result } from "../core/types";
import type { Content } from "./content";

/** One question about one passage. */
export interface Request {
  /** Key of a loaded model. */
  readonly model: string;
  readonly question: string;
  readonly passage: string;
  readonly options: AskOptions;
  /**
   * The most workers that read it at the same time; as many as the machine likes when left out.
   * 0: nothing is read, the answer is what is known; it is no final one unless all is.
   */
  readonly workers?: number;
}

/** Page to worker. `client` names a component; `id` grows with each of its requests. */
export type ToWorker =
  /** Once, first. `script`: the worker's, where the page has it as a text. */
  | { readonly kind: "begin"; readonly threads: number; readonly script?: Blob | undefined }
  /** Once, before the first model: onnxruntime's binary, unpacked. */
  | { readonly kind: "init"; readonly wasm: Content }
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
  /** Asks for windows and logits of this client's request, as far as they are computed. */
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
  /** Unpacked, as is the other. */
  readonly onnx: Content;
  readonly vocab: Uint8Array;
}

/** Worker to page. `fatal`: the engine cannot go on and must be started anew. */
export type FromWorker =
  /** The first message: the script runs. */
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
    }
  | {
      readonly kind: "scores";
      readonly client: string;
      readonly id: number;
      readonly scores: RawScores | null;
    }
  /** The engine cannot go on, whether or not a request runs, e.g. the graphics device was lost. */
  | { readonly kind: "dead"; readonly message: string }
  | { readonly kind: "pong"; readonly nonce: number };

/** One end of the channel between page and engine: of a worker, or of a MessagePort. */
export interface Port<Out, In> {
  postMessage(message: Out, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<In>) => void) | null;
}

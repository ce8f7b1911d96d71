// What the engine and its hands say to each other: a hand holds sessions and runs windows.
import type { Feature, Logits } from "../../core/types";
import type { Bytes } from "../content";

export interface Graph {
  readonly onnx: Bytes;
  /** Whether it was optimised ahead of time. */
  readonly optimized: boolean;
}

/** Engine to hand, in the order in which it is to be done. */
export type ToHand =
  /** Once, first. `wasm` is onnxruntime's binary, unpacked. */
  | { readonly kind: "init"; readonly wasm: Bytes; readonly threads: number }
  | { readonly kind: "open"; readonly model: string; readonly graph: Graph }
  | { readonly kind: "close"; readonly model: string }
  /** At most one at a time. */
  | { readonly kind: "run"; readonly model: string; readonly feature: Feature };

/** Hand to engine. `fatal`: the hand cannot go on. */
export type FromHand =
  /** The first message of a worker: its script runs. */
  | { readonly kind: "hello" }
  | { readonly kind: "opened"; readonly model: string; readonly backend: string }
  | {
      readonly kind: "not-opened";
      readonly model: string;
      readonly message: string;
      readonly fatal: boolean;
    }
  /** `ms`: milliseconds inside the model. */
  | { readonly kind: "ran"; readonly logits: Logits; readonly ms: number }
  | { readonly kind: "not-run"; readonly message: string; readonly fatal: boolean };

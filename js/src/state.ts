// The one state that a component holds, that its views draw and that its host reports.
import type { Result, Scores } from "./core/types";
import type { Inputs } from "./inputs";
import type { Progress } from "./runtime/protocol";

export type Status = "idle" | "loading" | "ready" | "running" | "error";

export interface ComponentState {
  readonly inputs: Inputs;
  readonly status: Status;
  /** The newest step of a wait; null when nothing is waited for. */
  readonly progress: Progress | null;
  /** The newest result for exactly these inputs; null when there is none (yet). */
  readonly result: Result | null;
  /** What the model said to exactly these inputs, while somebody inspects it; else null. */
  readonly scores: Scores | null;
  /** In words, with what to do; "" when all is well. */
  readonly error: string;
  /** A sentence that informs without alarming, e.g. why another model answers; "" for none. */
  readonly notice: string;
  /** Model title, "" until known. */
  readonly model: string;
  /** e.g. "wasm, 1 thread"; "" until known. */
  readonly backend: string;
}

/** What a reader can do in a view. */
export interface Actions {
  setPassage(passage: string): void;
  setQuestion(question: string): void;
  /** Top_k, overlap, threshold: anything that `Inputs` holds besides the two texts. */
  setOptions(options: Partial<Omit<Inputs, "passage" | "question">>): void;
  /** After an error: try again. */
  retry(): void;
  cancel(): void;
  /** Keeps `scores` at hand until the signal aborts. They are not computed, only fetched. */
  inspect(until: AbortSignal): void;
}

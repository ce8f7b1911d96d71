// The one state that a component holds, that its views draw and that its host reports.

import type { ModelChoice, Progress } from "../core/manifest";
import type { RawScores, Result } from "../core/types";
import type { Asked, Draft } from "./history";
import { askOptions, type Inputs, isBlank } from "./inputs";

export type Status = "idle" | "loading" | "ready" | "running" | "error";

/** Another model was chosen; until it is there, the former one answers. */
export interface ModelChange {
  /** Name of the chosen one, as `inputs.model` says it. */
  readonly model: string;
  /** Name of the one that answers. */
  readonly former: string;
  /** Null before its first step. */
  readonly progress: Progress | null;
  /** Why it did not come, as sentences; "" while it is on its way. */
  readonly error: string;
}

export interface ComponentState {
  readonly inputs: Inputs;
  /** Of the model that answers; `change` is about another one. */
  readonly status: Status;
  /** The newest step of a wait; null when nothing is waited for. */
  readonly progress: Progress | null;
  /** The newest result for exactly these inputs; null when there is none (yet). */
  readonly result: Result | null;
  /** Tokens and logits for exactly these inputs, while a view inspects them; else null. */
  readonly scores: RawScores | null;
  /** Whether a long text waits for a word before the rest of it is read. */
  readonly held: boolean;
  /** In words, with what to do; "" when all is well. */
  readonly error: string;
  /** What is out of the ordinary on this page, e.g. that nothing can be kept; "" for nothing. */
  readonly notice: string;
  /** What the reader should know of the way to Python, as sentences; "" when all is well. */
  readonly link: string;
  /** Whether Python is gone and nothing can be asked, as in a saved notebook; `link` says so. */
  readonly alone: boolean;
  /** Why this model answers instead of another one; "" when there is nothing to say. */
  readonly note: string;
  /** Questions that are offered to the reader. */
  readonly examples: readonly string[];
  /** Title of the model that answers, "" until known. */
  readonly model: string;
  /** The model's own margin in logits above which "no answer" wins, 0 until known. */
  readonly model_threshold: number;
  /** What the reader can choose from; empty where there is no choice. */
  readonly models: readonly ModelChoice[];
  readonly change: ModelChange | null;
  /** e.g. "wasm, 1 thread"; "" until known. */
  readonly backend: string;
}

/** Before anything was loaded or asked. */
export function initialState(inputs: Inputs): ComponentState {
  return {
    inputs,
    status: "idle",
    progress: null,
    result: null,
    scores: null,
    held: false,
    error: "",
    notice: "",
    link: "",
    alone: false,
    note: "",
    examples: [],
    model: "",
    model_threshold: 0,
    models: [],
    change: null,
    backend: "",
  };
}

/** The margin in logits above which "no answer" wins: the reader's, else the model's own. */
export function thresholdOf({ inputs, model_threshold }: ComponentState): number {
  return askOptions(inputs, model_threshold).no_answer_threshold;
}

/** Whether the answers are another model's than the inputs name. */
export function isChanging({ change }: ComponentState): boolean {
  return change !== null && change.error === "";
}

/** Whether more windows are to be read. */
export function isPartial({ windows_done, windows_total }: Result): boolean {
  return windows_done < windows_total;
}

/** Whether there is something to answer, and nothing on its way: the reader stopped it. */
export function isStopped({ inputs, status, result, alone }: ComponentState): boolean {
  const rests = status === "idle" || status === "ready";
  return !isBlank(inputs) && rests && (result === null ? !alone : isPartial(result));
}

/** What a reader can do in a view. */
export interface Actions {
  setPassage(passage: string): void;
  setQuestion(question: string): void;
  /** Anything that `Inputs` holds besides the two texts, e.g. `top_k`, `overlap`, `model`. */
  setOptions(options: Partial<Omit<Inputs, "passage" | "question">>): void;
  /** Puts an older question into the fields; what stands there unanswered becomes a draft. */
  restore(entry: Asked | Draft): void;
  /** The question that stands is meant for the text that stands. */
  confirm(): void;
  /** After an error, or what was stopped: try again. */
  retry(): void;
  /**
   * Stops the question under way, or the load that it waits for; gives whether there was either.
   * What Python fetches is Python's own.
   */
  cancel(): boolean;
  /** Keeps `scores` at hand until the signal aborts. They are not computed, only fetched. */
  inspect(until: AbortSignal): void;
}

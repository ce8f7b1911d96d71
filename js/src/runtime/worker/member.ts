// One hand, as the engine knows it: what it has, what it runs, how long it may be silent.
import type { Feature, Logits } from "../../core/types";
import { movable } from "../content";
import type { Port } from "../protocol";
import type { FromHand, ToHand } from "./hand-protocol";

/** A running hand, seen from the engine. */
export interface HandHandle {
  readonly port: Port<ToHand, FromHand>;
  stop(): void;
}

/** One window to run; one of the three calls ends it. */
export interface Task {
  readonly model: string;
  readonly feature: Feature;
  /** `ms`: milliseconds inside the model. */
  ran(logits: Logits, ms: number): void;
  failed(message: string): void;
  /** Its hand died: it is to be handed out again. */
  lost(reason: string): void;
}

/** What the engine knows of one hand. */
export class Member {
  /** Models that it has, or opens. */
  readonly models = new Set<string>();
  /** Whether it opens one now. */
  opening = false;
  task: Task | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly handle: HandHandle,
    private readonly onSilence: (reason: string) => void,
  ) {}

  run(task: Task, patience_ms: number): void {
    this.task = task;
    this.watch(patience_ms);
    this.send({ kind: "run", model: task.model, feature: task.feature });
  }

  /** Calls back after so many milliseconds, unless something comes before. */
  watch(ms: number, late = () => this.onSilence("it does not answer any more")): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(late, ms);
  }

  /** Nothing is waited for; what was under way. */
  clear(): Task | null {
    clearTimeout(this.#timer);
    const { task } = this;
    this.task = null;
    return task;
  }

  send(message: ToHand): void {
    const bytes =
      message.kind === "init" ? message.wasm : message.kind === "open" ? message.graph.onnx : null;
    this.handle.port.postMessage(message, bytes === null ? [] : movable(bytes));
  }

  stop(): void {
    this.handle.stop();
  }
}

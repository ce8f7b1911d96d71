// Puts questions to the model, one at a time: when typing rests, and without a word of a question that
// was stopped or overtaken.
import type { Progress } from "../core/manifest";
import type { Result } from "../core/types";
import type { Client, Question } from "../runtime/client";

/** The owner of the asking, a component. What it is told is about the newest question. */
export interface AskingOwner {
  /** Typing rests: ask what stands there now. */
  rested(): void;
  progressed(progress: Progress): void;
  /** First answers of a long text. */
  answeredInPart(result: Result): void;
  answered(result: Result): void;
  failed(error: unknown): void;
}

export class Asking {
  #turn: AbortController | null = null;
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly client: Client,
    private readonly owner: AskingOwner,
  ) {}

  /** Whether a question waits for typing to rest. */
  get waits(): boolean {
    return this.#typing !== undefined;
  }

  /** Calls `rested` after so many milliseconds, counted anew with each call. */
  wait(ms: number): void {
    this.#endWait();
    this.#typing = setTimeout(() => {
      this.#typing = undefined;
      this.owner.rested();
    }, ms);
  }

  /** Ends what was asked, and what was to be. */
  stop(): void {
    this.#endWait();
    const turn = this.#turn;
    this.#turn = null;
    turn?.abort();
  }

  /** Silences what was asked before; `put` takes its place, since aborting would lose its windows. */
  begin(): AbortController {
    this.#endWait();
    this.#turn = new AbortController();
    return this.#turn;
  }

  /** Asks, unless another question has begun since; ends with `answered` or `failed`. */
  async put(turn: AbortController, question: Question): Promise<void> {
    const { owner } = this;
    const current = (): boolean => this.#turn === turn;
    let result: Result;
    try {
      result = await this.client.ask(question, {
        signal: turn.signal,
        onProgress: (progress) => current() && owner.progressed(progress),
        onPartial: (result) => current() && owner.answeredInPart(result),
      });
    } catch (error) {
      if (!current()) return;
      this.#turn = null;
      owner.failed(error);
      return;
    }
    if (!current()) return;
    this.#turn = null;
    owner.answered(result);
  }

  #endWait(): void {
    clearTimeout(this.#typing);
    this.#typing = undefined;
  }
}

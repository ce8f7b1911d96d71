// Whether the question was put to this text, or stands there since another one was read. Pure.
import type { Result } from "../core/types";
import type { Inputs } from "./inputs";

/** Milliseconds that are read for a question which nobody put to this text. */
const MOST_UNASKED_MS = 45_000;
/** Parts after which the rest can be estimated. */
const ENOUGH_PARTS = 3;

export class Standing {
  /** Who put this text below a question that stood there; null: the question was put to it. */
  #exchanged: "reader" | "host" | null = null;

  change(before: Inputs, after: Inputs, by: "reader" | "host"): void {
    if (after.question !== before.question) this.#exchanged = null;
    else if (after.passage !== before.passage && before.passage.trim() !== "") this.#exchanged = by;
  }

  /** The question is meant. */
  confirm(): void {
    this.#exchanged = null;
  }

  /** Whether the answers belong into the history: what a host sets, it means. */
  get isMeant(): boolean {
    return this.#exchanged !== "reader";
  }

  /** Whether these first answers of a long text should stand until somebody wants to read on. */
  isEnough(result: Result): boolean {
    return this.#exchanged !== null && takesLonger(result, MOST_UNASKED_MS);
  }
}

/** Parts that were read for this question; others were known before. */
export function partsRun({ windows_done, windows_known = 0 }: Result): number {
  return windows_done - windows_known;
}

/** Whether the rest takes longer than that; false before it can be told. */
export function takesLonger(result: Result, ms: number): boolean {
  return partsRun(result) >= ENOUGH_PARTS && leftMs(result) > ms;
}

/** Milliseconds that the other parts take, as long as those before. */
export function leftMs(result: Result): number {
  const { windows_done, windows_total, timing } = result;
  return (timing.total_ms / partsRun(result)) * (windows_total - windows_done);
}

// Fetches what the model said, while somebody looks into it and only then.
import { windowsRead } from "../core/inspection";
import type { Client } from "../runtime/client";
import type { ComponentState } from "./state";

export class ScoreReading {
  /** How many look into the scores. */
  #readers = 0;

  /**
   * @param show makes the scores part of the state; null takes them out without a word
   * @param renew asks again: the scores are gone with the engine
   */
  constructor(
    private readonly client: Client,
    private readonly state: () => ComponentState,
    private readonly show: (scores: ComponentState["scores"]) => void,
    private readonly renew: () => void,
  ) {}

  /** Somebody looks, until the signal aborts. */
  begin(until: AbortSignal): void {
    this.#readers++;
    const leave = (): void => {
      if (--this.#readers === 0) this.show(null);
    };
    until.addEventListener("abort", leave, { once: true });
    // An engine that died while nothing was asked is replaced at the next question alone.
    void this.fetch(this.renew);
  }

  /** Decoding options do not change the scores: they are fetched when windows were read. */
  async fetch(onDeath = (): void => {}): Promise<void> {
    const before = this.state();
    const { result, scores: old, status } = before;
    if (this.#readers === 0 || result === null) return;
    const known = old === null ? 0 : windowsRead(old);
    // While a long passage is read, each time twice as much is known: that costs no more than once.
    const enough = status === "running" ? 2 * known : known + 1;
    if (known > 0 && result.windows_done < enough) return;
    const scores = await this.client.scores().catch(() => {
      if (this.state().result === result && this.#readers > 0) onDeath();
      return null;
    });
    if (scores !== null && isSameRun(before, this.state()) && this.#readers > 0) this.show(scores);
  }
}

/** By the model that answers: the inputs may name another one, which is on its way. */
function isSameRun(one: ComponentState, other: ComponentState): boolean {
  const names = ["passage", "question", "doc_stride"] as const;
  const asked = names.every((name) => one.inputs[name] === other.inputs[name]);
  return asked && one.model === other.model;
}

// "No answer" against the best span on one axis of scores; the line between them can be dragged.

import type { Actions } from "../../component/state";
import * as contract from "../../core/contract";
import { CONTROL, el, setAttribute, setText } from "../dom";
import { score, thresholdText } from "../format";
import type { Model } from "./model";

/** Logits that the line can be moved to either side, at least. */
const REACH = 12;
/** Logits per arrow key, and what a pointer snaps to; as the settings' slider. */
const STEP = 0.1;

export class ThresholdLine {
  readonly #axis: HTMLElement;
  readonly #line = el("div", {
    ...CONTROL,
    class: "qna-threshold-line",
    role: "slider",
    tabindex: 0,
    "aria-label": "No-answer threshold",
    "aria-orientation": "horizontal",
  });
  readonly #zone = el(
    "div",
    { class: "qna-zone", "aria-hidden": "true" },
    el("span", {}, "“no answer” wins"),
  );
  readonly #best = marker("best", "best span");
  readonly #null = marker("null", "no answer");
  readonly #verdict = el("p", { class: "qna-verdict" });
  readonly element: HTMLElement;
  #threshold = 0;
  #reach = REACH;

  constructor(
    private readonly actions: Actions,
    signal: AbortSignal,
  ) {
    this.#axis = el(
      "div",
      { class: "qna-axis" },
      this.#zone,
      this.#best.element,
      this.#null.element,
      this.#line,
    );
    this.element = el("div", { class: "qna-threshold" }, this.#axis, this.#verdict);
    let dragging = false;
    const on = <K extends keyof HTMLElementEventMap>(
      name: K,
      listener: (event: HTMLElementEventMap[K]) => void,
    ) => this.#axis.addEventListener(name, listener, { signal });
    on("pointerdown", (event) => {
      if (event.button !== 0) return;
      dragging = true;
      this.#axis.setPointerCapture(event.pointerId);
      this.#line.focus({ preventScroll: true });
      event.preventDefault();
      this.#dragTo(event.clientX);
    });
    on("pointermove", (event) => dragging && this.#dragTo(event.clientX));
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"] as const) {
      on(name, () => {
        dragging = false;
      });
    }
    this.#line.addEventListener("keydown", (event) => this.#onKey(event), { signal });
  }

  draw({ inspection, threshold }: Model): void {
    const { best, null_score } = inspection;
    const margin = null_score - best.score;
    this.#threshold = threshold;
    this.#reach = Math.max(REACH, Math.ceil(Math.abs(margin)) + 2, Math.ceil(Math.abs(threshold)));
    const wins = margin > threshold;
    const line = this.#place(threshold);
    this.#line.style.insetInlineStart = line;
    this.#zone.style.insetInlineStart = line;
    this.#best.draw(this.#place(0), best.score, false);
    // The label stands away from the line, unless there is no room.
    const outward = Math.abs(margin) < 0.45 * this.#reach;
    this.#null.draw(this.#place(margin), null_score, margin > 0 === outward);
    setAttribute(this.element, "data-none", wins);
    setAttribute(this.#line, "aria-valuemin", -this.#reach);
    setAttribute(this.#line, "aria-valuemax", this.#reach);
    setAttribute(this.#line, "aria-valuenow", threshold);
    const outcome = wins ? "no answer wins" : "the best span wins";
    const limit = thresholdText(threshold, 1);
    setAttribute(this.#line, "aria-valuetext", `${limit}: ${outcome}`);
    const verb = wins ? "more than" : "not more than";
    setText(
      this.#verdict,
      `No answer ${score(null_score)} − best span ${score(best.score)} = ${score(margin)}: ` +
        `${verb} the threshold ${limit}, so ${outcome}.`,
    );
  }

  /** Of a difference to the best score, in percent of the axis. */
  #place(difference: number): string {
    return `${(50 * (difference + this.#reach)) / this.#reach}%`;
  }

  #dragTo(clientX: number): void {
    const { left, width } = this.#axis.getBoundingClientRect();
    this.#set(((2 * (clientX - left)) / width - 1) * this.#reach);
  }

  #onKey(event: KeyboardEvent): void {
    const now = this.#threshold;
    const values: Readonly<Record<string, number>> = {
      ArrowRight: now + STEP,
      ArrowUp: now + STEP,
      ArrowLeft: now - STEP,
      ArrowDown: now - STEP,
      PageUp: now + 1,
      PageDown: now - 1,
      Home: -this.#reach,
      End: this.#reach,
    };
    const next = values[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.#set(next);
  }

  #set(wanted: number): void {
    const { minimum, maximum } = contract.inputs.no_answer_threshold;
    const bounded = Math.min(maximum, this.#reach, Math.max(minimum, -this.#reach, wanted));
    const value = Math.round(bounded / STEP) / Math.round(1 / STEP);
    if (value !== this.#threshold) this.actions.setOptions({ no_answer_threshold: value });
  }
}

function marker(kind: string, label: string) {
  const value = el("b");
  const element = el(
    "div",
    { class: "qna-marker", "data-kind": kind },
    el("span", { class: "qna-marker-dot" }),
    el("span", { class: "qna-marker-label" }, label, " ", value),
  );
  return {
    element,
    draw(place: string, logits: number, after: boolean): void {
      setAttribute(element, "data-side", after ? "after" : null);
      element.style.insetInlineStart = place;
      setText(value, score(logits));
    },
  };
}

// What the component is doing, in one quiet line: progress, errors, what is read aloud; more behind it.
import { type Actions, type ComponentState, isPartial, isStopped } from "../component/state";
import { button, CONTROL, el, setText } from "./dom";
import { ProgressBar } from "./progress-bar";
import { announcement, detailsOf, progressText, statusText, waitText } from "./sentences";

/** Quiet time before an answer is read aloud, so that typing is not talked over. Milliseconds. */
const ANNOUNCE_AFTER = 700;

/** Windows from which reading a passage is long enough to be worth a cancel button. */
const LONG_RUN = 4;

export class StatusArea {
  readonly #line = el("summary", { ...CONTROL, class: "qna-status-line" });
  readonly #details = el("dl", { class: "qna-details" });
  readonly #progress = new ProgressBar("Progress");
  readonly #cancel: HTMLButtonElement;
  readonly #again: HTMLButtonElement;
  readonly #alert = el("div", { class: "qna-alert", role: "alert" });
  readonly #retry: HTMLButtonElement;
  readonly #link = el("p", { class: "qna-notice", "aria-live": "polite" });
  readonly #live = el("div", { class: "qna-hidden", role: "status", "aria-live": "polite" });
  /** How far a wait is, and what went wrong. */
  readonly element: HTMLElement;
  /** The line, with what is behind it and what can be done about it; stands beside the answer. */
  readonly report: HTMLElement;
  #timer = 0;
  #announced: unknown = null;

  constructor(actions: Actions, signal: AbortSignal) {
    this.#cancel = button("Cancel", "qna-button qna-cancel", () => actions.cancel(), signal);
    this.#again = button("Read on", "qna-button", () => actions.retry(), signal);
    this.#retry = button("Try again", "qna-button", () => actions.retry(), signal);
    this.report = el(
      "div",
      { class: "qna-status-row" },
      el("details", { class: "qna-report" }, this.#line, this.#details),
      this.#cancel,
      this.#again,
    );
    this.element = el(
      "div",
      { class: "qna-status" },
      this.#progress.element,
      el("div", { class: "qna-alert-row" }, this.#alert, this.#retry),
      this.#link,
      this.#live,
    );
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  draw(state: ComponentState): void {
    const { progress, error } = state;
    const busy = state.status === "loading" || state.status === "running";
    const long = progress !== null && (progress.stage !== "run" || progress.total >= LONG_RUN);
    this.#drawProgress(busy ? progress : null);
    // What was found stays.
    setText(this.#cancel, state.result === null ? "Cancel" : "Stop here");
    this.#show(this.#cancel, busy && long && progress.stage !== "fetch"); // Python's own
    this.#show(this.#again, isStopped(state) && !state.alone);
    // Nothing is under way and nothing was: the link says what to do.
    this.report.hidden = state.alone && state.result === null;
    this.#drawLine(state, busy, long);
    this.#drawDetails(state);
    setText(this.#alert, error === "" ? "" : errorText(error, state));
    this.#show(this.#retry, error !== "" && !state.alone);
    setText(this.#link, state.link);
    this.#announce(state);
  }

  /** A wait that is over at once changes nothing here. */
  #drawLine(state: ComponentState, busy: boolean, long: boolean): void {
    const first = this.#line.textContent === "";
    if (busy && long) setText(this.#line, waitText(state));
    else if (!busy || first || state.status === "loading") setText(this.#line, statusText(state));
  }

  #drawDetails(state: ComponentState): void {
    const details = detailsOf(state);
    if (details.length === 0 && state.status !== "idle") return;
    const text = details.flat().join("\n");
    if (this.#details.dataset.drawn === text) return;
    this.#details.dataset.drawn = text;
    this.#details.replaceChildren(
      ...details.map(([name, value]) =>
        el("div", {}, el("dt", {}, name), el("dd", {}, el("bdi", {}, value))),
      ),
    );
  }

  /** A button that goes hands its focus to the line that says what happened. */
  #show(button: HTMLButtonElement, visible: boolean): void {
    if (!visible && button.matches(":focus")) this.#line.focus({ preventScroll: true });
    button.hidden = !visible;
  }

  #drawProgress(progress: ComponentState["progress"]): void {
    this.#progress.element.hidden = progress === null;
    if (progress !== null) this.#progress.draw(progress, progressText(progress));
  }

  /** Reads out final answers, and that reading waits for a word; once each, after a quiet moment. */
  #announce(state: ComponentState): void {
    const { result, held } = state;
    const final = result !== null && (held || !isPartial(result)) ? result : null;
    if (final === this.#announced) return;
    this.#announced = final;
    clearTimeout(this.#timer);
    if (final === null) {
      this.#live.replaceChildren(); // what was said is no longer so
      return;
    }
    const words = held ? statusText(state) : announcement(final);
    this.#timer = window.setTimeout(() => {
      // Emptied first, so that the same words for another question are read again.
      this.#live.replaceChildren();
      this.#live.append(words);
    }, ANNOUNCE_AFTER);
  }
}

/** What happened and what to do, by whoever met with it; and what still stands. */
function errorText(error: string, { model }: ComponentState): string {
  const stands = "Text and question stay as they are";
  return `${error}\n${stands}${model === "" ? "." : ", and earlier answers are in the history."}`;
}

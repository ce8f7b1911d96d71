// What the component is doing: status line, progress, errors, notices, and what is read aloud.
import type { Actions, ComponentState } from "../component/state";
import { button, CONTROL, el, setAttribute, setText } from "./dom";
import { announcement, isPartial, isStopped, progressText, statusParts } from "./format";

/** Quiet time before an answer is read aloud, so that typing is not talked over. Milliseconds. */
const ANNOUNCE_AFTER = 700;

/** Windows from which reading a passage is long enough to be worth a cancel button. */
const LONG_RUN = 4;

export class StatusArea {
  readonly #line = el("p", { ...CONTROL, class: "qna-status-line", tabindex: -1 });
  readonly #fill = el("span", { class: "qna-progress-fill" });
  readonly #progress = el(
    "div",
    { class: "qna-progress", role: "progressbar", "aria-label": "Progress", "aria-valuemin": 0 },
    this.#fill,
  );
  readonly #cancel: HTMLButtonElement;
  readonly #again: HTMLButtonElement;
  readonly #alert = el("div", { class: "qna-alert", role: "alert" });
  readonly #retry: HTMLButtonElement;
  readonly #notice = el("p", { class: "qna-notice" });
  readonly #link = el("p", { class: "qna-notice", "aria-live": "polite" });
  readonly #live = el("div", { class: "qna-hidden", role: "status", "aria-live": "polite" });
  readonly element: HTMLElement;
  #timer = 0;
  #announced: unknown = null;

  constructor(actions: Actions, signal: AbortSignal) {
    this.#cancel = button("Cancel", "qna-button qna-cancel", () => actions.cancel(), signal);
    this.#again = button("Ask again", "qna-button", () => actions.retry(), signal);
    this.#retry = button("Retry", "qna-button", () => actions.retry(), signal);
    this.element = el(
      "div",
      { class: "qna-status" },
      this.#progress,
      el("div", { class: "qna-status-row" }, this.#line, this.#cancel, this.#again),
      el("div", { class: "qna-alert-row" }, this.#alert, this.#retry),
      this.#notice,
      this.#link,
      this.#live,
    );
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  draw(state: ComponentState): void {
    const { progress, error, notice } = state;
    const busy = state.status === "loading" || state.status === "running";
    this.#drawProgress(busy ? progress : null);
    const long = progress?.stage !== "run" || progress.total >= LONG_RUN;
    this.#show(this.#cancel, busy && progress !== null && long);
    this.#show(this.#again, isStopped(state));
    const parts = busy && progress !== null && long ? [progressText(progress)] : statusParts(state);
    if (this.#line.textContent !== parts.join(" · ")) {
      this.#line.replaceChildren(
        ...parts.flatMap((part, i) => [i > 0 ? " · " : "", el("bdi", {}, part)]),
      );
    }
    setText(this.#alert, error);
    this.#show(this.#retry, error !== "");
    setText(this.#notice, notice);
    setText(this.#link, state.link);
    this.#announce(state);
  }

  /** A button that goes hands its focus to the line that says what happened. */
  #show(button: HTMLButtonElement, visible: boolean): void {
    if (!visible && button.matches(":focus")) this.#line.focus({ preventScroll: true });
    button.hidden = !visible;
  }

  #drawProgress(progress: ComponentState["progress"]): void {
    this.#progress.hidden = progress === null;
    if (progress === null) return;
    const known = progress.total > 0;
    const share = known ? Math.min(1, progress.loaded / progress.total) : 0;
    setAttribute(this.#progress, "aria-valuemax", known ? 100 : null);
    setAttribute(this.#progress, "aria-valuenow", known ? Math.round(share * 100) : null);
    setAttribute(this.#progress, "aria-valuetext", progressText(progress));
    setAttribute(this.#progress, "data-indeterminate", !known);
    this.#fill.style.inlineSize = known ? `${share * 100}%` : "";
  }

  /** Reads out final answers only, once each, after a moment of quiet. */
  #announce(state: ComponentState): void {
    const { result } = state;
    const final = result !== null && !isPartial(result) ? result : null;
    if (final === this.#announced) return;
    this.#announced = final;
    clearTimeout(this.#timer);
    if (final === null) {
      this.#live.replaceChildren(); // what was said is no longer so
      return;
    }
    this.#timer = window.setTimeout(() => {
      // Emptied first, so that the same words for another question are read again.
      this.#live.replaceChildren();
      this.#live.append(announcement(final));
    }, ANNOUNCE_AFTER);
  }
}

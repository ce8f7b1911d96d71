// How far a wait is, as a bar.
import type { Progress } from "../core/manifest";
import { el, setAttribute } from "./dom";

export class ProgressBar {
  readonly #fill = el("span", { class: "qna-progress-fill" });
  readonly element: HTMLElement;

  constructor(label: string) {
    const role = { role: "progressbar", "aria-label": label, "aria-valuemin": 0 };
    this.element = el("div", { class: "qna-progress", ...role }, this.#fill);
  }

  /** @param words the step, for those who hear it */
  draw(progress: Progress | null, words: string): void {
    const { loaded, total } = progress ?? { loaded: 0, total: 0 };
    const known = total > 0;
    const percent = known ? 100 * Math.min(1, loaded / total) : 0;
    setAttribute(this.element, "aria-valuemax", known ? 100 : null);
    setAttribute(this.element, "aria-valuenow", known ? Math.round(percent) : null);
    setAttribute(this.element, "aria-valuetext", words);
    setAttribute(this.element, "data-indeterminate", !known);
    this.#fill.style.inlineSize = known ? `${percent}%` : "";
  }
}

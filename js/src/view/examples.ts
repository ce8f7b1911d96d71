// Questions to click, for whoever does not know what to ask.
import type { Actions, ComponentState } from "../component/state";
import { CONTROL, el, setAttribute } from "./dom";

export class Examples {
  readonly #list = el("ul", { role: "list" });
  readonly element = el(
    "div",
    { class: "qna-examples" },
    el("span", { class: "qna-muted" }, "Try:"),
    this.#list,
  );
  #drawn: readonly string[] = [];

  constructor(
    private readonly actions: Actions,
    private readonly signal: AbortSignal,
  ) {
    this.element.hidden = true;
  }

  draw({ examples, inputs }: ComponentState): void {
    if (examples.join("\n") !== this.#drawn.join("\n")) this.#place(examples);
    for (const chip of this.#list.querySelectorAll("button")) {
      const isAsked = chip.textContent === inputs.question;
      const isNew = isAsked && !chip.hasAttribute("aria-current");
      setAttribute(chip, "aria-current", isAsked ? "true" : null);
      if (isNew) this.#bringIntoSight(chip);
    }
  }

  /** Where the list is one line that scrolls. The page itself stays where it is. */
  #bringIntoSight(chip: HTMLElement): void {
    const [list, own] = [this.#list, chip].map((one) => one.getBoundingClientRect());
    if (own!.right > list!.right) this.#list.scrollLeft += own!.right - list!.right;
    if (own!.left < list!.left) this.#list.scrollLeft += own!.left - list!.left;
  }

  #place(examples: readonly string[]): void {
    this.#drawn = examples;
    this.element.hidden = examples.length === 0;
    this.#list.replaceChildren(...examples.map((question) => el("li", {}, this.#chip(question))));
  }

  #chip(question: string): HTMLButtonElement {
    const name = el("bdi", {}, question);
    const chip = el(
      "button",
      { ...CONTROL, type: "button", class: "qna-example", translate: "no" },
      name,
    );
    // Where it stands already, it is meant once more, as by Enter.
    const ask = () =>
      chip.hasAttribute("aria-current")
        ? this.actions.confirm()
        : this.actions.setQuestion(question);
    chip.addEventListener("click", ask, { signal: this.signal });
    return chip;
  }
}

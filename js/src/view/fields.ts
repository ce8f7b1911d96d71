// A labelled control of the settings, with its unit and a hint.
import { CONTROL, el, setAttribute, setText, uniqueId } from "./dom";

/** A control below its label; `hint` says its unit and what it does. */
export function field(
  label: string,
  control: HTMLElement,
  hint: string | HTMLElement = "",
  value: HTMLElement | null = null,
): HTMLElement {
  const id = uniqueId("setting");
  control.id = id;
  const line = typeof hint === "string" ? el("span", {}, hint) : hint;
  line.id = `${id}-hint`;
  line.className = "qna-hint";
  setAttribute(control, "aria-describedby", line.textContent === "" ? null : line.id);
  return el("div", { class: "qna-field" }, el("label", { for: id }, label), value, control, line);
}

/** A whole number within bounds. What is not allowed is said, not passed on. */
export class NumberField {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #hint: HTMLElement;
  #value = 0;

  constructor(
    label: string,
    private readonly unit: string,
    private readonly bounds: { readonly minimum: number; readonly maximum: number },
    onChange: (value: number) => void,
    signal: AbortSignal,
  ) {
    const { minimum, maximum } = bounds;
    this.#input = el("input", { ...CONTROL, type: "number", min: minimum, max: maximum, step: 1 });
    this.#hint = el("span", {}, unit);
    this.element = field(label, this.#input, this.#hint);
    this.#input.addEventListener(
      "input",
      () => {
        this.#mark();
        if (this.#allowed) onChange(this.#input.valueAsNumber);
      },
      { signal },
    );
    this.#input.addEventListener(
      "blur",
      () => {
        if (this.#allowed) return;
        this.#input.value = String(this.#value);
        this.#mark();
      },
      { signal },
    );
  }

  /** While the reader types what is not allowed (yet), it stays. */
  draw(value: number): void {
    this.#value = value;
    if (this.#input.matches(":focus") && !this.#allowed) return;
    if (this.#input.valueAsNumber !== value) this.#input.value = String(value);
  }

  get #allowed(): boolean {
    const value = this.#input.valueAsNumber;
    const { minimum, maximum } = this.bounds;
    return Number.isInteger(value) && value >= minimum && value <= maximum;
  }

  #mark(): void {
    const { minimum, maximum } = this.bounds;
    setAttribute(this.#input, "aria-invalid", this.#allowed ? null : "true");
    setText(this.#hint, this.#allowed ? this.unit : `A whole number from ${minimum} to ${maximum}`);
  }
}

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

/** A whole number within bounds, which stand below it. What is not allowed is not passed on. */
export class NumberField {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #hint: HTMLElement;
  #value = 0;

  constructor(
    label: string,
    private readonly unit: string,
    private readonly bounds: { readonly minimum: number; readonly maximum: number },
    private readonly onChange: (value: number) => void,
    signal: AbortSignal,
  ) {
    const { minimum, maximum } = bounds;
    this.#input = el("input", { ...CONTROL, type: "number", min: minimum, max: maximum, step: 1 });
    this.#hint = el("span", {}, this.#limits);
    this.element = field(label, this.#input, this.#hint);
    const on = (name: string, listener: () => void) =>
      this.#input.addEventListener(name, listener, { signal });
    on("input", () => {
      this.#mark();
      if (this.#allowed) onChange(this.#input.valueAsNumber);
    });
    on("blur", () => this.#settle());
  }

  /** While the reader types what is not allowed (yet), it stays. */
  draw(value: number): void {
    this.#value = value;
    if (this.#input.matches(":focus") && !this.#allowed) return;
    if (this.#input.valueAsNumber === value) return;
    this.#input.value = String(value);
    this.#mark();
  }

  get #limits(): string {
    const { minimum, maximum } = this.bounds;
    return `${minimum} to ${maximum} ${this.unit}`;
  }

  get #allowed(): boolean {
    const value = this.#input.valueAsNumber;
    const { minimum, maximum } = this.bounds;
    return Number.isInteger(value) && value >= minimum && value <= maximum;
  }

  /** Takes the nearest number that is allowed for one that is not, and says so. */
  #settle(): void {
    if (this.#allowed) return;
    const { minimum, maximum } = this.bounds;
    const typed = this.#input.valueAsNumber;
    const value = Number.isNaN(typed)
      ? this.#value
      : Math.min(maximum, Math.max(minimum, Math.round(typed)));
    this.#input.value = String(value);
    this.#mark();
    const what = Number.isNaN(typed) ? "That was no number" : `${typed} is not allowed`;
    setText(this.#hint, `${what}; ${value} is taken (${this.#limits}).`);
    if (value !== this.#value) this.onChange(value);
  }

  #mark(): void {
    setAttribute(this.#input, "aria-invalid", this.#allowed ? null : "true");
    const wanted = `A whole number is needed, ${this.#limits}`;
    setText(this.#hint, this.#allowed ? this.#limits : wanted);
  }
}

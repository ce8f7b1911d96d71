// The settings behind a disclosure. Each change takes effect at once.
import { contract, DEFAULT_INPUTS, type Inputs } from "../inputs";
import type { Actions } from "../state";
import { button, el, setAttribute, setText, uniqueId } from "./dom";
import { score } from "./format";

type Options = Pick<Inputs, "top_k" | "max_answer_len" | "no_answer_threshold" | "overlap">;

const NAMES = ["top_k", "max_answer_len", "no_answer_threshold", "overlap"] as const;

const OVERLAPS: Readonly<Record<Inputs["overlap"], string>> = {
  none: "Answers never overlap",
  nested: "One may lie inside another",
  allow: "Answers may overlap freely",
};

/** The slider's usual reach in logits; it grows when the value lies beyond. */
const THRESHOLD_REACH = 12;

export class Settings {
  readonly element: HTMLDetailsElement;
  readonly #topK: HTMLInputElement;
  readonly #maxAnswerLen: HTMLInputElement;
  readonly #threshold: HTMLInputElement;
  readonly #thresholdValue = el("output", { class: "qna-value" });
  readonly #overlap: HTMLSelectElement;
  readonly #reset: HTMLButtonElement;

  constructor(
    private readonly actions: Actions,
    signal: AbortSignal,
  ) {
    this.#topK = this.#number("top_k", signal);
    this.#maxAnswerLen = this.#number("max_answer_len", signal);
    this.#threshold = el("input", { type: "range", step: 0.1 });
    this.#threshold.addEventListener(
      "input",
      () => actions.setOptions({ no_answer_threshold: Number(this.#threshold.value) }),
      { signal },
    );
    this.#overlap = el(
      "select",
      {},
      ...Object.entries(OVERLAPS).map(([value, label]) => el("option", { value }, label)),
    );
    this.#overlap.addEventListener(
      "change",
      () => actions.setOptions({ overlap: this.#overlap.value as Inputs["overlap"] }),
      { signal },
    );
    this.#reset = button("Reset", "qna-button", () => actions.setOptions(defaults()), signal);
    this.element = el(
      "details",
      { class: "qna-settings" },
      el("summary", {}, "Settings"),
      el(
        "div",
        { class: "qna-fields" },
        field("Answers shown", this.#topK, null, "answers at most"),
        field("Longest answer", this.#maxAnswerLen, null, "tokens, each about ¾ of a word"),
        field(
          "No-answer threshold",
          this.#threshold,
          this.#thresholdValue,
          "logits; a higher one lets more answers through",
        ),
        field("Overlap", this.#overlap, null, ""),
        this.#reset,
      ),
    );
  }

  draw(inputs: Inputs): void {
    this.#drawNumber(this.#topK, inputs.top_k);
    this.#drawNumber(this.#maxAnswerLen, inputs.max_answer_len);
    const value = inputs.no_answer_threshold;
    const reach = Math.max(THRESHOLD_REACH, Math.ceil(Math.abs(value)));
    setAttribute(this.#threshold, "min", -reach);
    setAttribute(this.#threshold, "max", reach);
    if (Number(this.#threshold.value) !== value) this.#threshold.value = String(value);
    setText(this.#thresholdValue, score(value, 1));
    if (this.#overlap.value !== inputs.overlap) this.#overlap.value = inputs.overlap;
    this.#reset.disabled = NAMES.every((name) => inputs[name] === DEFAULT_INPUTS[name]);
  }

  /** While the reader types, what they typed stays; it takes effect when it is allowed. */
  #drawNumber(input: HTMLInputElement, value: number): void {
    if (input.getAttribute("aria-invalid") === "true") return;
    if (Number(input.value) !== value || input.value === "") input.value = String(value);
    input.dataset.value = String(value);
  }

  #number(name: "top_k" | "max_answer_len", signal: AbortSignal): HTMLInputElement {
    const { minimum, maximum } = contract.inputs[name];
    const input = el("input", { type: "number", min: minimum, max: maximum, step: 1 });
    input.addEventListener(
      "input",
      () => {
        const value = Number(input.value);
        const allowed =
          input.value !== "" && Number.isInteger(value) && value >= minimum && value <= maximum;
        setAttribute(input, "aria-invalid", allowed ? null : "true");
        input.title = allowed ? "" : `A whole number from ${minimum} to ${maximum}`;
        if (allowed) this.actions.setOptions({ [name]: value });
      },
      { signal },
    );
    input.addEventListener(
      "blur",
      () => {
        if (input.getAttribute("aria-invalid") !== "true") return;
        setAttribute(input, "aria-invalid", null);
        input.title = "";
        input.value = input.dataset.value ?? "";
      },
      { signal },
    );
    return input;
  }
}

function defaults(): Options {
  const { top_k, max_answer_len, no_answer_threshold, overlap } = DEFAULT_INPUTS;
  return { top_k, max_answer_len, no_answer_threshold, overlap };
}

function field(
  label: string,
  control: HTMLElement,
  value: HTMLElement | null,
  hint: string,
): HTMLElement {
  const id = uniqueId("setting");
  control.id = id;
  if (hint !== "") control.setAttribute("aria-describedby", `${id}-hint`);
  return el(
    "div",
    { class: "qna-field" },
    el("label", { for: id }, label),
    value,
    control,
    hint === "" ? null : el("span", { id: `${id}-hint`, class: "qna-hint" }, hint),
  );
}

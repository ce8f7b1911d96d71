// The settings behind a disclosure. Each change takes effect at once.

import { DEFAULT_INPUTS, type Inputs, isBlank } from "../component/inputs";
import { type Actions, type ComponentState, thresholdOf } from "../component/state";
import * as contract from "../core/contract";
import { button, CONTROL, el, setAttribute, setDisabled, setText } from "./dom";
import { field, NumberField } from "./fields";
import { thresholdText } from "./format";
import { ModelMenu } from "./model-menu";
import { leadText } from "./sentences";

const NAMES = ["top_k", "max_answer_len", "no_answer_threshold", "overlap"] as const;

const OVERLAPS: Readonly<Record<Inputs["overlap"], string>> = {
  none: "None",
  nested: "One inside another",
  allow: "Any",
};

const THRESHOLD_HINT = "A higher one lets less certain answers through.";

/** The slider's usual reach in logits; it grows when a threshold that matters lies beyond. */
const THRESHOLD_REACH = 12;
const LARGEST_THRESHOLD = contract.inputs.no_answer_threshold.maximum;

export class Settings {
  readonly element: HTMLDetailsElement;
  readonly model: ModelMenu;
  readonly #topK: NumberField;
  readonly #maxAnswerLen: NumberField;
  readonly #threshold = el("input", { ...CONTROL, type: "range", step: 0.1 });
  readonly #thresholdValue = el("output", { class: "qna-value" });
  readonly #thresholdHint = el("span", {}, THRESHOLD_HINT);
  readonly #overlap: HTMLSelectElement;
  /** The threshold, in logits, at which the last result turns; without its sign. */
  #turn = 0;
  readonly #reset: HTMLButtonElement;

  constructor(actions: Actions, signal: AbortSignal) {
    const { top_k, max_answer_len } = contract.inputs;
    this.#topK = new NumberField(
      "Answers shown",
      "answers",
      top_k,
      (value) => actions.setOptions({ top_k: value }),
      signal,
    );
    this.#maxAnswerLen = new NumberField(
      "Longest answer",
      "tokens, each about ¾ of a word",
      max_answer_len,
      (value) => actions.setOptions({ max_answer_len: value }),
      signal,
    );
    this.#threshold.addEventListener(
      "input",
      () => actions.setOptions({ no_answer_threshold: this.#threshold.valueAsNumber }),
      { signal },
    );
    const options = Object.entries(OVERLAPS).map(([value, label]) =>
      el("option", { value }, label),
    );
    this.#overlap = el("select", { ...CONTROL }, ...options);
    this.#overlap.addEventListener(
      "change",
      () => actions.setOptions({ overlap: this.#overlap.value as Inputs["overlap"] }),
      { signal },
    );
    this.model = new ModelMenu(actions, signal);
    this.#reset = button("Reset", "qna-button", () => actions.setOptions(defaults()), signal);
    this.element = el(
      "details",
      { class: "qna-settings qna-disclosure" },
      el("summary", { ...CONTROL }, "Settings"),
      el(
        "div",
        { class: "qna-fields" },
        this.#topK.element,
        this.#maxAnswerLen.element,
        field("No-answer threshold", this.#threshold, this.#thresholdHint, this.#thresholdValue),
        field("Overlap", this.#overlap, "which answers may share words"),
        this.model.field,
        this.#reset,
      ),
      this.model.offer,
    );
  }

  draw(state: ComponentState): void {
    const { inputs, result } = state;
    this.model.draw(state);
    // What was said of the last result stays while the next one is waited for, and no longer.
    if (isBlank(inputs)) setText(this.#thresholdHint, THRESHOLD_HINT);
    if (result !== null) {
      setText(this.#thresholdHint, `${THRESHOLD_HINT} ${leadText(result)}`);
      this.#turn = Math.abs(result.null_margin ?? 0);
    }
    this.#topK.draw(inputs.top_k);
    this.#maxAnswerLen.draw(inputs.max_answer_len);
    const threshold = thresholdOf(state);
    const wanted = Math.ceil(Math.max(Math.abs(threshold), this.#turn + 0.1));
    const reach = Math.max(THRESHOLD_REACH, Math.min(wanted, LARGEST_THRESHOLD));
    setAttribute(this.#threshold, "min", -reach);
    setAttribute(this.#threshold, "max", reach);
    if (this.#threshold.valueAsNumber !== threshold) this.#threshold.value = String(threshold);
    setText(this.#thresholdValue, thresholdText(threshold, 1));
    if (this.#overlap.value !== inputs.overlap) this.#overlap.value = inputs.overlap;
    setDisabled(
      this.#reset,
      NAMES.every((name) => inputs[name] === DEFAULT_INPUTS[name]),
    );
  }
}

function defaults(): Pick<Inputs, (typeof NAMES)[number]> {
  const { top_k, max_answer_len, no_answer_threshold, overlap } = DEFAULT_INPUTS;
  return { top_k, max_answer_len, no_answer_threshold, overlap };
}

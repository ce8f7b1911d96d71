// One row of the history: a question, what came of it, and how it was asked.
import type { Asked, Draft } from "../component/history";
import type { Inputs } from "../component/inputs";
import type { Answer } from "../core/types";
import { CONTROL, el, hidden, setAttribute, setText } from "./dom";
import { opening } from "./excerpts";
import { optionsText, percent, score, timeText } from "./format";

export class HistoryRow {
  readonly button: HTMLButtonElement;
  readonly item: HTMLLIElement;
  /** Which passage; said only where another one stands in the field. */
  readonly #passage: HTMLElement;

  /** Said with its day once that is over. */
  readonly #time = el("time");

  constructor(readonly entry: Asked | Draft) {
    const { question, passage, options } = entry;
    const settings = optionsText(options);
    this.#passage = el("span", {}, hidden(", "), "in “", el("bdi", {}, opening(passage)), "”");
    this.button = el(
      "button",
      {
        ...CONTROL,
        type: "button",
        class: "qna-asked",
        "data-draft": !("answers" in entry),
        translate: "no",
      },
      el(
        "span",
        { class: "qna-asked-question" },
        question.trim() === "" ? "No question yet" : el("bdi", {}, opening(question, 300)),
      ),
      "answers" in entry ? outcome(entry) : outcomeText("Not asked yet"),
      el(
        "span",
        { class: "qna-meta" },
        ...("answers" in entry ? [...facts(entry), fact(this.#time)] : []),
        settings === "" ? null : fact(settings),
        this.#passage,
      ),
    );
    if ("answers" in entry) this.#time.dateTime = new Date(entry.asked_at).toISOString();
    this.item = el("li", {}, this.button);
  }

  /**
   * Marks the row whose texts stand in the fields.
   * @param now milliseconds since 1970
   */
  draw(inputs: Inputs, now: number): void {
    if ("answers" in this.entry) setText(this.#time, timeText(this.entry.asked_at, now));
    const { question, passage } = this.entry;
    const here = passage === inputs.passage;
    this.#passage.hidden = here || passage.trim() === "";
    setAttribute(this.button, "aria-current", here && question === inputs.question ? "true" : null);
  }
}

function outcome({ answers }: Asked): HTMLElement {
  const text = answers[0]?.text ?? "";
  return outcomeText(text === "" ? "The text does not say" : el("bdi", {}, opening(text, 300)));
}

function outcomeText(text: HTMLElement | string): HTMLElement {
  return el("span", { class: "qna-asked-answer" }, hidden(": "), text);
}

function facts({ answers, model }: Asked): HTMLElement[] {
  const [best] = answers;
  return [...(best === undefined ? [] : figures(best)), fact(el("bdi", {}, model))];
}

function figures({ text, probability, score: logits }: Answer): HTMLElement[] {
  const what = text === "" ? "no answer" : "these words";
  return [fact(`${percent(probability)} for ${what}`), fact(`score ${score(logits)}`)];
}

function fact(text: HTMLElement | string): HTMLElement {
  return el("span", {}, hidden(", "), text);
}

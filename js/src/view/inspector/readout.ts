// What is pointed at, in words and figures: how its score comes about.
import type { TokenSpan } from "../../core/inspection";
import { button, el, setDisabled, setText } from "../dom";
import { brief } from "../excerpts";
import { percent, score } from "../format";
import {
  type Focus,
  firstWord,
  lastWord,
  type Model,
  sameSpan,
  signMeaning,
  textOf,
  wordLogits,
  wordShares,
  wordText,
} from "./model";

export class Readout {
  readonly #words = el("div", { class: "qna-readout-words" });
  readonly #pin: HTMLButtonElement;
  readonly element: HTMLElement;
  #span: TokenSpan | null = null;

  constructor(onPin: (span: TokenSpan) => void, signal: AbortSignal) {
    const pin = () => this.#span && onPin(this.#span);
    this.#pin = button("Pin", "qna-button qna-pin", pin, signal);
    this.element = el("div", { class: "qna-readout" }, this.#words, this.#pin);
  }

  draw(model: Model, focus: Focus): void {
    this.#span = focus.kind === "span" ? focus.span : null;
    const pinned = model.pins.some((pin) => this.#span !== null && sameSpan(pin, this.#span));
    this.#pin.hidden = this.#span === null;
    setDisabled(this.#pin, pinned);
    setText(this.#pin, pinned ? "Pinned" : "Pin");
    const words =
      focus.kind === "span"
        ? spanLine(model, focus.span)
        : focus.kind === "word"
          ? word(model, focus)
          : windowLine(model, focus);
    this.#words.replaceChildren(...words);
  }
}

function spanLine(model: Model, span: TokenSpan): Node[] {
  const { inspection } = model;
  const found = inspection.candidate(span);
  const title = quote(textOf(model, span));
  if (found === null) return [title, fact("has no score: no window holds it whole")];
  const { start_token, end_token, probability, start_logit, end_logit } = found;
  const below = inspection.best.score - found.score;
  const standing = below === 0 ? "the best span" : `${score(below)} below the best`;
  const share =
    probability === null
      ? `longer than ${inspection.max_answer_len} tokens: no candidate`
      : `${percent(probability)} for this cut alone`;
  return [
    title,
    el(
      "span",
      { class: "qna-sum" },
      term("start", `start at “${brief(firstWord(model, start_token), 20)}”`, start_logit),
      " + ",
      term("end", `end at “${brief(lastWord(model, end_token), 20)}”`, end_logit),
      " = ",
      el("b", {}, score(found.score)),
    ),
    fact(`${share}, ${standing}`),
  ];
}

function word(model: Model, { word }: Extract<Focus, { kind: "word" }>): Node[] {
  const { start, end } = wordLogits(model, word);
  const shares = wordShares(model, word);
  const pieces = word.last - word.first + 1;
  return [
    quote(wordText(model, word)),
    el(
      "span",
      { class: "qna-sum" },
      term("start", "start score", start),
      ` (an answer starts here: ${percent(shares.start)}), `,
      term("end", "end score", end),
      ` (ends here: ${percent(shares.end)})`,
    ),
    fact(pieces > 1 ? `${pieces} word pieces; the best of them counts` : signMeaning(model, word)),
  ];
}

function windowLine(model: Model, { window }: Extract<Focus, { kind: "window" }>): Node[] {
  const { inspection } = model;
  const { first_token, last_token, null_score, best } = inspection.window(window);
  const all = inspection.scores.features.length;
  return [
    el("b", {}, `Window ${window + 1} of ${all}`),
    fact(`tokens ${first_token + 1}–${last_token + 1}, no answer ${score(null_score)}`),
    el(
      "span",
      { class: "qna-sum" },
      "best span in it: ",
      el("bdi", {}, `“${brief(textOf(model, best))}”`),
      " ",
      el("b", {}, score(best.score)),
    ),
  ];
}

function quote(text: string): HTMLElement {
  return el("bdi", { class: "qna-readout-text" }, `“${brief(text, 70)}”`);
}

function term(part: "start" | "end", label: string, logit: number): HTMLElement {
  return el("span", { "data-part": part }, label, " ", el("b", {}, score(logit)));
}

function fact(text: string): HTMLElement {
  return el("span", { class: "qna-muted" }, text);
}

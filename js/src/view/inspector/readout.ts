// What is pointed at, in words and figures: how its score comes about.
import { button, el } from "../dom";
import { percent, score } from "../format";
import { brief, type Focus, type Model, sameSpan, textOf, wordLogits, wordText } from "./model";

export class Readout {
  readonly element = el("div", { class: "qna-readout" });

  constructor(
    private readonly onPin: (focus: Focus) => void,
    private readonly signal: AbortSignal,
  ) {}

  draw(model: Model, focus: Focus): void {
    this.element.replaceChildren(
      ...(focus.kind === "span"
        ? this.#span(model, focus)
        : focus.kind === "word"
          ? word(model, focus)
          : windowLine(model, focus)),
    );
  }

  #span(model: Model, focus: Extract<Focus, { kind: "span" }>): Node[] {
    const { inspection } = model;
    const found = inspection.candidate(focus.span);
    const title = quote(textOf(model, focus.span));
    if (found === null) return [title, fact("has no score: no window holds it whole")];
    const { start_token, end_token, probability, start_logit, end_logit } = found;
    const pinned = model.pins.some((pin) => sameSpan(pin, found));
    const pin = button(
      pinned ? "Pinned" : "Pin",
      "qna-button qna-pin",
      () => this.onPin(focus),
      this.signal,
    );
    pin.disabled = pinned;
    const below = inspection.best.score - found.score;
    const standing = below === 0 ? "the best span" : `${score(below)} below the best`;
    const share =
      probability === null
        ? `longer than ${inspection.max_answer_len} tokens: no candidate`
        : `${percent(probability)} probable`;
    return [
      title,
      el(
        "span",
        { class: "qna-sum" },
        term("start", `start at “${brief(wordText(model, start_token), 20)}”`, start_logit),
        " + ",
        term("end", `end at “${brief(wordText(model, end_token), 20)}”`, end_logit),
        " = ",
        el("b", {}, score(found.score)),
      ),
      fact(`${share}, ${standing}`),
      pin,
    ];
  }
}

function word(model: Model, { word }: Extract<Focus, { kind: "word" }>): Node[] {
  const { start, end } = wordLogits(model, word);
  const { inspection } = model;
  let [starts, ends] = [0, 0];
  for (let token = word.first; token <= word.last; token++) {
    starts += inspection.startShare(token);
    ends += inspection.endShare(token);
  }
  const pieces = word.last - word.first + 1;
  return [
    quote(model.passage.slice(word.start, word.end)),
    el(
      "span",
      { class: "qna-sum" },
      term("start", "start score", start),
      ` (an answer starts here: ${percent(starts)}), `,
      term("end", "end score", end),
      ` (ends here: ${percent(ends)})`,
    ),
    fact(pieces > 1 ? `${pieces} word pieces; the best of them counts` : ""),
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

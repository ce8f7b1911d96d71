// The best answer, large: its words, how sure the model is, its sentence and its place.
import { type ComponentState, thresholdOf } from "../../component/state";
import { isEqual } from "../../core/equal";
import type { Result } from "../../core/types";
import { CONTROL, el, setAttribute, setText } from "../dom";
import { decidedText, partialText } from "../sentences";
import { copyButton } from "./copy";
import { copied, type Quote, Quotes } from "./quote";
import { placeButtons } from "./rows";
import { roundPercent, SURENESS, shareOf, shareText, surenessOf, type Verdict } from "./verdict";

/** UTF-16 units from which an answer is a passage rather than a headline. */
const LONG = 70;

export class BestCard {
  readonly #sure = el("span", { class: "qna-sure" });
  readonly #percent = el("span", { class: "qna-percent" });
  readonly #text = el("p", { class: "qna-best-text", dir: "auto" });
  readonly #near = el("p", { class: "qna-near" });
  readonly #quote = el("blockquote", {
    class: "qna-quote",
    translate: "no",
    dir: "auto",
    hidden: true,
  });
  readonly #place = el("span", { class: "qna-place" });
  readonly #elsewhere = el("span", {});
  readonly show: HTMLButtonElement;
  readonly #copy: HTMLButtonElement;
  readonly #tools: HTMLElement;
  readonly #rest = el("p", { class: "qna-rest" });
  readonly element: HTMLElement;
  readonly #quotes = new Quotes();
  #shown: Quote | null = null;
  /** The ranks of the place buttons. */
  #ranks: readonly number[] = [];

  constructor(signal: AbortSignal) {
    this.show = el(
      "button",
      { ...CONTROL, type: "button", class: "qna-button", "data-rank": 1, "aria-pressed": "false" },
      "Show in text",
    );
    const { copy, said } = copyButton(() => this.#shown && copied(this.#shown), signal);
    this.#copy = copy;
    this.#tools = el("div", { class: "qna-best-tools" }, this.show, copy, said);
    this.element = el(
      "article",
      { class: "qna-best", "data-hue": 1 },
      el("p", { class: "qna-verdict-line" }, this.#sure, this.#percent),
      this.#text,
      this.#near,
      this.#quote,
      el("p", { class: "qna-where" }, this.#place, this.#elsewhere),
      this.#tools,
      this.#rest,
    );
  }

  draw(result: Result, verdict: Verdict, state: ComponentState): void {
    const { passage } = state.inputs;
    const running = state.status === "running";
    const { kind, final, best } = verdict;
    const none = kind === "none";
    setAttribute(this.element, "data-kind", kind);
    setAttribute(this.element, "data-final", final);
    const sureness = surenessOf(result);
    setAttribute(this.element, "data-sure", final ? sureness : null);
    setText(this.#sure, final ? SURENESS[sureness] : partialText(result, running));
    const figures = final && sureness !== "unread";
    setText(this.#percent, figures ? roundPercent(shareOf(result)) : "");
    this.#drawText(verdict);
    const nearest = none && final && best !== null;
    setText(this.#near, nearest ? "What came nearest:" : "");
    // Before everything is read, what came nearest to an answer so far says nothing.
    const quoted = best !== null && (!none || final);
    this.#drawQuote(quoted ? this.#quotes.of(passage, best.answer) : null);
    this.#drawElsewhere(quoted ? best.elsewhere : []);
    this.#tools.hidden = !quoted;
    this.#copy.hidden = none;
    const made = figures ? shareText(result, verdict) : "";
    const decided = final ? decidedText(result, thresholdOf(state)) : "";
    setText(this.#rest, [made, decided].filter(Boolean).join(" "));
  }

  #drawText({ kind, final, best }: Verdict): void {
    // The text's words stay as they are; ours may be translated with the page.
    setAttribute(this.#text, "translate", kind === "answer" ? "no" : null);
    if (kind === "answer") {
      const { text } = best!.answer;
      setAttribute(this.#text, "data-long", text.length > LONG);
      setText(this.#text, text);
      return;
    }
    setAttribute(this.#text, "data-long", false);
    // Before the end the line above says all that there is to say.
    setText(this.#text, final ? "The text does not say" : "");
  }

  // States come by the dozen while something is read or loaded: what is the same stays, or a selection
  // and the focus would be gone.
  #drawQuote(quote: Quote | null): void {
    if (isEqual(quote, this.#shown)) return;
    this.#shown = quote;
    setText(this.#place, quote?.place ?? "");
    this.#quote.hidden = quote === null;
    if (quote === null) return;
    const { before, text, after } = quote;
    const marked = el("mark", { class: "qna-quoted" }, text);
    this.#quote.replaceChildren(before, marked, after);
  }

  #drawElsewhere(ranks: readonly number[]): void {
    if (isEqual(ranks, this.#ranks)) return;
    this.#ranks = ranks;
    const focused = this.#elsewhere.querySelector<HTMLElement>(":focus")?.dataset.rank;
    this.#elsewhere.replaceChildren(placeButtons(ranks));
    if (focused === undefined) return;
    const same = this.#elsewhere.querySelector<HTMLElement>(`[data-rank="${focused}"]`);
    (same ?? this.show).focus({ preventScroll: true });
  }
}

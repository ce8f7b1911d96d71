// The ranked answers, with "no answer" among them as an answer of its own.
import type { Answer, Result } from "../core/types";
import type { Inputs } from "../inputs";
import { el, setAttribute, setText } from "./dom";
import { context, isPartial, marginText, partialText, percent, score, spansOf } from "./format";
import { hue } from "./highlights";

export interface AnswersEvents {
  /** The pointer or the focus is on this answer; null: on none. */
  onHover(rank: number | null): void;
  /** The reader chose this answer; null: un-chose it. */
  onChoose(rank: number | null): void;
}

/** Passages shorter than this (UTF-16 units) can be seen whole: no context in the list. */
const CONTEXT_FROM = 500;

export class AnswerList {
  readonly #list = el("ol", { class: "qna-answers", role: "list", "aria-label": "Ranked answers" });
  readonly #note = el("p", { class: "qna-note" });
  readonly #warnings = el("ul", { class: "qna-warnings" });
  readonly #empty = el("p", { class: "qna-empty" });
  readonly element = el(
    "section",
    { class: "qna-results" },
    el("div", { class: "qna-head" }, el("h3", { class: "qna-label" }, "Answers"), this.#note),
    this.#warnings,
    this.#list,
    this.#empty,
  );
  #drawn: Result | null = null;
  #chosen: number | null = null;

  constructor(
    private readonly events: AnswersEvents,
    signal: AbortSignal,
  ) {
    const rankOf = (event: Event) => rankUnder(event.target);
    this.#list.addEventListener("pointerover", (e) => events.onHover(rankOf(e)), { signal });
    this.#list.addEventListener("pointerleave", () => events.onHover(null), { signal });
    this.#list.addEventListener("focusin", (e) => events.onHover(rankOf(e)), { signal });
    this.#list.addEventListener("focusout", () => events.onHover(null), { signal });
    this.#list.addEventListener(
      "click",
      (event) => {
        const rank = rankOf(event);
        if (rank !== null) this.choose(rank === this.#chosen ? null : rank);
      },
      { signal },
    );
    this.#list.addEventListener("keydown", (event) => this.#onKey(event), { signal });
  }

  /**
   * Draws a result. While one is waited for (`result` null, `hint` "") the old rows keep their
   * place, unreadable; with a `hint` (why there is nothing) they go.
   */
  draw(result: Result | null, inputs: Inputs, hint: string): void {
    const waiting = result === null;
    setAttribute(this.element, "data-waiting", waiting && hint === "");
    setAttribute(this.#list, "inert", waiting);
    setAttribute(this.#list, "aria-hidden", waiting ? "true" : null);
    setAttribute(this.element, "aria-busy", waiting && hint === "" ? "true" : null);
    setText(this.#empty, hint);
    setText(this.#note, result !== null && isPartial(result) ? partialText(result) : "");
    if (hint !== "") this.#list.replaceChildren();
    if (result === this.#drawn) return;
    this.#drawn = result;
    if (result === null) return;
    this.#chosen = null;
    this.#warnings.replaceChildren(...result.warnings.map((text) => el("li", {}, text)));
    this.#list.replaceChildren(...rows(result, inputs));
  }

  /** Chooses an answer as a click does; null: none. */
  choose(rank: number | null): void {
    this.#chosen = rank;
    for (const row of this.#list.querySelectorAll<HTMLElement>("[data-rank]")) {
      setAttribute(row, "aria-pressed", String(Number(row.dataset.rank) === rank));
    }
    this.events.onChoose(rank);
  }

  get chosen(): number | null {
    return this.#chosen;
  }

  emphasise(rank: number | null): void {
    for (const row of this.#list.querySelectorAll<HTMLElement>("[data-rank]")) {
      setAttribute(row, "data-hot", Number(row.dataset.rank) === rank);
    }
  }

  #onKey(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    const rows = [...this.#list.querySelectorAll<HTMLElement>("[data-rank]")];
    const next = rows[rows.indexOf(event.target as HTMLElement) + step];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  }
}

function rankUnder(target: EventTarget | null): number | null {
  const row = target instanceof Element ? target.closest<HTMLElement>("[data-rank]") : null;
  return row === null ? null : Number(row.dataset.rank);
}

/** Spans in their order, "no answer" first when it wins and last when it does not. */
function rows(result: Result, inputs: Inputs): HTMLElement[] {
  const spans = spansOf(result);
  const scale = Math.max(...result.answers.map((a) => Math.abs(a.score)), 1e-9);
  const list = spans.map((span, i) => el("li", {}, spanRow(span, i + 1, scale, inputs.passage)));
  if (result.null_score === null) return list;
  const none = el("li", {}, noAnswerRow(result, inputs.no_answer_threshold));
  return result.no_answer ? [none, ...list] : [...list, none];
}

function spanRow(span: Answer, rank: number, scale: number, passage: string): HTMLElement {
  const around = passage.length < CONTEXT_FROM ? null : context(passage, span.start, span.end);
  return el(
    "button",
    {
      type: "button",
      class: "qna-answer",
      "data-rank": rank,
      "data-hue": hue(rank),
      "aria-pressed": "false",
    },
    el("span", { class: "qna-rank" }, String(rank)),
    el("span", { class: "qna-answer-text" }, el("bdi", {}, span.text)),
    el("span", { class: "qna-percent" }, percent(span.probability), hidden(" probable")),
    bar("qna-bar", span.probability),
    around === null
      ? null
      : el("bdi", { class: "qna-context" }, around.before, el("b", {}, span.text), around.after),
    el(
      "span",
      { class: "qna-meta" },
      el(
        "span",
        {},
        hidden(", "),
        `score ${score(span.score)}`,
        bar("qna-minibar", span.score / scale),
      ),
      el(
        "span",
        {},
        hidden(", "),
        `characters ${span.start.toLocaleString("en")}–${span.end.toLocaleString("en")}`,
      ),
    ),
  );
}

function noAnswerRow(result: Result, threshold: number): HTMLElement {
  const wins = result.no_answer;
  return el(
    "div",
    { class: "qna-answer qna-none", "data-wins": wins },
    el("span", { class: "qna-rank", "aria-hidden": "true" }, "∅"),
    el("span", { class: "qna-answer-text" }, wins ? "No answer in this passage" : "No answer"),
    el("span", { class: "qna-percent" }, percent(result.null_probability), hidden(" probable")),
    bar("qna-bar", result.null_probability),
    el(
      "span",
      { class: "qna-meta" },
      el("span", {}, hidden(", "), `score ${score(result.null_score ?? Number.NaN)}`),
      el("span", {}, hidden(", "), marginText(result, threshold)),
    ),
  );
}

function hidden(text: string): HTMLElement {
  return el("span", { class: "qna-hidden" }, text);
}

/** A share between -1 and 1; the figure beside it says the same in words. */
function bar(className: string, share: number): HTMLElement {
  const fill = el("span", { "data-negative": share < 0 });
  fill.style.setProperty("inline-size", `${Math.min(1, Math.abs(share)) * 100}%`);
  return el("span", { class: className, "aria-hidden": "true" }, fill);
}

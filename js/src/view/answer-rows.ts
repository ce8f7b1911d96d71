// One row of the ranked list: an answer's text, probability, score and place.

import { toCodePoints } from "../core/offsets";
import type { Answer, Result } from "../core/types";
import { CONTROL, el, hidden, setAttribute } from "./dom";
import { context } from "./excerpts";
import { marginText, percent, score, spansOf } from "./format";
import { hue } from "./passage/highlights";

/** Passages shorter than this (UTF-16 units) can be seen whole: no context in the list. */
const CONTEXT_FROM = 500;

export class Row {
  readonly item: HTMLLIElement;

  constructor(
    /** The same for the same answer in two results about one passage. */
    readonly key: string,
    /** Its number among the spans; null for "no answer". */
    public rank: number | null,
    readonly body: HTMLElement,
  ) {
    this.item = el("li", {}, body);
  }

  /** Shows what `newer` shows and stays the same elements. */
  become(newer: Row): this {
    this.rank = newer.rank;
    for (const name of ["data-rank", "data-hue", "data-wins"]) {
      setAttribute(this.body, name, newer.body.getAttribute(name));
    }
    this.body.replaceChildren(...newer.body.childNodes);
    return this;
  }
}

/** The rank of the row that an event happened in; null outside ranked rows. */
export function rankUnder(target: EventTarget | null): number | null {
  const body = target instanceof Element ? target.closest<HTMLElement>("[data-rank]") : null;
  return body === null ? null : Number(body.dataset.rank);
}

/** Spans in their order, "no answer" first when it wins and last when it does not. */
export function rows(result: Result, passage: string, threshold: number): Row[] {
  const spans = spansOf(result);
  const scores = [...spans.map((span) => span.score), result.null_score ?? 0];
  const scale = Math.max(...scores.map(Math.abs), Number.MIN_VALUE);
  // Characters are counted as Python counts them.
  const places = toCodePoints(
    passage,
    spans.flatMap(({ start, end }) => [start, end]),
  );
  const list = spans.map((span, i) => {
    const place = `characters ${figure(places[2 * i]!)}–${figure(places[2 * i + 1]!)}`;
    return spanRow(span, i + 1, span.score / scale, place, passage);
  });
  if (result.null_score === null) return list;
  const none = noAnswerRow(result, result.null_score / scale, threshold);
  return result.no_answer ? [none, ...list] : [...list, none];
}

function spanRow(span: Answer, rank: number, share: number, place: string, passage: string): Row {
  const around = passage.length < CONTEXT_FROM ? null : context(passage, span.start, span.end);
  const body = el(
    "button",
    {
      ...CONTROL,
      type: "button",
      class: "qna-answer",
      "data-rank": rank,
      "data-hue": hue(rank),
      "aria-pressed": "false",
    },
    el("span", { class: "qna-rank" }, String(rank)),
    el("span", { class: "qna-answer-text" }, el("bdi", {}, span.text)),
    el("span", { class: "qna-percent" }, hidden(", "), percent(span.probability)),
    bar("qna-bar", span.probability),
    around === null
      ? null
      : el("bdi", { class: "qna-context" }, around.before, el("b", {}, span.text), around.after),
    meta(span.score, share, place),
  );
  return new Row(`${span.start}-${span.end}`, rank, body);
}

function noAnswerRow(result: Result, share: number, threshold: number): Row {
  const wins = result.no_answer;
  const body = el(
    "div",
    { class: "qna-answer qna-none", "data-wins": wins },
    el("span", { class: "qna-rank", "aria-hidden": "true" }, "∅"),
    el("span", { class: "qna-answer-text" }, wins ? "No answer in this passage" : "No answer"),
    el("span", { class: "qna-percent" }, hidden(", "), percent(result.null_probability)),
    bar("qna-bar", result.null_probability),
    meta(result.null_score ?? 0, share, marginText(result, threshold)),
  );
  return new Row("none", null, body);
}

/** The small print: the score with its bar (`share` of the largest), and one more fact. */
function meta(logits: number, share: number, fact: string): HTMLElement {
  return el(
    "span",
    { class: "qna-meta" },
    el("span", {}, hidden(", "), `score ${score(logits)}`, bar("qna-minibar", share)),
    el("span", {}, hidden(", "), fact),
  );
}

function figure(n: number): string {
  return n.toLocaleString("en");
}

/** A share between -1 and 1; the figure beside it says the same in words. */
function bar(className: string, share: number): HTMLElement {
  const fill = el("span", { "data-negative": share < 0 });
  fill.style.setProperty("inline-size", `${Math.min(1, Math.abs(share)) * 100}%`);
  return el("span", { class: className, "aria-hidden": "true" }, fill);
}

// An answer besides the best one, in one line: number, words, the other places, probability.

import { CONTROL, el, hidden, setAttribute } from "../dom";
import { brief } from "../excerpts";
import { hue } from "../passage/highlights";
import { type Line, roundPercent } from "./verdict";

/** UTF-16 units of an answer that one line may show. */
const LONGEST = 120;

export class Row {
  readonly item: HTMLLIElement;

  constructor(
    /** The same for the same place in two results about one passage. */
    readonly key: string,
    public rank: number,
    readonly body: HTMLButtonElement,
    readonly places: HTMLElement,
  ) {
    this.item = el("li", { class: "qna-row" }, body, places);
  }

  /** Shows what `newer` shows and stays the same elements. */
  become(newer: Row): this {
    this.rank = newer.rank;
    for (const name of ["data-rank", "data-hue"]) {
      setAttribute(this.body, name, newer.body.getAttribute(name));
    }
    this.body.replaceChildren(...newer.body.childNodes);
    this.places.replaceChildren(...newer.places.childNodes);
    return this;
  }
}

/** Names a place, the same in each result about one passage. */
export function keyOf({ start, end }: { readonly start: number; readonly end: number }): string {
  return `${start}-${end}`;
}

export function createRow({ answer, rank, elsewhere }: Line): Row {
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
    el("bdi", { class: "qna-answer-text", translate: "no" }, brief(answer.text, LONGEST)),
    el("span", { class: "qna-percent" }, hidden(", "), roundPercent(answer.probability)),
  );
  return new Row(keyOf(answer), rank, body, placeButtons(elsewhere));
}

/** Where else the same words are an answer: a button for each place. */
export function placeButtons(ranks: readonly number[]): HTMLElement {
  const buttons = ranks.map((rank) =>
    el(
      "button",
      {
        ...CONTROL,
        type: "button",
        class: "qna-elsewhere",
        "data-rank": rank,
        "data-hue": hue(rank),
        "aria-pressed": "false",
        "aria-label": `The same words at place ${rank}`,
      },
      String(rank),
    ),
  );
  return el(
    "span",
    { class: "qna-places" },
    ...(buttons.length === 0 ? [] : ["also at ", ...buttons]),
  );
}

/** The rank of the answer that an event happened in; null outside of all. */
export function rankUnder(target: EventTarget | null): number | null {
  const body = target instanceof Element ? target.closest<HTMLElement>("[data-rank]") : null;
  return body === null ? null : Number(body.dataset.rank);
}

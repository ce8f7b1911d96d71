// The ranked answers, with "no answer" among them as an answer of its own.

import { type ComponentState, thresholdOf } from "../component/state";
import type { Result } from "../core/types";
import { type Row, rankUnder, rows } from "./answer-rows";
import { el, setAttribute, setText } from "./dom";
import { isPartial, partialText } from "./format";

export interface AnswersEvents {
  /** The pointer or the focus is on this answer; null: on none. */
  onHover(rank: number | null): void;
  /** The reader chose this answer; null: un-chose it. */
  onChoose(rank: number | null): void;
}

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
  #rows: readonly Row[] = [];
  #chosen: Row | null = null;

  constructor(
    private readonly events: AnswersEvents,
    signal: AbortSignal,
  ) {
    const on = (name: string, listener: (event: Event) => void) =>
      this.#list.addEventListener(name, listener, { signal });
    on("pointerover", (event) => events.onHover(rankUnder(event.target)));
    on("pointerleave", () => events.onHover(null));
    on("focusin", (event) => events.onHover(rankUnder(event.target)));
    on("focusout", () => events.onHover(null));
    on("click", (event) => {
      const rank = rankUnder(event.target);
      if (rank !== null) this.choose(rank === this.chosen ? null : rank);
    });
    this.#list.addEventListener("keydown", (event) => this.#onKey(event), { signal });
  }

  /**
   * Draws a result. While one is waited for (`result` null, `hint` "") the old rows keep their
   * place, unreadable; with a `hint` (why there is nothing) they go.
   */
  draw(state: ComponentState, hint: string): void {
    const { result } = state;
    const waiting = result === null && hint === "";
    setAttribute(this.element, "data-waiting", waiting);
    setAttribute(this.element, "aria-busy", waiting ? "true" : null);
    setAttribute(this.#list, "inert", result === null);
    setAttribute(this.#list, "aria-hidden", result === null ? "true" : null);
    setText(this.#empty, hint);
    setText(this.#note, result !== null && isPartial(result) ? partialText(result) : "");
    if (hint !== "") this.#place([]);
    if (result === this.#drawn) return;
    this.#drawn = result;
    this.#warnings.replaceChildren(
      ...(result?.warnings ?? []).map((text) => el("li", {}, el("bdi", {}, text))),
    );
    if (result !== null) this.#place(rows(result, state.inputs.passage, thresholdOf(state)));
  }

  /** The rank of the chosen answer; null: none is. */
  get chosen(): number | null {
    return this.#chosen?.rank ?? null;
  }

  /** Chooses an answer as a click does; null: none. */
  choose(rank: number | null): void {
    this.#chosen = this.#rows.find((row) => row.rank === rank) ?? null;
    this.#showChosen();
    this.events.onChoose(this.chosen);
  }

  emphasise(rank: number | null): void {
    for (const row of this.#rows) {
      setAttribute(row.body, "data-hot", row.rank !== null && row.rank === rank);
    }
  }

  /**
   * Puts rows on the screen. An answer that stays keeps its elements, so that focus, choice and
   * a click under way survive the next windows of a long passage.
   */
  #place(next: readonly Row[]): void {
    const before = new Map(this.#rows.map((row) => [row.key, row]));
    this.#rows = next.map((row) => before.get(row.key)?.become(row) ?? row);
    const items = this.#rows.map((row) => row.item);
    for (const row of before.values()) if (!items.includes(row.item)) row.item.remove();
    const focused = items.find((item) => item.matches(":focus-within"));
    items.forEach((item, i) => {
      const there = this.#list.children[i];
      if (there !== item) this.#list.insertBefore(item, there ?? null);
    });
    focused?.querySelector<HTMLElement>("button")?.focus({ preventScroll: true });
    this.#chosen = this.#rows.find((row) => row.key === this.#chosen?.key) ?? null;
    this.#showChosen();
  }

  #showChosen(): void {
    for (const row of this.#rows) {
      if (row.rank !== null) setAttribute(row.body, "aria-pressed", String(row === this.#chosen));
    }
  }

  #onKey(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    const bodies = this.#rows.filter((row) => row.rank !== null).map((row) => row.body);
    const next = bodies[bodies.indexOf(event.target as HTMLElement) + step];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  }
}

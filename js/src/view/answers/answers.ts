// What came of a question: the best answer large, close ones in a line each, the rest folded.
import type { ComponentState } from "../../component/state";
import type { Result } from "../../core/types";
import { CONTROL, el, setAttribute, setText } from "../dom";
import { count, spansOf } from "../format";
import type { Tones } from "../passage/highlights";
import { BestCard } from "./card";
import { createRow, keyOf, type Row, rankUnder } from "./rows";
import { type Line, type Verdict, verdictOf } from "./verdict";

export interface AnswersEvents {
  /** The pointer or the focus is on this answer; null: on none. */
  onHover(rank: number | null): void;
  /** The reader chose this answer; null: un-chose it. */
  onChoose(rank: number | null): void;
  /** The reader opened or closed the less likely answers. */
  onFold(): void;
}

export class Answers {
  readonly #title = el("h2", { class: "qna-label" });
  readonly #warnings = el("ul", { class: "qna-warnings" });
  readonly #card: BestCard;
  readonly #close = el("ol", {
    class: "qna-answers",
    role: "list",
    "aria-label": "Other likely answers",
  });
  readonly #lessTitle = el("summary", { ...CONTROL });
  readonly #less = el("ol", { class: "qna-answers", role: "list", "aria-label": "Other answers" });
  readonly #fold = el("details", { class: "qna-less qna-disclosure" }, this.#lessTitle, this.#less);
  readonly #found: HTMLElement;
  readonly #empty = el("p", { class: "qna-empty" });
  readonly element: HTMLElement;
  #drawn: Result | null = null;
  #rows: readonly Row[] = [];
  /** The ranks of the less likely answers. */
  #lessRanks: readonly number[] = [];
  /** The ranks of what came nearest where the text does not say. */
  #nearRanks: readonly number[] = [];
  /** Names of the answers' places, best first. */
  #keys: readonly string[] = [];
  /** Name of the chosen answer's place. */
  #chosen: string | null = null;

  /** @param report how the answer came about; stands beside the title */
  constructor(
    private readonly events: AnswersEvents,
    private readonly report: HTMLElement,
    signal: AbortSignal,
  ) {
    this.#card = new BestCard(signal);
    this.#found = el("div", { class: "qna-found" }, this.#card.element, this.#close, this.#fold);
    this.#found.hidden = true;
    this.element = el(
      "section",
      { class: "qna-results" },
      el("div", { class: "qna-head qna-answer-head" }, this.#title, report),
      this.#warnings,
      this.#found,
      this.#empty,
    );
    const on = (name: string, listener: (event: Event) => void) =>
      this.#found.addEventListener(name, listener, { signal });
    on("pointerover", (event) => events.onHover(this.#rankUnder(event.target)));
    on("pointerleave", () => events.onHover(null));
    on("focusin", (event) => events.onHover(rankUnder(event.target)));
    on("focusout", () => events.onHover(null));
    on("click", (event) => {
      const rank = rankUnder(event.target);
      if (rank !== null) this.choose(rank === this.chosen ? null : rank);
    });
    this.#found.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    this.#fold.addEventListener("toggle", () => events.onFold(), { signal });
  }

  /**
   * Draws a result. While one is waited for (`result` and `hint` null) the old answers keep their
   * place, unreadable; with a `hint` (why there is nothing) they go.
   */
  draw(state: ComponentState, hint: string | null): void {
    const { result } = state;
    const waiting = result === null && hint === null;
    setAttribute(this.element, "data-waiting", waiting);
    setAttribute(this.element, "aria-busy", waiting ? "true" : null);
    const focused = this.#found.querySelector(":focus");
    // What is inert loses the focus: whoever is in the list goes on there with the next answers.
    const away = result === null && focused === null;
    setAttribute(this.#found, "inert", away);
    setAttribute(this.#found, "aria-hidden", away ? "true" : null);
    setText(this.#empty, hint ?? "");
    if (hint !== null) this.#clear();
    if (result === null) {
      this.#drawn = null;
      return;
    }
    const verdict = verdictOf(result);
    this.#found.hidden = false;
    // Whether more is to come may change while the result stays.
    this.#card.draw(result, verdict, state);
    setText(
      this.#title,
      verdict.final ? "Answer" : state.status === "running" ? "Still reading" : "So far",
    );
    if (result === this.#drawn) return;
    this.#drawn = result;
    this.#warnings.replaceChildren(
      ...result.warnings.map((text) => el("li", {}, el("bdi", {}, text))),
    );
    this.#keys = spansOf(result).map(keyOf);
    this.#drawOthers(verdict);
    if (focused !== null) this.#keepFocus();
    if (this.#chosen !== null && !this.#keys.includes(this.#chosen)) this.#chosen = null;
    this.#showChosen();
  }

  /** The rank of the chosen answer; null: none is. */
  get chosen(): number | null {
    return this.#chosen === null ? null : this.#keys.indexOf(this.#chosen) + 1;
  }

  /** Chooses an answer as a click does; null: none. */
  choose(rank: number | null): void {
    this.#chosen = rank === null ? null : (this.#keys[rank - 1] ?? null);
    this.#showChosen();
    this.events.onChoose(this.chosen);
  }

  /** How the answers are marked that are not to catch the eye: by rank. */
  get tones(): Tones {
    const tones = new Map<number, "folded" | "near">();
    if (!this.#fold.open) for (const rank of this.#lessRanks) tones.set(rank, "folded");
    for (const rank of this.#nearRanks) tones.set(rank, "near");
    return tones;
  }

  emphasise(rank: number | null): void {
    for (const row of this.#rows) setAttribute(row.body, "data-hot", row.rank === rank);
    setAttribute(this.#card.element, "data-hot", rank === 1);
  }

  #clear(): void {
    this.#found.hidden = true;
    this.#warnings.replaceChildren();
    setText(this.#title, "Answer");
    this.#keys = [];
    this.#chosen = null;
  }

  #drawOthers({ kind, final, best, close, less }: Verdict): void {
    // Nothing found yet: what came nearest so far is not worth a line.
    const shown = kind === "answer" || final;
    const before = new Map(this.#rows.map((row) => [row.key, row]));
    const focused = this.#rows.find(({ item }) => item.querySelector(":focus") !== null);
    const place = (lines: Verdict["close"], list: HTMLElement): Row[] => {
      const rows = lines.map((line) => {
        const row = createRow(line);
        return before.get(row.key)?.become(row) ?? row;
      });
      arrange(
        list,
        rows.map(({ item }) => item),
      );
      return rows;
    };
    const rows = [place(shown ? close : [], this.#close), place(shown ? less : [], this.#less)];
    this.#rows = rows.flat();
    this.#lessRanks = less.flatMap(ranksOf);
    this.#nearRanks = kind === "none" && best !== null ? ranksOf(best) : [];
    this.#fold.hidden = rows[1]!.length === 0;
    const others = count(rows[1]!.length, kind === "none" ? "other place" : "less likely answer");
    setText(this.#lessTitle, kind === "none" ? `${others} that came less near` : others);
    if (focused !== undefined) this.#refocus(focused);
  }

  /** Focus stays on an answer, in whichever list or as the best one. */
  #refocus({ key, body }: Row): void {
    const row = this.#rows.find((other) => other.key === key);
    if (row !== undefined) {
      const folded = !this.#fold.open && this.#less.contains(row.item);
      (folded ? this.#lessTitle : body).focus({ preventScroll: true });
    } else if (this.#keys[0] === key) this.#card.show.focus({ preventScroll: true });
  }

  /** What goes while it has the focus hands it to the best answer, else to the line above. */
  #keepFocus(): void {
    const focused = this.#found.querySelector(":focus");
    if (focused !== null && focused.closest("[hidden]") === null) return;
    const { show } = this.#card;
    const next = show.closest("[hidden]") === null ? show : this.report.querySelector("summary");
    next?.focus({ preventScroll: true });
  }

  #rankUnder(target: EventTarget | null): number | null {
    const rank = rankUnder(target);
    const inCard = target instanceof Node && this.#card.element.contains(target);
    return rank ?? (inCard ? 1 : null);
  }

  #showChosen(): void {
    const { chosen } = this;
    for (const body of this.#found.querySelectorAll<HTMLElement>("[data-rank]")) {
      setAttribute(body, "aria-pressed", String(Number(body.dataset.rank) === chosen));
    }
    setAttribute(this.#card.element, "data-chosen", chosen === 1);
  }

  #onKey(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    const open = this.#rows.filter(({ body }) => this.#fold.open || !this.#fold.contains(body));
    const bodies = [this.#card.show, ...open.map((row) => row.body)];
    const next = bodies[bodies.indexOf(event.target as HTMLButtonElement) + step];
    if (next === undefined || !bodies.includes(event.target as HTMLButtonElement)) return;
    event.preventDefault();
    next.focus();
  }
}

function ranksOf({ rank, elsewhere }: Line): number[] {
  return [rank, ...elsewhere];
}

/** Puts the items into the list, in order; those that are there already are not touched. */
function arrange(list: HTMLElement, items: readonly HTMLElement[]): void {
  for (const old of [...list.children]) if (!items.includes(old as HTMLElement)) old.remove();
  items.forEach((item, i) => {
    const there = list.children[i];
    if (there !== item) list.insertBefore(item, there ?? null);
  });
}

// The passage: one textarea to read and edit, over a layer that shows the answers in it.
// Both lie in one scrolling box and take the same height, so nothing needs to be kept in step.
import { createOffsetMap } from "../../core/offsets";
import type { Answer } from "../../core/types";
import { CONTROL, el, setAttribute, setText, uniqueId } from "../dom";
import { count } from "../format";
import { Highlights } from "./highlights";
import { Newlines } from "./newlines";
import { Spotlight } from "./spotlight";
import { TextField } from "./text-field";

/**
 * Lines beyond this (UTF-16 units) are not given a direction each: finding it costs the browser
 * seconds per key in a book of one line. The text's first letter gives it to all.
 */
const LONG_LINE = 32_768;

export interface PassageEvents {
  onEdit(passage: string): void;
  /** The pointer is over this answer's place; null: over none. */
  onHover(rank: number | null): void;
}

export class PassagePane {
  readonly element: HTMLElement;
  readonly #highlights = new Highlights();
  readonly #spotlight: Spotlight;
  #lines: { readonly given: string; readonly newlines: Newlines } | null = null;
  readonly #field: TextField;
  readonly #scroller: HTMLElement;
  readonly #length: HTMLElement;

  constructor(events: PassageEvents, signal: AbortSignal) {
    const id = uniqueId("passage");
    const area = el("textarea", {
      ...CONTROL,
      id,
      class: "qna-text",
      placeholder: "Paste or type the text to ask about",
      rows: 1,
      dir: "auto",
      spellcheck: "false",
      autocomplete: "off",
      "aria-describedby": `${id}-length`,
    });
    this.#spotlight = new Spotlight(this.#highlights, signal);
    this.#length = el("span", { id: `${id}-length`, class: "qna-muted" });
    const sheet = el(
      "div",
      { class: "qna-sheet" },
      this.#highlights.element,
      this.#spotlight.element,
      area,
    );
    this.#scroller = el("div", { class: "qna-scroller" }, sheet);
    this.element = el(
      "section",
      { class: "qna-passage" },
      el(
        "div",
        { class: "qna-head" },
        el("label", { class: "qna-label", for: id }, "Passage"),
        this.#length,
      ),
      this.#scroller,
    );
    this.#field = new TextField(
      area,
      {
        onShown: (shown) => {
          this.#highlights.setText(shown);
          setAttribute(sheet, "data-long-lines", this.#highlights.longestChunk > LONG_LINE);
          this.#drawLength();
        },
        onEdit: events.onEdit,
      },
      signal,
    );
    this.#highlights.setText("");
    // The textarea lies above the marks and takes the pointer; ask the layer what is under it.
    area.addEventListener(
      "pointermove",
      (event) => events.onHover(this.#highlights.rankAt(event.clientX, event.clientY)),
      { signal },
    );
    area.addEventListener("pointerleave", () => events.onHover(null), { signal });
  }

  /** `spans` are the answers to mark, best first; null while they are waited for. */
  draw(passage: string, spans: readonly Answer[] | null): void {
    this.#field.show(passage);
    setAttribute(this.#scroller, "data-waiting", spans === null);
    // In the middle of a composition another text is on the screen: no offsets fit it.
    if (spans === null || this.#field.given !== passage) return;
    const newlines = this.#newlines();
    this.#highlights.setMarks(
      spans.map((span, i) => ({
        rank: i + 1,
        start: newlines.toShown(span.start),
        end: newlines.toShown(span.end),
      })),
    );
  }

  #drawLength(): void {
    const { code_points } = createOffsetMap(this.#field.given);
    setText(this.#length, code_points === 0 ? "" : count(code_points, "character"));
  }

  emphasise(name: "hot" | "active", rank: number | null): void {
    this.#highlights.emphasise(name, rank);
  }

  /** Lights up a place that need not be an answer (UTF-16 units), scrolled into sight; null: none. */
  light(place: { readonly start: number; readonly end: number } | null): void {
    const view = place && this.#scroller.getBoundingClientRect();
    const newlines = place && this.#newlines();
    const box = this.#spotlight.show(
      newlines && { start: newlines.toShown(place.start), end: newlines.toShown(place.end) },
    );
    if (box === null || view === null) return;
    if (box.top >= view.top && box.bottom <= view.bottom) return;
    this.#scroller.scrollTop += box.top - view.top - view.height / 3;
  }

  /** Of the text that stands there, found once per text. */
  #newlines(): Newlines {
    const { given } = this.#field;
    if (this.#lines?.given !== given) this.#lines = { given, newlines: new Newlines(given) };
    return this.#lines.newlines;
  }

  scrollTo(rank: number): void {
    const mark = this.#highlights.find(rank)[0];
    if (mark === undefined) return;
    const distance = mark.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top;
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
    this.#scroller.scrollTo({
      top: this.#scroller.scrollTop + distance - this.#scroller.clientHeight / 3,
      behavior,
    });
    this.#scroller.scrollIntoView({ block: "nearest", behavior });
  }
}

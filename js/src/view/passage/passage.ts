// The passage: one textarea to read and edit, over a layer that shows the answers in it.
// Both lie in one scrolling box and take the same height, so nothing needs to be kept in step.
import { createOffsetMap } from "../../core/offsets";
import type { Answer } from "../../core/types";
import { CONTROL, el, setAttribute, setText, uniqueId } from "../dom";
import { count } from "../format";
import { directionOf } from "./direction";
import { FileDrop } from "./drop";
import { Highlights, type Tones } from "./highlights";
import { Newlines } from "./newlines";
import { Rail } from "./rail";
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
  readonly #highlights: Highlights;
  readonly #spotlight: Spotlight;
  #lines: { readonly given: string; readonly newlines: Newlines } | null = null;
  readonly #field: TextField;
  readonly #sheet: HTMLElement;
  readonly #scroller: HTMLElement;
  readonly #length: HTMLElement;
  readonly #rail: Rail;
  readonly #drop: FileDrop;
  /** Whether the reader looks for something in the text since the question was put. */
  #atWork = false;
  /** Whether the answers that are marked are final. */
  #settled = false;

  constructor(events: PassageEvents, signal: AbortSignal) {
    const id = uniqueId("passage");
    const area = el("textarea", {
      ...CONTROL,
      id,
      class: "qna-text",
      translate: "no",
      placeholder: "Paste or type the text to ask about",
      rows: 1,
      spellcheck: "false",
      autocomplete: "off",
      "aria-describedby": `${id}-length`,
    });
    this.#highlights = new Highlights(() => this.#setHeight(), signal);
    this.#spotlight = new Spotlight(this.#highlights, signal);
    this.#length = el("span", { id: `${id}-length`, class: "qna-muted" });
    this.#sheet = el(
      "div",
      { class: "qna-sheet" },
      this.#highlights.element,
      this.#spotlight.element,
      area,
    );
    this.#scroller = el("div", { class: "qna-scroller" }, this.#sheet);
    this.#rail = new Rail(
      this.#scroller,
      () => this.#highlights.places(),
      (rank) => this.scrollTo(rank),
      signal,
    );
    for (const name of ["wheel", "touchmove", "pointerdown", "keydown"]) {
      const atWork = () => {
        this.#atWork = true;
      };
      this.#scroller.addEventListener(name, atWork, { signal, passive: true });
    }
    const box = el("div", { class: "qna-scroller-box" }, this.#scroller, this.#rail.element);
    this.#drop = new FileDrop(box, events.onEdit, signal);
    this.element = el(
      "section",
      { class: "qna-passage" },
      el(
        "div",
        { class: "qna-head" },
        el("label", { class: "qna-label", for: id }, "Passage"),
        this.#length,
      ),
      box,
      this.#drop.note,
    );
    this.#field = new TextField(
      area,
      {
        onShown: (shown) => {
          const direction = directionOf(shown);
          setAttribute(area, "dir", direction);
          setAttribute(this.#highlights.element, "dir", direction);
          this.#highlights.setText(shown);
          const long = this.#highlights.longestChunk > LONG_LINE;
          setAttribute(this.#sheet, "data-long-lines", long);
          this.#setHeight();
          this.#drop.clear();
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

  /**
   * @param spans the answers to mark, best first; null while they are waited for
   * @param final whether they will stay: then the best one comes into sight
   */
  draw(passage: string, spans: readonly Answer[] | null, final: boolean): void {
    this.#field.show(passage);
    setAttribute(this.#scroller, "data-waiting", spans === null);
    if (spans === null) {
      this.#atWork = false;
      this.#settled = false;
    }
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
    this.#rail.draw();
    if (final && !this.#settled) this.#bringIntoSight();
    this.#settled = final;
  }

  /** The best answer, unless the reader is at work in the text. Nothing else on the page moves. */
  #bringIntoSight(): void {
    const area = this.#field.area;
    if (this.#atWork || area.matches(":focus")) return;
    const top = this.#topOf(1);
    if (top !== null) this.#scroller.scrollTo({ top, behavior: this.#behavior(top) });
  }

  #drawLength(): void {
    const { code_points } = createOffsetMap(this.#field.given);
    setText(this.#length, code_points === 0 ? "" : count(code_points, "character"));
  }

  /** The layer gives the height; while it grows, the text itself does. */
  #setHeight(): void {
    const { style } = this.#sheet;
    style.minBlockSize = "";
    if (this.#highlights.busy) style.minBlockSize = `${this.#field.area.scrollHeight}px`;
  }

  setTones(tones: Tones): void {
    if (this.#highlights.setTones(tones)) this.#rail.draw();
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

  /** Shows an answer, wherever the page is. */
  scrollTo(rank: number): void {
    const top = this.#topOf(rank);
    if (top !== null) this.#scroller.scrollTo({ top, behavior: this.#behavior(top) });
    this.#scroller.scrollIntoView({ block: "nearest", behavior: this.#behavior(0) });
  }

  /** Where to scroll so that an answer stands in the upper third; null where it can be seen. */
  #topOf(rank: number): number | null {
    const [mark] = this.#highlights.find(rank);
    if (mark === undefined) return null;
    const box = mark.getBoundingClientRect();
    const view = this.#scroller.getBoundingClientRect();
    if (box.top >= view.top && box.bottom <= view.bottom) return null;
    return this.#scroller.scrollTop + box.top - view.top - this.#scroller.clientHeight / 3;
  }

  /** A long way is jumped: gliding past a book helps nobody. */
  #behavior(top: number): ScrollBehavior {
    const far = Math.abs(top - this.#scroller.scrollTop) > 4 * this.#scroller.clientHeight;
    return far || matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  }
}

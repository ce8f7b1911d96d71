// Each word of the passage with its start score above it and its end score below.
// Drawn on a canvas no wider than the screen: a book has a hundred thousand words.

import type { TokenSpan } from "../../core/inspection";
import type { TokenWord } from "../../core/words";
import { CONTROL, el, setAttribute } from "../dom";
import { opening } from "../excerpts";
import { score } from "../format";
import type { Palette } from "./colors";
import { type Focus, type Model, type Pointing, wordLogits, wordOf, wordText } from "./model";
import { stepOf } from "./steps";
import { onWidth, Surface } from "./surface";

/** CSS pixels. */
const BAR = 62;
const WORD = 22;
const FIGURE = 13;
const HEIGHT = 2 * (BAR + FIGURE) + WORD;
const PADDING = 12;
const NARROWEST = 30;
const WIDEST = 180;
/** Words of more characters than this are cut on the screen. */
const LONGEST = 24;

export class TokenStrip {
  readonly #surface: Surface;
  readonly #spacer = el("div", { class: "qna-strip-spacer" });
  readonly #scroller: HTMLElement;
  readonly element: HTMLElement;
  #model: Model | null = null;
  #palette: Palette | null = null;
  /** Left edge of each word, and the right edge of the last one. */
  #edges = new Float64Array(1);
  #low = 0;
  #high = 1;
  #span: TokenSpan | null = null;
  #hot = -1;
  #at = 0;

  constructor(
    private readonly pointing: Pointing,
    signal: AbortSignal,
  ) {
    this.#surface = new Surface((context) => this.#paint(context), signal);
    this.#spacer.append(this.#surface.canvas);
    this.#scroller = el(
      "div",
      {
        ...CONTROL,
        class: "qna-strip",
        role: "slider",
        tabindex: 0,
        "aria-label": "Words of the passage",
        "aria-valuemin": 1,
        "aria-orientation": "horizontal",
      },
      this.#spacer,
    );
    this.element = this.#scroller;
    const on = <K extends keyof HTMLElementEventMap>(
      name: K,
      listener: (event: HTMLElementEventMap[K]) => void,
    ) => this.#scroller.addEventListener(name, listener, { signal });
    on("scroll", () => this.#surface.repaint());
    on("pointermove", (event) => this.#point(this.#wordAt(event)));
    on("pointerleave", () => this.#point(-1));
    on("click", (event) => this.#hold(this.#wordAt(event)));
    on("keydown", (event) => this.#onKey(event));
    onWidth(this.#scroller, (width) => this.#surface.resize(width, HEIGHT), signal);
  }

  draw(model: Model, palette: Palette): void {
    const { inspection, words } = model;
    const fresh =
      inspection.scores !== this.#model?.inspection.scores || words !== this.#model.words;
    this.#model = model;
    this.#palette = palette;
    if (fresh) {
      this.#low = Number.POSITIVE_INFINITY;
      this.#high = Number.NEGATIVE_INFINITY;
      for (const word of words) {
        const { start, end } = wordLogits(model, word);
        if (Number.isNaN(start)) continue;
        this.#low = Math.min(this.#low, start, end);
        this.#high = Math.max(this.#high, start, end);
      }
      this.#measure(model, palette);
      setAttribute(this.#scroller, "aria-valuemax", words.length);
      this.#goTo(wordOf(words, inspection.best.start_token));
      this.#centre(inspection.best);
    }
    this.#surface.repaint();
  }

  /** Emphasises a span, and the word pointed at. */
  focus(span: TokenSpan, focus: Focus | null): void {
    const hot = focus?.kind === "word" ? wordOf(this.#model!.words, focus.word.first) : -1;
    const seen = hot !== this.#hot || this.#isSeen(span) || this.#isSeen(this.#span);
    this.#span = span;
    this.#hot = hot;
    // Most of what the matrix is pointed at is elsewhere: nothing here would change.
    if (seen) this.#surface.repaint();
  }

  #isSeen(span: TokenSpan | null): boolean {
    if (span === null) return false;
    const { left, right } = this.#extent(span);
    const from = this.#scroller.scrollLeft;
    return right > from && left < from + this.#surface.width;
  }

  /** Scrolls until a span is in sight, if it is not. */
  reveal(span: TokenSpan): void {
    const { left, right } = this.#extent(span);
    const { scrollLeft, clientWidth } = this.#scroller;
    if (left < scrollLeft || right > scrollLeft + clientWidth) this.#centre(span);
  }

  #centre(span: TokenSpan): void {
    const { left, right } = this.#extent(span);
    const { clientWidth } = this.#scroller;
    this.#scroller.scrollLeft = Math.min(left - 8, (left + right - clientWidth) / 2);
  }

  #extent({ start_token, end_token }: TokenSpan) {
    const { words } = this.#model!;
    return {
      left: this.#edges[wordOf(words, start_token)]!,
      right: this.#edges[wordOf(words, end_token) + 1]!,
    };
  }

  #measure(model: Model, { font }: Palette): void {
    const { words } = model;
    const { context } = this.#surface;
    context.font = `13px ${font}`;
    const known = new Map<string, number>();
    this.#edges = new Float64Array(words.length + 1);
    words.forEach((word, i) => {
      const text = shown(model, word);
      let width = known.get(text);
      if (width === undefined) {
        width = Math.min(WIDEST, Math.max(NARROWEST, context.measureText(text).width + PADDING));
        known.set(text, width);
      }
      this.#edges[i + 1] = this.#edges[i]! + width;
    });
    this.#spacer.style.inlineSize = `${this.#edges[words.length]}px`;
  }

  #paint(context: CanvasRenderingContext2D): void {
    const model = this.#model;
    const palette = this.#palette;
    if (model === null || palette === null) return;
    const { words } = model;
    const left = this.#scroller.scrollLeft;
    const { width } = this.#surface;
    const [from, to] = this.#span
      ? [wordOf(words, this.#span.start_token), wordOf(words, this.#span.end_token)]
      : [-1, -1];
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (let i = this.#indexAt(left); i < words.length; i++) {
      const x = this.#edges[i]! - left;
      if (x > width) break;
      const across = this.#edges[i + 1]! - this.#edges[i]!;
      const inside = i >= from && i <= to;
      if (inside || i === this.#hot) {
        context.fillStyle = palette.surface;
        context.fillRect(x, 0, across, HEIGHT);
      }
      const { start, end } = wordLogits(this.#model!, words[i]!);
      this.#bar(context, x, across, start, "start", i === from || i === this.#hot);
      this.#bar(context, x, across, end, "end", i === to || i === this.#hot);
      context.fillStyle = inside || i === this.#hot ? palette.text : palette.muted;
      context.font = `${inside ? "600 " : ""}13px ${palette.font}`;
      context.fillText(shown(model, words[i]!), x + across / 2, HEIGHT / 2 + 1, across - 2);
      if (i === this.#hot) {
        context.strokeStyle = palette.text;
        context.lineWidth = 1.5;
        context.strokeRect(x + 1, 1, across - 2, HEIGHT - 2);
      }
    }
  }

  #bar(
    context: CanvasRenderingContext2D,
    x: number,
    across: number,
    logit: number,
    side: "start" | "end",
    strong: boolean,
  ): void {
    if (Number.isNaN(logit)) return;
    const { [side]: color, start_text, end_text, font } = this.#palette!;
    const share = (logit - this.#low) / (this.#high - this.#low || 1);
    const length = 1 + share * (BAR - 1);
    const up = side === "start";
    const base = (HEIGHT + (up ? -WORD : WORD)) / 2;
    context.fillStyle = color;
    context.globalAlpha = strong ? 1 : 0.6;
    context.fillRect(x + 4, up ? base - length : base, across - 8, length);
    context.globalAlpha = 1;
    if (!strong) return;
    context.font = `600 11px ${font}`;
    context.fillStyle = up ? start_text : end_text;
    context.fillText(score(logit, 1), x + across / 2, base + (length + 7) * (up ? -1 : 1));
  }

  #indexAt(x: number): number {
    let low = 0;
    let high = this.#edges.length - 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#edges[middle + 1]! <= x) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #wordAt({ clientX }: MouseEvent): number {
    if (this.#model === null) return -1;
    const x = clientX - this.#scroller.getBoundingClientRect().left + this.#scroller.scrollLeft;
    return x < this.#edges.at(-1)! ? this.#indexAt(x) : -1;
  }

  #point(word: number): void {
    this.pointing.point(word < 0 ? null : { kind: "word", word: this.#model!.words[word]! });
  }

  #hold(word: number): void {
    if (word < 0) return;
    this.#goTo(word);
    this.pointing.hold({ kind: "word", word: this.#model!.words[word]! });
  }

  #goTo(index: number): void {
    const { words } = this.#model!;
    this.#at = Math.min(Math.max(0, index), words.length - 1);
    const word = words[this.#at]!;
    setAttribute(this.#scroller, "aria-valuenow", this.#at + 1);
    setAttribute(this.#scroller, "aria-valuetext", this.#describe(word));
    this.reveal({ start_token: word.first, end_token: word.last });
  }

  #describe(word: TokenWord): string {
    const { start, end } = wordLogits(this.#model!, word);
    return `${wordText(this.#model!, word)}: start ${score(start)}, end ${score(end)}`;
  }

  #onKey(event: KeyboardEvent): void {
    if (this.#model === null) return;
    const next = stepOf(event.key, this.#at, this.#model.words.length - 1);
    if (next === null) return;
    event.preventDefault();
    this.#hold(next);
  }
}

function shown(model: Model, word: TokenWord): string {
  return opening(wordText(model, word), LONGEST);
}

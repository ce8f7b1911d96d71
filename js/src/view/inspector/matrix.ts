// The start × end matrix: point at a cell and its span is named; pin it to compare.
import type { Region, TokenSpan } from "../../core/inspection";
import { CONTROL, el, setAttribute, setText, uniqueId } from "../dom";
import { brief } from "../excerpts";
import { percent, score } from "../format";
import type { Palette } from "./colors";
import { type Layout, layoutOf, paintCells, paintMatrix } from "./matrix-picture";
import { type Focus, type Model, type Pointing, textOf } from "./model";
import { onWidth, Surface } from "./surface";

/** Tokens on a side that the reader can choose; the last is the largest that stays readable. */
const SIZES = [16, 32, 64, 128, 512] as const;
/** Narrower than this (CSS pixels), 16 tokens are what one can point at. */
const NARROW = 420;

export class Matrix {
  readonly element: HTMLElement;
  readonly #surface: Surface;
  readonly #stage: HTMLElement;
  readonly #row = el("div", { class: "qna-cross" });
  readonly #column = el("div", { class: "qna-cross" });
  readonly #cell = el("div", { class: "qna-cell" });
  readonly #legend = el("div", { class: "qna-legend-scale" });
  readonly #low = el("span");
  readonly #high = el("span");
  readonly #sizes = el("select", { ...CONTROL, "aria-label": "Tokens on a side" });
  readonly #spoken = el("div", { class: "qna-hidden", role: "status", "aria-live": "polite" });
  #model: Model | null = null;
  #palette: Palette | null = null;
  #region: Region | null = null;
  #layout: Layout | null = null;
  #cells: HTMLCanvasElement | null = null;
  #width = 0;
  /** null until the reader chooses: then the width decides. */
  #chosen: number | null = null;
  /** What the region is laid around. */
  #centre: TokenSpan = { start_token: 0, end_token: 0 };
  #at: TokenSpan = this.#centre;

  constructor(
    private readonly pointing: Pointing,
    signal: AbortSignal,
  ) {
    this.#surface = new Surface((context) => this.#paint(context), signal);
    const help = uniqueId("matrix");
    this.#stage = el(
      "div",
      {
        ...CONTROL,
        class: "qna-matrix-stage",
        role: "application",
        tabindex: 0,
        "aria-roledescription": "score matrix",
        "aria-label": "Scores of all spans by start and end",
        "aria-describedby": help,
      },
      this.#surface.canvas,
      this.#row,
      this.#column,
      this.#cell,
    );
    const box = el("div", { class: "qna-matrix-box" }, this.#stage);
    this.element = el(
      "div",
      { class: "qna-matrix" },
      el(
        "div",
        { class: "qna-matrix-head" },
        el("div", { class: "qna-legend" }, this.#low, this.#legend, this.#high),
        el("label", { class: "qna-tool" }, "Tokens shown ", this.#sizes),
      ),
      box,
      el(
        "p",
        { class: "qna-muted", id: help },
        "Each cell is one span: its row says where it starts, its column where it ends. " +
          "Click a cell, or press Enter on it, to pin the span for comparison; arrow keys move.",
      ),
      this.#spoken,
    );
    const on = <K extends keyof HTMLElementEventMap>(
      name: K,
      listener: (event: HTMLElementEventMap[K]) => void,
    ) => this.#stage.addEventListener(name, listener, { signal });
    on("pointermove", (event) => this.#onPointer(event));
    on("pointerdown", (event) => this.#onPointer(event));
    on("pointerleave", (event) => {
      // A finger always leaves: what it pointed at stays.
      if (event.pointerType !== "touch") this.pointing.point(null);
    });
    on("click", (event) => this.#onClick(event));
    on("keydown", (event) => this.#onKey(event));
    this.#sizes.addEventListener(
      "change",
      () => {
        this.#chosen = Number(this.#sizes.value);
        this.#lay();
      },
      { signal },
    );
    onWidth(
      box,
      (width) => {
        this.#width = width;
        this.#lay();
      },
      signal,
    );
  }

  draw(model: Model, palette: Palette, centre: TokenSpan): void {
    const fresh = model.inspection !== this.#model?.inspection || palette !== this.#palette;
    this.#model = model;
    this.#palette = palette;
    if (fresh || !this.#holds(centre)) this.#centre = centre;
    if (fresh) this.#lay();
    else if (!this.#holds(centre)) this.#lay();
    this.#surface.repaint();
  }

  /** Lays the crosshair on a span, if it is in the region. */
  focus(span: TokenSpan, focus: Focus | null): void {
    this.#at = span;
    const layout = this.#layout;
    const region = this.#region;
    if (layout === null || region === null) return;
    const { origin, cell, size } = layout;
    const row = span.start_token - region.first_token;
    const column = span.end_token - region.first_token;
    const whole = focus?.kind === "window";
    const hasRow = !whole && row >= 0 && row < size;
    const hasColumn = !whole && column >= 0 && column < size;
    const extent = cell * size;
    place(this.#row, hasRow, origin, origin + row * cell, extent, cell);
    place(this.#column, hasColumn, origin + column * cell, origin, cell, extent);
    const both = hasRow && hasColumn && focus?.kind !== "word";
    const side = Math.max(cell, 7);
    const shift = (cell - side) / 2;
    const [x, y] = [origin + column * cell + shift, origin + row * cell + shift];
    place(this.#cell, both, x, y, side, side);
  }

  #holds({ start_token, end_token }: TokenSpan): boolean {
    if (this.#region === null) return false;
    const { first_token, size } = this.#region;
    return start_token >= first_token && end_token < first_token + size;
  }

  #lay(): void {
    const model = this.#model;
    const palette = this.#palette;
    if (model === null || palette === null || this.#width === 0) return;
    const { inspection } = model;
    const size = this.#chosen ?? (this.#width < NARROW ? 16 : 32);
    this.#drawSizes(size, inspection.tokens);
    this.#region = inspection.region(this.#centre, size);
    this.#layout = layoutOf(this.#region.size, this.#width);
    this.#cells = paintCells(this.#region, inspection.bounds, palette);
    const { lowest, highest } = inspection.bounds;
    setText(this.#low, score(lowest, 1));
    setText(this.#high, score(highest, 1));
    const stops = [0, 0.2, 0.4, 0.6, 0.8, 1].map(palette.scale.css);
    this.#legend.style.backgroundImage = `linear-gradient(to right, ${stops.join(", ")})`;
    this.#surface.resize(this.#layout.side, this.#layout.side);
    this.focus(this.#at, null);
  }

  #drawSizes(size: number, tokens: number): void {
    const sizes = SIZES.filter((_, i) => i === 0 || SIZES[i - 1]! < tokens);
    const options = sizes.map((known) => {
      const all = known >= tokens;
      const label = all ? `all ${tokens}` : String(known);
      return el("option", { value: known, selected: known === size }, label);
    });
    this.#sizes.replaceChildren(...options);
    this.#sizes.value = String(sizes.find((known) => known >= size) ?? sizes.at(-1));
  }

  #paint(context: CanvasRenderingContext2D): void {
    if (this.#model === null || this.#region === null) return;
    const palette = this.#palette!;
    paintMatrix(context, this.#model, this.#region, this.#layout!, this.#cells!, palette);
  }

  /** The span of the cell under the pointer; null beside the candidates. */
  #spanAt({ clientX, clientY }: MouseEvent): TokenSpan | null {
    if (this.#region === null || this.#layout === null) return null;
    const { origin, cell, size } = this.#layout;
    const box = this.#surface.canvas.getBoundingClientRect();
    const column = Math.floor((clientX - box.left - origin) / cell);
    const row = Math.floor((clientY - box.top - origin) / cell);
    if (row < 0 || column < 0 || row >= size || column >= size) return null;
    if (Number.isNaN(this.#region.scores[row * size + column])) return null;
    const { first_token } = this.#region;
    return { start_token: first_token + row, end_token: first_token + column };
  }

  #onPointer(event: PointerEvent): void {
    const span = this.#spanAt(event);
    if (event.pointerType !== "touch") {
      this.pointing.point(span && { kind: "span", span });
    } else if (span !== null) {
      this.pointing.hold({ kind: "span", span });
    }
  }

  #onClick(event: MouseEvent): void {
    const span = this.#spanAt(event);
    if (span === null) return;
    this.pointing.hold({ kind: "span", span });
    // A finger covers several cells: it chooses here, and pins by the button.
    const touch = event instanceof PointerEvent && event.pointerType === "touch";
    if (!touch) this.pointing.pin(span);
  }

  #onKey(event: KeyboardEvent): void {
    const model = this.#model;
    if (model === null) return;
    const { start_token, end_token } = this.#at;
    const moves: Readonly<Record<string, TokenSpan>> = {
      ArrowUp: { start_token: start_token - 1, end_token },
      ArrowDown: { start_token: start_token + 1, end_token },
      ArrowLeft: { start_token, end_token: end_token - 1 },
      ArrowRight: { start_token, end_token: end_token + 1 },
      Home: model.inspection.best,
    };
    const next = moves[event.key];
    if (event.key === "Enter" || event.key === " ") this.pointing.pin(this.#at);
    else if (next === undefined) return;
    event.preventDefault();
    const found = next && model.inspection.candidate(next);
    if (!found || found.probability === null) return;
    this.pointing.hold({ kind: "span", span: found });
    setText(
      this.#spoken,
      `${brief(textOf(model, found))}: score ${score(found.score)}, ${percent(found.probability)}`,
    );
  }
}

function place(
  element: HTMLElement,
  shown: boolean,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  setAttribute(element, "hidden", !shown);
  if (!shown) return;
  element.style.transform = `translate(${x}px, ${y}px)`;
  // Setting a size costs a layout; mostly it has not changed.
  const size = `${width} ${height}`;
  if (element.dataset.size === size) return;
  element.dataset.size = size;
  element.style.inlineSize = `${width}px`;
  element.style.blockSize = `${height}px`;
}

// What an open inspector shows: its parts, their headings, and their order.

import type { Actions } from "../../component/state";
import type { TokenSpan } from "../../core/inspection";
import { type Child, CONTROL, el } from "../dom";
import { Candidates } from "./candidates";
import { type Palette, readPalette } from "./colors";
import { MassBar } from "./mass";
import { Matrix } from "./matrix";
import { type Focus, type Model, type Pointing, spanOf } from "./model";
import { Readout } from "./readout";
import { ThresholdLine } from "./threshold";
import { TokenStrip } from "./tokens";
import { WindowStrip } from "./windows";
import { WordTable } from "./word-table";

export class Parts {
  readonly #readout: Readout;
  readonly #tokens: TokenStrip;
  readonly #matrix: Matrix;
  readonly #candidates: Candidates;
  readonly #threshold: ThresholdLine;
  readonly #mass = new MassBar();
  readonly #windows: WindowStrip;
  readonly #table: WordTable;
  readonly #asTable: HTMLInputElement;
  /** Its colours are the theme's: a change of them is a change of theme. */
  readonly #probe = el("span", { class: "qna-theme-probe", "aria-hidden": "true" });
  readonly element: HTMLElement;
  #palette: Palette | null = null;
  #model: Model | null = null;
  #resting: TokenSpan = { start_token: 0, end_token: 0 };

  constructor(
    pointing: Pointing,
    actions: Actions,
    onPieces: (pieces: boolean) => void,
    signal: AbortSignal,
  ) {
    this.#readout = new Readout((span) => pointing.pin(span), signal);
    this.#tokens = new TokenStrip(pointing, signal);
    this.#matrix = new Matrix(pointing, signal);
    this.#candidates = new Candidates(pointing, signal);
    this.#threshold = new ThresholdLine(actions, signal);
    this.#windows = new WindowStrip(pointing, signal);
    this.#table = new WordTable(signal);
    const pieces = el("input", { ...CONTROL, type: "checkbox" });
    pieces.addEventListener("change", () => onPieces(pieces.checked), { signal });
    this.#asTable = el("input", { ...CONTROL, type: "checkbox" });
    this.#asTable.addEventListener("change", () => this.#drawTable(), { signal });
    this.element = el(
      "div",
      { class: "qna-parts" },
      this.#probe,
      el(
        "p",
        { class: "qna-intro" },
        "The model gives every word two scores (logits): one for ",
        el("b", { "data-part": "start" }, "starting"),
        " the answer and one for ",
        el("b", { "data-part": "end" }, "ending"),
        " it. A span's score is the start score of its first word plus the end score of its " +
          "last. Point at anything here to see it in the passage.",
      ),
      this.#readout.element,
      section(
        "Start and end scores of each word",
        [
          el("span", { class: "qna-key", "data-part": "start" }, "▲ starts an answer"),
          el("span", { class: "qna-key", "data-part": "end" }, "▼ ends an answer"),
          el("label", { class: "qna-tool" }, pieces, " word pieces"),
          el("label", { class: "qna-tool" }, this.#asTable, " as a table"),
        ],
        this.#tokens.element,
        this.#table.element,
      ),
      el(
        "div",
        { class: "qna-sides" },
        section("All spans: start × end", [], this.#matrix.element),
        el(
          "div",
          { class: "qna-side" },
          section("Spans compared", [], this.#candidates.element),
          section(
            "Answer or no answer",
            [],
            el(
              "p",
              { class: "qna-muted" },
              "Scores from left (low) to right (high). Drag the line, the threshold: “no answer” (◆) wins " +
                "once it lies beyond it.",
            ),
            this.#threshold.element,
          ),
          section("Where the probability goes", [], this.#mass.element),
        ),
      ),
      section("Windows", [], this.#windows.element),
    );
    this.#table.element.hidden = true;
    this.#probe.addEventListener("transitionend", () => this.#recolour(), { signal });
  }

  /** @param resting what is shown while nothing is pointed at */
  draw(model: Model, resting: Focus): void {
    this.#model = model;
    this.#palette ??= readPalette(this.element);
    this.#resting = spanOf(model, resting);
    this.#tokens.draw(model, this.#palette);
    this.#matrix.draw(model, this.#palette, resting.kind === "span" ? resting.span : this.#best);
    this.#candidates.draw(model);
    this.#threshold.draw(model);
    this.#mass.draw(model);
    this.#windows.draw(model, this.#palette);
    this.#drawTable();
  }

  /** @param resting the span that stays when nothing is pointed at any more */
  focus(model: Model, focus: Focus, resting: TokenSpan): void {
    const span = focus.kind === "span" ? focus.span : resting;
    this.#resting = resting;
    this.#readout.draw(model, focus);
    this.#tokens.focus(span, focus);
    this.#matrix.focus(focus.kind === "word" ? spanOf(model, focus) : span, focus);
    this.#windows.focus(span, focus);
  }

  reveal(span: TokenSpan): void {
    this.#tokens.reveal(span);
  }

  get #best(): TokenSpan {
    return this.#model!.inspection.best;
  }

  #drawTable(): void {
    this.#table.element.hidden = !this.#asTable.checked;
    this.#tokens.element.hidden = this.#asTable.checked;
    if (this.#asTable.checked) this.#table.draw(this.#model!, this.#resting);
  }

  #recolour(): void {
    const model = this.#model;
    if (model === null) return;
    this.#palette = readPalette(this.element);
    this.draw(model, { kind: "span", span: this.#resting });
  }
}

function section(title: string, tools: Child[], ...children: HTMLElement[]): HTMLElement {
  return el(
    "section",
    { class: "qna-part" },
    el("div", { class: "qna-part-head" }, el("h3", {}, title), ...tools),
    ...children,
  );
}

// The windows of a long passage as a strip: where each lies, how good its best span is, and which
// answer came from which.

import type { TokenSpan } from "../../core/inspection";
import { CONTROL, el, setAttribute, setText } from "../dom";
import { brief } from "../excerpts";
import { score } from "../format";
import type { Palette } from "./colors";
import { type Focus, type Model, type Pointing, textOf } from "./model";
import { stepOf } from "./steps";
import { onWidth, Surface } from "./surface";

/** CSS pixels. */
const LANE = 16;
const BADGES = 20;
/** A window drawn narrower than this has no number in it. */
const NUMBERED = 22;

export class WindowStrip {
  readonly #surface: Surface;
  readonly #stage: HTMLElement;
  readonly #note = el("p", { class: "qna-muted" });
  readonly #held = el("div", { class: "qna-held" });
  readonly element: HTMLElement;
  #model: Model | null = null;
  #palette: Palette | null = null;
  #lanes = 1;
  #width = 0;
  #at = 0;
  #hot = -1;
  #span: TokenSpan | null = null;

  constructor(
    private readonly pointing: Pointing,
    signal: AbortSignal,
  ) {
    this.#surface = new Surface((context) => this.#paint(context), signal);
    this.#stage = el(
      "div",
      {
        ...CONTROL,
        class: "qna-windows-stage",
        role: "slider",
        tabindex: 0,
        "aria-label": "Windows of the passage",
        "aria-valuemin": 1,
        "aria-orientation": "horizontal",
      },
      this.#surface.canvas,
    );
    this.element = el("div", { class: "qna-windows" }, this.#note, this.#stage, this.#held);
    const on = <K extends keyof HTMLElementEventMap>(
      name: K,
      listener: (event: HTMLElementEventMap[K]) => void,
    ) => this.#stage.addEventListener(name, listener, { signal });
    on("pointermove", (event) => this.#point(this.#windowAt(event)));
    on("pointerleave", () => this.#point(-1));
    on("click", (event) => this.#hold(this.#windowAt(event)));
    on("keydown", (event) => this.#onKey(event));
    onWidth(
      this.element,
      (width) => {
        this.#width = width;
        this.#lay();
      },
      signal,
    );
  }

  draw(model: Model, palette: Palette): void {
    this.#model = model;
    this.#palette = palette;
    const { features } = model.inspection.scores;
    const one = features.length === 1;
    this.#stage.hidden = one;
    setText(
      this.#note,
      one
        ? `The passage fits into one window of ${features[0]!.input_ids.length} tokens: ` +
            "the model read it at once."
        : `The model reads at most ${longest(model)} passage tokens at once, so it read ` +
            `${features.length} overlapping windows. The stronger the colour, the better a ` +
            "window's best span; the numbers show where the answers came from.",
    );
    if (one) {
      this.#held.replaceChildren();
      return;
    }
    setAttribute(this.#stage, "aria-valuemax", features.length);
    this.#at = Math.min(this.#at, features.length - 1);
    this.#speak();
    this.#lay();
  }

  /** Emphasises the window pointed at, and says how a span fares in each window that holds it. */
  focus(span: TokenSpan, focus: Focus | null): void {
    const model = this.#model;
    if (model === null || model.inspection.scores.features.length === 1) return;
    this.#hot = focus?.kind === "window" ? focus.window : -1;
    if (focus?.kind !== "window") {
      this.#span = span;
      this.#drawHeld(model, span);
    }
    this.#surface.repaint();
  }

  #drawHeld(model: Model, span: TokenSpan): void {
    const held = model.inspection.inWindows(span);
    const best = held.find((one) => one.counts);
    const rows = held.map((one) =>
      el(
        "li",
        { "data-counts": one.counts },
        `Window ${one.window + 1}: `,
        el("b", {}, score(one.score)),
        one.counts || best === undefined
          ? " counts: most context around the start"
          : ` (${one.score >= best.score ? "+" : ""}${score(one.score - best.score)})`,
      ),
    );
    this.#held.replaceChildren(
      el(
        "p",
        {},
        el("bdi", {}, `“${brief(textOf(model, span))}”`),
        held.length === 0 ? " lies in no window as a whole." : " in each window that holds it:",
      ),
      el("ul", {}, ...rows),
    );
  }

  #lay(): void {
    const model = this.#model;
    if (model === null || this.#width === 0 || this.#stage.hidden) return;
    const { features } = model.inspection.scores;
    const [first, second] = features;
    const step = Math.max(1, second!.window_start - first!.window_start);
    // As many lanes as windows overlap; beyond eight they are drawn over each other.
    this.#lanes = Math.min(8, Math.ceil(first!.window_length / step));
    this.#surface.resize(this.#width, BADGES + this.#lanes * LANE + 2);
  }

  #box(window: number) {
    const { window_start, window_length } = this.#model!.inspection.scores.features[window]!;
    const scale = this.#surface.width / this.#model!.inspection.tokens;
    const top = BADGES + (window % this.#lanes) * LANE;
    return { x: window_start * scale, y: top, across: Math.max(2, window_length * scale) };
  }

  #paint(context: CanvasRenderingContext2D): void {
    const model = this.#model;
    const palette = this.#palette;
    if (model === null || palette === null) return;
    const { inspection } = model;
    const { lowest, highest } = inspection.bounds;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = `600 11px ${palette.font}`;
    inspection.scores.features.forEach((_, window) => {
      const { x, y, across } = this.#box(window);
      const read = inspection.wasRead(window);
      const share = read
        ? (inspection.window(window).best.score - lowest) / (highest - lowest || 1)
        : 0;
      context.fillStyle = read ? palette.scale.css(share) : palette.surface;
      context.fillRect(x + 0.5, y + 1, across - 1, LANE - 3);
      context.strokeStyle = window === this.#hot ? palette.text : palette.line;
      context.lineWidth = window === this.#hot ? 2 : 1;
      context.strokeRect(x + 0.5, y + 1, across - 1, LANE - 3);
      if (across < NUMBERED) return;
      // On the middle of the scale neither black nor white is readable alone.
      context.lineWidth = 3;
      context.strokeStyle = "#000";
      context.fillStyle = "#fff";
      const middle = y + LANE / 2;
      context.strokeText(String(window + 1), x + across / 2, middle);
      context.fillText(String(window + 1), x + across / 2, middle);
    });
    this.#paintAnswers(context, model, palette);
  }

  /** Each answer's number above its place, and a line down to the window that gave it. */
  #paintAnswers(context: CanvasRenderingContext2D, model: Model, palette: Palette): void {
    const { inspection } = model;
    const scale = this.#surface.width / inspection.tokens;
    const drawn = [
      ...model.listed.map(({ rank, span }) => ({ span, label: String(rank), rank })),
      ...model.pins.map((span) => ({ span, label: "◇", rank: 0 })),
    ].reverse();
    for (const { span, label, rank } of drawn) {
      const found = inspection.candidate(span);
      if (found === null) continue;
      const x = Math.min(this.#surface.width - 8, Math.max(8, (found.start_token + 0.5) * scale));
      const { y } = this.#box(found.window);
      context.strokeStyle = palette.text;
      context.lineWidth = 1.5;
      context.beginPath();
      context.moveTo(x, BADGES - 4);
      context.lineTo(x, y + LANE / 2);
      context.stroke();
      context.fillStyle = palette.hues[rank <= 6 ? rank : 0]!;
      context.beginPath();
      context.arc(x, 9, 8, 0, 2 * Math.PI);
      context.fill();
      context.fillStyle = rank === 6 ? "#fff" : "#000";
      context.fillText(label, x, 9.5);
    }
    if (this.#span !== null) {
      const from = this.#span.start_token * scale;
      const across = (this.#span.end_token + 1 - this.#span.start_token) * scale;
      context.fillStyle = palette.text;
      context.fillRect(from, this.#surface.height - 2, Math.max(3, across), 2);
    }
  }

  #windowAt({ clientX, clientY }: MouseEvent): number {
    if (this.#model === null) return -1;
    const box = this.#surface.canvas.getBoundingClientRect();
    const [x, y] = [clientX - box.left, clientY - box.top];
    const lane = Math.min(this.#lanes - 1, Math.max(0, Math.floor((y - BADGES) / LANE)));
    const { inspection } = this.#model;
    for (let window = inspection.scores.features.length - 1; window >= 0; window--) {
      if (window % this.#lanes !== lane || !inspection.wasRead(window)) continue;
      const { x: left, across } = this.#box(window);
      if (x >= left && x <= left + across) return window;
    }
    return -1;
  }

  #point(window: number): void {
    this.pointing.point(window < 0 ? null : { kind: "window", window });
  }

  #hold(window: number): void {
    if (window < 0) return;
    this.#at = window;
    this.#speak();
    this.pointing.hold({ kind: "window", window });
  }

  #speak(): void {
    const model = this.#model!;
    setAttribute(this.#stage, "aria-valuenow", this.#at + 1);
    if (!model.inspection.wasRead(this.#at)) {
      setAttribute(this.#stage, "aria-valuetext", `Window ${this.#at + 1}, not read yet`);
      return;
    }
    const { first_token, last_token, null_score, best } = model.inspection.window(this.#at);
    setAttribute(
      this.#stage,
      "aria-valuetext",
      `Window ${this.#at + 1}, tokens ${first_token + 1} to ${last_token + 1}: no answer ` +
        `${score(null_score)}, best span ${brief(textOf(model, best))} ${score(best.score)}`,
    );
  }

  #onKey(event: KeyboardEvent): void {
    if (this.#model === null) return;
    const { inspection } = this.#model;
    const read = inspection.scores.features.flatMap((_, window) =>
      inspection.wasRead(window) ? [window] : [],
    );
    const at = Math.max(
      0,
      read.findLastIndex((window) => window <= this.#at),
    );
    const next = stepOf(event.key, at, read.length - 1);
    if (next === null) return;
    event.preventDefault();
    this.#hold(read[next]!);
  }
}

function longest({ inspection }: Model): number {
  return inspection.scores.features.reduce((most, { window_length }) => {
    return Math.max(most, window_length);
  }, 0);
}

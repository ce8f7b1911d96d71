// "Why these scores?": opens below the answers, fetches the scores, and links its parts.

import { isBlank } from "../../component/inputs";
import { type Actions, type ComponentState, thresholdOf } from "../../component/state";
import { type Inspection, type TokenSpan, windowsRead } from "../../core/inspection";
import type { Encoding } from "../../core/types";
import { CONTROL, el, setAttribute, setText } from "../dom";
import { spansOf } from "../format";
import { type Focus, type Model, type Pointing, sameSpan, spanOf } from "./model";
import { Parts } from "./parts";
import { Reading } from "./reading";

export interface InspectorEvents {
  /** The place in the passage (UTF-16 units) of what is pointed at; null: nothing is. */
  onPlace(place: { readonly start: number; readonly end: number } | null): void;
}

export class Inspector implements Pointing {
  readonly #note = el("p", { class: "qna-empty" });
  readonly #content = el("div", { class: "qna-inspected" });
  readonly element = el(
    "details",
    { class: "qna-inspector qna-disclosure" },
    el("summary", { ...CONTROL }, "Why these scores?"),
    this.#note,
    this.#content,
  );
  readonly #reading: Reading;
  #open: AbortController | null = null;
  #parts: Parts | null = null;
  #state: ComponentState | null = null;
  #model: Model | null = null;
  #pins: readonly TokenSpan[] = [];
  /** The passage that `#pins` belong to, and where its tokens start; others drop them. */
  #passage = "";
  #starts: Encoding["starts"] = new Int32Array();
  /** Ranks of the answer that is chosen in the list, and of the one under the pointer. */
  #chosen: number | null = null;
  #hovered: number | null = null;
  #pointed: Focus | null = null;
  #held: Focus | null = null;
  #pieces = false;

  constructor(
    private readonly actions: Actions,
    private readonly events: InspectorEvents,
    private readonly signal: AbortSignal,
  ) {
    this.#reading = new Reading(() => this.#draw(), signal);
    this.element.addEventListener("toggle", () => this.#onToggle(), { signal });
    this.element.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    signal.addEventListener("abort", () => this.#open?.abort(), { once: true });
  }

  /** @param chosen rank of the answer chosen in the list */
  draw(state: ComponentState, chosen: number | null): void {
    this.#state = state;
    if (state.inputs.passage !== this.#passage) {
      this.#passage = state.inputs.passage;
      this.#pins = [];
    }
    if (chosen !== this.#chosen) this.#held = null;
    this.#chosen = chosen;
    if (this.#open !== null) this.#draw();
  }

  /** The reader points at an answer of the list. */
  hover(rank: number | null): void {
    if (this.#hovered === rank) return;
    this.#hovered = rank;
    this.#focus();
  }

  point(focus: Focus | null): void {
    this.#pointed = focus;
    this.#focus();
  }

  hold(focus: Focus): void {
    this.#held = focus;
    this.#pointed = null;
    this.#draw();
    if (this.#model !== null) this.#parts?.reveal(spanOf(this.#model, focus));
  }

  pin(span: TokenSpan): void {
    if (this.#pins.some((pin) => sameSpan(pin, span))) return;
    const { start_token, end_token } = span;
    this.#pins = [...this.#pins, { start_token, end_token }];
    this.#draw();
  }

  unpin(span: TokenSpan): void {
    this.#pins = this.#pins.filter((pin) => !sameSpan(pin, span));
    this.#draw();
  }

  #onToggle(): void {
    if (this.element.open === (this.#open !== null)) return;
    if (!this.element.open) {
      this.#open?.abort();
      this.#open = null;
      this.#reading.stop();
      this.#forget();
      return;
    }
    this.#open = new AbortController();
    this.actions.inspect(this.#open.signal);
    if (this.#open !== null) this.#draw();
  }

  /** Shows what the newest state has; the old picture stays, unreadable, while that is awaited. */
  #draw(): void {
    const state = this.#state;
    if (state === null || this.#open === null) return;
    const { scores, result, inputs } = state;
    const ready = scores !== null && windowsRead(scores) > 0;
    const { max_answer_len, passage } = inputs;
    const subject = ready ? { scores, max_answer_len, passage, pieces: this.#pieces } : null;
    const inspection = subject && this.#reading.inspect(subject);
    setAttribute(this.#content, "data-waiting", inspection === null);
    const hopeless = !ready && !areComing(state);
    const why = state.alone ? state.link : "There are scores when there is an answer.";
    setText(this.#note, hopeless ? why : "");
    this.#content.hidden = hopeless;
    if (subject === null) this.#forget();
    // While newer scores of the same text are counted the last picture can be used: what is inert
    // loses the focus.
    setAttribute(this.#content, "inert", inspection === null && this.#model === null);
    if (subject === null || inspection === null) return;
    // Numbers of tokens say nothing to a model that cuts the passage otherwise.
    const { starts } = subject.scores.passage;
    if (this.#starts.some((at, token) => at !== starts[token])) this.#pins = [];
    this.#starts = starts;
    // Between two results the ranked list of the last one stands.
    const listed = result === null ? (this.#model?.listed ?? []) : list(inspection, result);
    const shown = result ?? this.#model?.result;
    if (shown === undefined) return;
    this.#model = {
      inspection,
      passage,
      words: this.#reading.words(subject),
      listed,
      pins: this.#pins,
      threshold: thresholdOf(state),
      result: shown,
    };
    if (this.#parts === null) {
      this.#parts = new Parts(
        this,
        this.actions,
        (pieces) => this.#showPieces(pieces),
        this.signal,
      );
      this.#content.replaceChildren(this.#parts.element);
    }
    this.#parts.draw(this.#model, this.#resting(this.#model));
    this.#focus();
  }

  #showPieces(pieces: boolean): void {
    this.#pieces = pieces;
    this.#held = null;
    this.#draw();
  }

  /** Drops what was pointed at: it belongs to scores that are gone. */
  #forget(): void {
    this.#model = null;
    this.#held = null;
    this.#pointed = null;
    this.events.onPlace(null);
  }

  /** What is shown while nothing is pointed at: the held span, else the chosen answer, else the best. */
  #resting(model: Model): Focus {
    if (this.#held !== null) return this.#held;
    const chosen = model.listed.find(({ rank }) => rank === this.#chosen);
    return { kind: "span", span: chosen?.span ?? model.inspection.best };
  }

  /** Shows in every part what is pointed at. An answer hovered in the list has its own marks. */
  #focus(): void {
    const model = this.#model;
    if (model === null || this.#open === null) return;
    const resting = this.#resting(model);
    const hovered = model.listed.find(({ rank }) => rank === this.#hovered);
    const listed: Focus | null = hovered ? { kind: "span", span: hovered.span } : null;
    this.#parts?.focus(model, this.#pointed ?? listed ?? resting, spanOf(model, resting));
    const shown = this.#pointed ?? this.#held;
    if (shown === null) {
      this.events.onPlace(null);
      return;
    }
    const { starts, ends } = model.inspection.scores.passage;
    const { start_token, end_token } = spanOf(model, shown);
    this.events.onPlace({ start: starts[start_token]!, end: ends[end_token]! });
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== "Escape" || this.#held === null) return;
    event.stopPropagation();
    this.#held = null;
    this.#focus();
  }
}

/** Whether scores are on their way: a moment after an answer, unless it is a kept one without a model. */
function areComing({ inputs, status, result, backend }: ComponentState): boolean {
  if (isBlank(inputs)) return false;
  if (status === "loading" || status === "running") return true;
  return status === "ready" && backend !== "" && (result?.windows_done ?? 0) > 0;
}

function list(inspection: Inspection, result: NonNullable<ComponentState["result"]>) {
  return spansOf(result).flatMap(({ start, end }, i) => {
    const span = inspection.tokensAt(start, end);
    return span === null ? [] : [{ rank: i + 1, span }];
  });
}

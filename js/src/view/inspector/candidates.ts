// The listed answers and the pinned spans side by side, number by number.
import type { TokenSpan } from "../../core/inspection";
import { CONTROL, el } from "../dom";
import { brief } from "../excerpts";
import { percent, score } from "../format";
import { hue } from "../passage/highlights";
import { type Model, type Pointing, sameSpan, textOf } from "./model";
import { tableBox } from "./table";

export class Candidates {
  readonly #body = el("tbody");
  readonly element = tableBox(
    "Spans compared",
    ["", "Span", "Start", "End", "Score", "To best", "Alone", ""],
    2,
    this.#body,
  );

  #drawn: Model | null = null;
  /** Row by row. */
  #spans: readonly TokenSpan[] = [];

  constructor(
    private readonly pointing: Pointing,
    signal: AbortSignal,
  ) {
    const on = (name: string, listener: (target: Element) => void) =>
      this.#body.addEventListener(name, (event) => listener(event.target as Element), { signal });
    on("pointerover", (target) => this.#point(target));
    on("pointerleave", () => pointing.point(null));
    on("focusin", (target) => this.#point(target));
    on("focusout", () => pointing.point(null));
    on("click", (target) => {
      const span = this.#spanOf(target);
      const pressed = target.closest("button");
      if (span === null || pressed === null) return;
      if (pressed.classList.contains("qna-unpin")) pointing.unpin(span);
      else pointing.hold({ kind: "span", span });
    });
  }

  draw(model: Model): void {
    const old = this.#drawn;
    this.#drawn = model;
    // Keeps unchanged rows: a new row under the pointer would count as pointed at once more.
    if (old?.inspection === model.inspection && old.result === model.result) {
      if (old.pins === model.pins) return;
    }
    const unlisted = model.pins.filter(
      (pin) => !model.listed.some(({ span }) => sameSpan(span, pin)),
    );
    this.#spans = [...model.listed.map(({ span }) => span), ...unlisted];
    const at = [...this.#body.querySelectorAll("button")].findIndex((one) => one.matches(":focus"));
    this.#body.replaceChildren(
      ...model.listed.map(({ rank, span }) => this.#row(model, span, rank)),
      ...unlisted.map((span) => this.#row(model, span, null)),
    );
    if (at < 0) return;
    const buttons = this.#body.querySelectorAll("button");
    buttons[Math.min(at, buttons.length - 1)]?.focus({ preventScroll: true });
  }

  #row(model: Model, span: TokenSpan, rank: number | null): HTMLElement {
    const found = model.inspection.candidate(span);
    const text = brief(textOf(model, span), 48);
    const name = el("button", { ...CONTROL, type: "button", class: "qna-link" });
    name.append(el("bdi", {}, text));
    const remove = el(
      "button",
      {
        ...CONTROL,
        type: "button",
        class: "qna-link qna-unpin",
        "aria-label": `Unpin ${text}`,
        title: "Unpin",
      },
      "✕",
    );
    const figures =
      found === null
        ? ["–", "–", "–", "–", "–"]
        : [
            score(found.start_logit),
            score(found.end_logit),
            score(found.score),
            score(found.score - model.inspection.best.score),
            found.probability === null ? "too long" : percent(found.probability),
          ];
    return el(
      "tr",
      {},
      el(
        "td",
        {},
        rank === null
          ? el("span", { class: "qna-rank qna-pinned", title: "Pinned" }, "◇")
          : el("span", { class: "qna-rank", "data-hue": hue(rank) }, String(rank)),
      ),
      el("th", { scope: "row" }, name),
      ...figures.map((figure) => el("td", { class: "qna-number" }, figure)),
      el("td", {}, rank === null ? remove : null),
    );
  }

  #spanOf(target: Element): TokenSpan | null {
    const row = target.closest("tr");
    return row === null ? null : (this.#spans[row.sectionRowIndex] ?? null);
  }

  #point(target: Element): void {
    const span = this.#spanOf(target);
    this.pointing.point(span && { kind: "span", span });
  }
}

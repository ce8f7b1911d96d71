// "History": what was asked here, newest first, to bring back or to take away as a file.
import { type Asked, type Draft, type History, settled } from "../component/history";
import { toCsv, toJson } from "../component/history-file";
import type { Inputs } from "../component/inputs";
import type { Actions, ComponentState } from "../component/state";
import { button, CONTROL, el, setDisabled, setText } from "./dom";
import { download } from "./download";
import { dayText } from "./format";
import { HistoryRow } from "./history-row";

/** Rows that are added at a time: a list of a thousand is long for the Tab key, too. */
const PAGE = 30;

type Entry = Asked | Draft;

export class HistoryPanel {
  readonly #count = el("span", { class: "qna-muted" });
  readonly #list = el("ol", {
    class: "qna-asked-list",
    role: "list",
    "aria-label": "Asked before",
  });
  readonly #note = el("p", { class: "qna-empty" });
  readonly #files: readonly HTMLButtonElement[];
  readonly #more: HTMLButtonElement;
  readonly element: HTMLDetailsElement;
  #rows: readonly HistoryRow[] = [];
  #most = PAGE;
  #inputs: Inputs | null = null;
  /** What the rows were made of. */
  #drawn: readonly unknown[] = [];

  /** @param onRestored the texts of an older question stand in the fields again */
  constructor(
    private readonly history: History,
    private readonly actions: Actions,
    private readonly onRestored: () => void,
    signal: AbortSignal,
  ) {
    this.#files = [
      button("Download CSV", "qna-button", () => this.#save("csv"), signal),
      button("Download JSON", "qna-button", () => this.#save("json"), signal),
    ];
    this.#more = button("Earlier questions", "qna-button", () => this.#showMore(), signal);
    this.element = el(
      "details",
      { class: "qna-history qna-disclosure" },
      el("summary", { ...CONTROL }, "History", this.#count),
      el("div", { class: "qna-history-tools" }, ...this.#files),
      this.#note,
      this.#list,
      this.#more,
    );
    this.element.addEventListener("toggle", () => this.#draw(), { signal });
    this.#list.addEventListener("click", (event) => this.#onClick(event), { signal });
    this.#list.addEventListener("keydown", (event) => this.#onKey(event), { signal });
  }

  draw(state: ComponentState): void {
    this.#inputs = state.inputs;
    this.#draw();
  }

  #draw(): void {
    const { asked, drafts } = this.history;
    const inputs = this.#inputs;
    if (inputs === null) return;
    const drawn = [asked, drafts, this.#most, this.element.open, inputs.passage, inputs.question];
    if (drawn.every((value, i) => value === this.#drawn[i])) return;
    this.#drawn = drawn;
    const answered = settled(asked);
    setText(this.#count, answered.length > 0 ? ` (${answered.length.toLocaleString("en")})` : "");
    if (!this.element.open) return;
    for (const file of this.#files) setDisabled(file, answered.length === 0);
    setText(
      this.#note,
      answered.length + drafts.length > 0 ? "" : "Questions that were answered are kept here.",
    );
    const entries = [...drafts, ...answered];
    this.#place(entries.slice(0, this.#most));
    this.#more.hidden = entries.length <= this.#most;
    const now = Date.now();
    for (const row of this.#rows) row.draw(inputs, now);
  }

  /** What stays keeps its elements, and with them the focus. */
  #place(entries: readonly Entry[]): void {
    const before = new Map(this.#rows.map((row) => [row.entry, row]));
    this.#rows = entries.map((entry) => before.get(entry) ?? new HistoryRow(entry));
    const items = this.#rows.map((row) => row.item);
    for (const row of before.values()) if (!items.includes(row.item)) row.item.remove();
    // From the end, so that rows that stay are never taken out to make room for new ones.
    for (let i = items.length - 1; i >= 0; i--) {
      const next = items[i + 1] ?? null;
      const item = items[i]!;
      if (item.parentElement !== this.#list || item.nextElementSibling !== next) {
        this.#list.insertBefore(item, next);
      }
    }
  }

  #showMore(): void {
    const first = this.#rows.length;
    this.#most += PAGE;
    this.#draw();
    this.#rows[first]?.button.focus();
  }

  #onClick(event: Event): void {
    const pressed = (event.target as Element).closest("button");
    const row = this.#rows.find((row) => row.button === pressed);
    if (row !== undefined) this.#restore(row.entry);
  }

  #restore(entry: Entry): void {
    this.actions.restore(entry);
    this.#draw();
    this.onRestored();
  }

  #onKey(event: KeyboardEvent): void {
    const buttons = this.#rows.map((row) => row.button);
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[
      event.key
    ];
    if (at < 0 || next === undefined || buttons[next] === undefined) return;
    event.preventDefault();
    buttons[next].focus();
  }

  #save(kind: "csv" | "json"): void {
    const { asked } = this.history;
    const [type, text] =
      kind === "csv" ? ["text/csv", toCsv(asked)] : ["application/json", toJson(asked)];
    download(`qna-history-${dayText(Date.now())}.${kind}`, type, text);
  }
}

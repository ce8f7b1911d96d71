// The words' scores as a table, a hundred at a time: what the bars say, for those who read.
import type { TokenSpan } from "../../core/inspection";
import { button, el, setDisabled, setText } from "../dom";
import { percent, score } from "../format";
import { type Model, wordLogits, wordOf, wordShares, wordText } from "./model";
import { tableBox } from "./table";

const PAGE = 100;

export class WordTable {
  readonly #body = el("tbody");
  readonly #pages = el("span", { class: "qna-muted" });
  readonly #back: HTMLButtonElement;
  readonly #on: HTMLButtonElement;
  readonly element: HTMLElement;
  #model: Model | null = null;
  #first = 0;
  /** What the rows were made of. */
  #drawn: readonly unknown[] = [];

  constructor(signal: AbortSignal) {
    this.#back = button("Earlier words", "qna-button", () => this.#turn(-PAGE), signal);
    this.#on = button("Later words", "qna-button", () => this.#turn(PAGE), signal);
    this.element = el(
      "div",
      {},
      tableBox(
        "Scores of words",
        ["Word", "Start score", "Starts here", "End score", "Ends here"],
        1,
        this.#body,
      ),
      el("div", { class: "qna-pages" }, this.#back, this.#pages, this.#on),
    );
  }

  /** @param around is on the page that is shown first */
  draw(model: Model, around: TokenSpan): void {
    const fresh = model.words !== this.#model?.words;
    this.#model = model;
    if (fresh) this.#first = PAGE * Math.floor(wordOf(model.words, around.start_token) / PAGE);
    this.#draw(model);
  }

  #turn(by: number): void {
    if (this.#model === null) return;
    this.#first += by;
    this.#draw(this.#model);
  }

  #draw(model: Model): void {
    const { inspection, words } = model;
    const drawn = [inspection, words, this.#first];
    if (drawn.every((value, i) => value === this.#drawn[i])) return;
    this.#drawn = drawn;
    const shown = words.slice(this.#first, this.#first + PAGE);
    this.#body.replaceChildren(
      ...shown.map((word) => {
        const { start, end } = wordLogits(model, word);
        const shares = wordShares(model, word);
        return el(
          "tr",
          {},
          el("th", { scope: "row" }, el("bdi", {}, wordText(model, word))),
          ...[score(start), percent(shares.start), score(end), percent(shares.end)].map((figure) =>
            el("td", { class: "qna-number" }, figure),
          ),
        );
      }),
    );
    setDisabled(this.#back, this.#first === 0);
    setDisabled(this.#on, this.#first + PAGE >= words.length);
    setText(
      this.#pages,
      `Words ${this.#first + 1}–${this.#first + shown.length} of ${words.length}`,
    );
  }
}

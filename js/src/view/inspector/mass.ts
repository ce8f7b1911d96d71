// Where the probability goes, as one bar of four parts.
import { massOf } from "../../core/inspection";
import { el } from "../dom";
import { percent } from "../format";
import type { Model } from "./model";

const PARTS = [
  ["best", "Best answer"],
  ["listed", "Other answers listed"],
  ["rest", "All other spans"],
  ["none", "No answer"],
] as const;

export class MassBar {
  readonly #bar = el("div", { class: "qna-mass-bar", "aria-hidden": "true" });
  readonly #list = el("ul", { class: "qna-mass-list" });
  readonly element = el("div", { class: "qna-mass" }, this.#bar, this.#list);

  draw({ result }: Model): void {
    const mass = massOf(result);
    this.#bar.replaceChildren(
      ...PARTS.map(([name]) => {
        const part = el("span", { "data-share": name });
        part.style.flexGrow = String(mass[name]);
        return part;
      }),
    );
    this.#list.replaceChildren(
      ...PARTS.map(([name, label]) =>
        el(
          "li",
          {},
          el("span", { class: "qna-swatch", "data-share": name, "aria-hidden": "true" }),
          `${label} `,
          el("b", {}, percent(mass[name])),
        ),
      ),
    );
  }
}

// The frame of a table that is scrolled by itself: a named region, a head, a body that others fill.
import { CONTROL, el } from "../dom";

/**
 * @param titles of the columns; "" for one whose cells speak for themselves
 * @param numbersFrom the first column of figures
 */
export function tableBox(
  label: string,
  titles: readonly string[],
  numbersFrom: number,
  body: HTMLElement,
): HTMLElement {
  const heads = titles.map((title, i) =>
    title === ""
      ? el("td", {})
      : el("th", { scope: "col", class: i >= numbersFrom ? "qna-number" : null }, title),
  );
  const table = el("table", { class: "qna-table" }, el("thead", {}, el("tr", {}, ...heads)), body);
  const region = { class: "qna-table-box", tabindex: 0, role: "region", "aria-label": label };
  return el("div", { ...CONTROL, ...region }, table);
}

// Marks beside the scrollbar: where in a long text the answers stand.
import { el } from "../dom";
import { hue } from "./highlights";

export class Rail {
  readonly element = el("div", { class: "qna-rail", "aria-hidden": "true" });
  #frame = 0;
  #drawn = "";

  /**
   * @param places how far down the text each answer stands, 0…1 by rank; asked for when painted
   * @param onPick the reader pressed the mark of this rank
   */
  constructor(
    private readonly scroller: HTMLElement,
    private readonly places: () => ReadonlyMap<number, number>,
    onPick: (rank: number) => void,
    signal: AbortSignal,
  ) {
    const observer = new ResizeObserver(() => this.draw());
    observer.observe(scroller);
    for (const child of scroller.children) observer.observe(child);
    signal.addEventListener("abort", () => {
      observer.disconnect();
      cancelAnimationFrame(this.#frame);
    });
    this.element.addEventListener(
      "click",
      (event) => {
        const { tick } = (event.target as HTMLElement).dataset;
        if (tick !== undefined) onPick(Number(tick));
      },
      { signal },
    );
  }

  /** Before the next frame, once, whatever changed until then. */
  draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#paint());
  }

  #paint(): void {
    const { scrollHeight, clientHeight, offsetWidth, clientWidth } = this.scroller;
    const scrolls = scrollHeight > clientHeight + 1;
    const places = scrolls ? [...this.places()] : [];
    const bar = offsetWidth - clientWidth;
    const drawn = JSON.stringify([places.map(([rank, at]) => [rank, at.toFixed(4)]), bar]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.element.style.setProperty("--bar", `${bar}px`);
    // The best answer lies over the others.
    this.element.replaceChildren(
      ...places.reverse().map(([rank, at]) => {
        const tick = el("div", { "data-tick": rank, "data-hue": hue(rank) });
        tick.style.setProperty("--at", String(at));
        return tick;
      }),
    );
  }
}

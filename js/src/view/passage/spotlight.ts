// Boxes around the place in the passage that the inspector points at.
import { el } from "../dom";
import type { Highlights } from "./highlights";

export class Spotlight {
  readonly element = el("div", { class: "qna-spots", "aria-hidden": "true" });
  #place: { readonly start: number; readonly end: number } | null = null;

  #watching = false;

  constructor(
    private readonly layer: Highlights,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * @param place offsets (UTF-16 units) into the shown text; null: no light
   * @returns where its first line is on the screen
   */
  show(place: { readonly start: number; readonly end: number } | null): DOMRect | null {
    if (place === null && this.#place === null) return null;
    this.#place = place;
    if (!this.#watching) this.#watch();
    return this.#draw();
  }

  /** Lines break anew at another width. */
  #watch(): void {
    this.#watching = true;
    const observer = new ResizeObserver(() => void this.#draw());
    observer.observe(this.layer.element);
    this.signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  }

  #draw(): DOMRect | null {
    const boxes = this.#place === null ? [] : this.layer.boxes(this.#place.start, this.#place.end);
    const { left, top } = this.layer.element.getBoundingClientRect();
    while (this.element.childElementCount > boxes.length) this.element.lastElementChild!.remove();
    boxes.forEach((box, i) => {
      const spot = (this.element.children[i] ?? this.element.appendChild(el("div"))) as HTMLElement;
      spot.style.transform = `translate(${box.left - left}px, ${box.top - top}px)`;
      spot.style.inlineSize = `${box.width}px`;
      spot.style.blockSize = `${box.height}px`;
    });
    return boxes[0] ?? null;
  }
}

// Boxes around a place in the passage that is no answer: what the inspector points at.
import { el } from "./dom";
import type { Highlights } from "./highlights";

export class Spotlight {
  readonly element = el("div", { class: "qna-spots", "aria-hidden": "true" });
  #place: { readonly start: number; readonly end: number } | null = null;

  constructor(
    private readonly layer: Highlights,
    signal: AbortSignal,
  ) {
    const observer = new ResizeObserver(() => this.#draw());
    observer.observe(layer.element);
    signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  }

  /** Offsets (UTF-16 units) into the shown text; null: no light. */
  show(place: { readonly start: number; readonly end: number } | null): void {
    if (place === null && this.#place === null) return;
    this.#place = place;
    this.#draw();
  }

  /** The first box, to be scrolled to. */
  get first(): Element | null {
    return this.element.firstElementChild;
  }

  #draw(): void {
    const boxes = this.#place === null ? [] : this.layer.boxes(this.#place.start, this.#place.end);
    const { left, top } = this.layer.element.getBoundingClientRect();
    while (this.element.childElementCount > boxes.length) this.element.lastElementChild!.remove();
    boxes.forEach((box, i) => {
      const spot = (this.element.children[i] ?? this.element.appendChild(el("div"))) as HTMLElement;
      spot.style.transform = `translate(${box.left - left}px, ${box.top - top}px)`;
      spot.style.inlineSize = `${box.width}px`;
      spot.style.blockSize = `${box.height}px`;
    });
  }
}

// A canvas that is as sharp as the screen and paints at most once per frame.
import { el } from "../dom";

export class Surface {
  readonly canvas = el("canvas", { "aria-hidden": "true" });
  readonly context = this.canvas.getContext("2d")!;
  #width = 0;
  #height = 0;
  #frame = 0;

  /** @param paint is called with a cleared canvas whose unit is the CSS pixel */
  constructor(
    private readonly paint: (context: CanvasRenderingContext2D) => void,
    signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => cancelAnimationFrame(this.#frame), { once: true });
  }

  /** CSS pixels. */
  get width(): number {
    return this.#width;
  }

  get height(): number {
    return this.#height;
  }

  resize(width: number, height: number): void {
    const ratio = globalThis.devicePixelRatio || 1;
    const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
    this.#width = width;
    this.#height = height;
    if (this.canvas.width !== across) this.canvas.width = across;
    if (this.canvas.height !== down) this.canvas.height = down;
    this.canvas.style.inlineSize = `${width}px`;
    this.canvas.style.blockSize = `${height}px`;
    this.repaint();
  }

  repaint(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const { context, canvas } = this;
      if (this.#width === 0 || this.#height === 0) return;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, canvas.width, canvas.height);
      context.setTransform(canvas.width / this.#width, 0, 0, canvas.height / this.#height, 0, 0);
      this.paint(context);
    });
  }
}

/** Calls back with the width (CSS pixels) of an element, now and whenever it changes. */
export function onWidth(element: Element, use: (width: number) => void, signal: AbortSignal) {
  let known = -1;
  const observer = new ResizeObserver(() => {
    const { clientWidth } = element;
    if (clientWidth === known) return;
    known = clientWidth;
    use(clientWidth);
  });
  observer.observe(element);
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });
}

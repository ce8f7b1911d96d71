// Whole numbers, of which only the first one matters: a binary heap.

export class Heap {
  /** How many there are. */
  size: number;
  readonly #items: Int32Array;

  /** @param before whether one number comes before another; it may change for the top one alone */
  constructor(
    items: Int32Array,
    private readonly before: (a: number, b: number) => boolean,
  ) {
    this.#items = items;
    this.size = items.length;
    for (let at = (this.size >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  /** The first one; there must be one. */
  get top(): number {
    return this.#items[0]!;
  }

  /** Takes the first one out. */
  pop(): void {
    this.#items[0] = this.#items[--this.size]!;
    this.#sink(0);
  }

  /** Gives the first one its new place, after it has come to stand further back. */
  settle(): void {
    this.#sink(0);
  }

  #sink(from: number): void {
    const items = this.#items;
    const item = items[from]!;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && this.before(items[child + 1]!, items[child]!)) child++;
      if (!this.before(items[child]!, item)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = item;
  }
}

// A text, and where on the page each of its characters stands. Offsets are UTF-16 units. Pure, but
// for the ranges that it makes.

/** A stretch of the text that is a stretch of one text node, character by character. */
export interface Piece {
  /** Offset in the text. */
  readonly at: number;
  readonly node: Text;
  /** Offset in the node's data. */
  readonly from: number;
  readonly length: number;
}

export class PageText {
  constructor(
    readonly text: string,
    /** In the text's order; what separates blocks belongs to no piece. */
    private readonly pieces: readonly Piece[],
  ) {}

  /** The places of text.slice(start, end): one range per text node, since none can leave its tree. */
  ranges(start: number, end: number): Range[] {
    const found: { node: Text; from: number; to: number }[] = [];
    for (let i = this.firstEndingAfter(start); i < this.pieces.length; i++) {
      const { at, node, from, length } = this.pieces[i]!;
      if (at >= end) break;
      const first = from + Math.max(0, start - at);
      const to = from + Math.min(length, end - at);
      const last = found.at(-1);
      // White space that was left out between two pieces of a node is marked with them.
      if (last?.node === node) last.to = to;
      else found.push({ node, from: first, to });
    }
    return found.flatMap(({ node, from, to }) => {
      if (node.length < to) return []; // changed since it was read
      const range = node.ownerDocument.createRange();
      range.setStart(node, from);
      range.setEnd(node, to);
      return [range];
    });
  }

  /** Whether the page still says what stands between these offsets. */
  stands(start: number, end: number): boolean {
    const words = (text: string): string => text.replace(/\s+/g, "");
    const ranges = this.ranges(start, end);
    if (ranges.some((range) => !range.startContainer.isConnected)) return false;
    const shown = ranges.map((range) => range.toString()).join("");
    return words(shown) === words(this.text.slice(start, end));
  }

  private firstEndingAfter(offset: number): number {
    let low = 0;
    let high = this.pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { at, length } = this.pieces[middle]!;
      if (at + length <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

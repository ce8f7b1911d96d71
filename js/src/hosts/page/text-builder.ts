// Joins what a page shows into one text: white space as it is laid out, blocks and cells apart.
import { PageText, type Piece } from "./page-text";

/** What layout does with white space: joins all of it, keeps line breaks, or keeps everything. */
export type Spaces = "collapse" | "lines" | "keep";

/** What layout collapses; a no-break space stays. */
const RUNS = /[ \t\n\r\f]+|[^ \t\n\r\f]+/g;

export class TextBuilder {
  private text = "";
  private readonly pieces: Piece[] = [];
  /** Line ends owed before the next word: by the borders of blocks, and by <br>. */
  private borders = 0;
  private breaks = 0;
  /** Cells that ended in this row since the last word. */
  private cells = 0;
  private space: { readonly node: Text; readonly from: number } | "between" | null = null;

  /** The border of a block: the next word begins a line; 2: after an empty one. */
  block(lines: 1 | 2): void {
    this.borders = Math.max(this.borders, lines);
  }

  /** <br>. The last one of a block shows nothing, which the block's own border sees to. */
  lineBreak(): void {
    this.breaks = Math.min(2, this.breaks + 1);
  }

  cell(): void {
    this.cells++;
  }

  /** The border of a box within a line: no word goes over it. */
  box(): void {
    this.space ??= "between";
  }

  add(node: Text, spaces: Spaces): void {
    const { data } = node;
    if (spaces === "keep") {
      if (data.trim() === "" && (this.text === "" || !data.includes("\n")))
        this.space ??= "between";
      else this.word(node, 0, data);
      return;
    }
    for (const match of data.matchAll(RUNS)) {
      const [run] = match;
      if (run.trim() !== "" || run.includes("\u00a0")) this.word(node, match.index, run);
      else if (spaces === "lines" && run.includes("\n")) {
        for (const sign of run) if (sign === "\n") this.lineBreak();
      } else if (this.space === null || this.space === "between") {
        this.space = { node, from: match.index };
      }
    }
  }

  finish(): PageText {
    return new PageText(this.text, this.pieces);
  }

  private word(node: Text, from: number, word: string): void {
    this.separate();
    const last = this.pieces.at(-1);
    const at = this.text.length;
    this.text += word;
    if (last?.node === node && last.at + last.length === at && last.from + last.length === from) {
      this.pieces[this.pieces.length - 1] = { ...last, length: last.length + word.length };
    } else this.pieces.push({ at, node, from, length: word.length });
  }

  /** Writes what stands between the last word and the next. */
  private separate(): void {
    const lines = Math.max(this.borders, this.breaks);
    const { space, cells } = this;
    this.borders = this.breaks = this.cells = 0;
    this.space = null;
    if (this.text === "") return;
    if (lines > 0) this.text += "\n".repeat(lines);
    else if (cells > 0) this.text += "\t".repeat(cells);
    else if (space !== null && !/[ \t\n]$/.test(this.text)) {
      if (space !== "between") this.pieces.push({ at: this.text.length, ...space, length: 1 });
      this.text += " ";
    }
  }
}

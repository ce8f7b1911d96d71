// The layer under the passage's textarea: the same text, unseen, with the answers marked.
// Laid out in chunks, so that a book costs a hundred nodes, and an edit or a new answer
// lays out one chunk again instead of all.
import { el, setAttribute } from "../dom";
import { nextFrame, Slices } from "../slices";
import { editChunks, type Mark, segments } from "./segments";

/** UTF-16 units that are laid out at once; of a longer text the rest follows frame by frame. */
const AT_ONCE = 65_536;

interface Chunk {
  text: string;
  readonly element: HTMLElement;
  /** What is drawn in it; "" for plain text. */
  marks: string;
}

/**
 * How marks look that are not to catch the eye: what only came near is underlined, what is folded
 * away is not marked at all, until the reader points at it or chooses it.
 */
export type Tones = ReadonlyMap<number, "folded" | "near">;

const LOUDEST_FIRST = [undefined, "near", "folded"] as const;

export class Highlights {
  readonly element = el("div", {
    class: "qna-layer",
    "aria-hidden": "true",
    translate: "no",
  });
  #chunks: Chunk[] = [];
  #marks: readonly Mark[] = [];
  readonly #emphasis: Record<"hot" | "active", number | null> = { hot: null, active: null };
  #tones: Tones = new Map();
  /** Chunks that are still to be laid out, in the text's order. */
  #coming: Chunk[] = [];
  readonly #slices = new Slices(AT_ONCE, nextFrame);

  /** @param onLaid called when all of a text is laid out that was not so at once */
  constructor(
    private readonly onLaid: () => void = () => {},
    signal?: AbortSignal,
  ) {
    signal?.addEventListener("abort", () => this.#slices.stop(), { once: true });
  }

  /** Whether some of the text is still to be laid out: the layer is lower than the text. */
  get busy(): boolean {
    return this.#slices.busy;
  }

  /** Shows a new text without marks. */
  setText(text: string): void {
    this.setMarks([]);
    const before = this.#chunks.map((chunk) => chunk.text);
    const { at, removed, inserted } = editChunks(before, text);
    const added = inserted.map((piece) => {
      const element = el("div", { class: "qna-chunk" });
      if (piece !== "") element.append(piece);
      return { text: piece, element, marks: "" };
    });
    const next = this.#chunks[at + removed]?.element ?? null;
    for (const old of this.#chunks.splice(at, removed, ...added)) old.element.remove();
    let units = 0;
    for (const chunk of added) {
      units += chunk.text.length;
      chunk.element.hidden = units > AT_ONCE;
      this.element.insertBefore(chunk.element, next);
    }
    this.#layLater();
  }

  #layLater(): void {
    this.#coming = this.#chunks.filter(({ element }) => element.hidden);
    if (this.#coming.length === 0) this.#slices.stop();
    else this.#slices.begin(this.#lay(), this.onLaid);
  }

  *#lay(): Generator<number, void> {
    for (const { element, text } of this.#coming) {
      element.hidden = false;
      yield text.length;
    }
  }

  /** UTF-16 units of the longest stretch that is laid out as one. */
  get longestChunk(): number {
    return Math.max(...this.#chunks.map((chunk) => chunk.text.length));
  }

  setMarks(marks: readonly Mark[]): void {
    if (marks.length === 0 && this.#marks.length === 0) return;
    this.#marks = marks;
    let start = 0;
    for (const chunk of this.#chunks) {
      this.#draw(chunk, start);
      start += chunk.text.length;
    }
    this.#paint();
  }

  #draw(chunk: Chunk, start: number): void {
    const parts = segments(start, start + chunk.text.length, this.#marks);
    const marked = parts.some((part) => part.ranks.length > 0);
    const key = marked
      ? JSON.stringify(parts.map((p) => [p.start - start, p.ranks, p.begins]))
      : "";
    if (key === chunk.marks) return;
    chunk.marks = key;
    chunk.element.replaceChildren(
      ...parts.map((part) => {
        const text = chunk.text.slice(part.start - start, part.end - start);
        if (part.ranks.length === 0) return document.createTextNode(text);
        const badges = part.begins.map((rank) =>
          el("span", { class: "qna-badge", "data-hue": hue(rank), "data-number": rank }),
        );
        return el(
          "mark",
          { class: "qna-mark", "data-ranks": part.ranks.join(" ") },
          badges.length === 0 ? null : el("span", { class: "qna-badges" }, ...badges),
          text,
        );
      }),
    );
  }

  /** The marked elements of one answer, in text order. */
  find(rank: number): HTMLElement[] {
    this.#slices.finish();
    return [...this.element.querySelectorAll<HTMLElement>(`[data-ranks~="${rank}"]`)];
  }

  /** How far down the text each answer begins that is not folded away, 0…1 by rank. */
  places(): Map<number, number> {
    if (this.#marks.length > 0) this.#slices.finish();
    const { top, height } = this.element.getBoundingClientRect();
    const places = new Map<number, number>();
    for (const mark of this.element.querySelectorAll("mark")) {
      const at = (mark.getBoundingClientRect().top - top) / height;
      for (const rank of ranksOf(mark)) {
        if (!places.has(rank) && this.#tones.get(rank) !== "folded") places.set(rank, at);
      }
    }
    return new Map([...places].sort(([a], [b]) => a - b));
  }

  /** Where the text from `start` to `end` (UTF-16 units) is on the screen, line by line. */
  boxes(start: number, end: number): DOMRect[] {
    this.#slices.finish();
    const range = document.createRange();
    let at = 0;
    let begun = false;
    for (const { text, element } of this.#chunks) {
      const next = at + text.length;
      if (next > start || begun) {
        const nodes = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        for (let node = nodes.nextNode(); node !== null; node = nodes.nextNode()) {
          const length = node.nodeValue!.length;
          if (!begun && start < at + length) {
            range.setStart(node, start - at);
            begun = true;
          }
          if (begun && end <= at + length) {
            range.setEnd(node, end - at);
            return lines([...range.getClientRects()]);
          }
          at += length;
        }
      }
      at = next;
    }
    return [];
  }

  /** The best answer drawn at a point of the screen, or null. */
  rankAt(x: number, y: number): number | null {
    for (const mark of this.element.querySelectorAll("mark:not([data-tone='folded'])")) {
      for (const box of mark.getClientRects()) {
        if (x >= box.left && x <= box.right && y >= box.top && y <= box.bottom) {
          return ranksOf(mark as HTMLElement)[0]!;
        }
      }
    }
    return null;
  }

  /** Emphasises one answer (null: none): "hot" under the pointer, "active" when chosen. */
  emphasise(name: "hot" | "active", rank: number | null): void {
    if (this.#emphasis[name] === rank) return;
    this.#emphasis[name] = rank;
    this.#paint();
  }

  /** Whether that changed anything. */
  setTones(tones: Tones): boolean {
    const same = ([rank, tone]: [number, string]) => this.#tones.get(rank) === tone;
    if (tones.size === this.#tones.size && [...tones].every(same)) return false;
    this.#tones = tones;
    this.#paint();
    return true;
  }

  /** Gives each mark the colour of the emphasised answer that covers it, else of the best one. */
  #paint(): void {
    const { hot, active } = this.#emphasis;
    const toneOf = (rank: number) =>
      rank === hot || rank === active ? undefined : this.#tones.get(rank);
    for (const mark of this.element.querySelectorAll("mark")) {
      const ranks = ranksOf(mark);
      const tones = ranks.map(toneOf);
      const loudest = LOUDEST_FIRST.find((tone) => tones.includes(tone));
      setAttribute(mark, "data-tone", loudest ?? null);
      for (const badge of mark.querySelectorAll<HTMLElement>(".qna-badge")) {
        setAttribute(badge, "data-tone", toneOf(Number(badge.dataset.number)) ?? null);
      }
      setAttribute(mark, "data-hot", hot !== null && ranks.includes(hot));
      setAttribute(mark, "data-active", active !== null && ranks.includes(active));
      const shown = [hot, active].find((rank) => rank !== null && ranks.includes(rank));
      setAttribute(mark, "data-hue", hue(shown ?? ranks[0]!));
    }
  }
}

/** Boxes that touch on one line as one: a marked stretch has a box of its own. */
function lines(boxes: readonly DOMRect[]): DOMRect[] {
  const joined: DOMRect[] = [];
  for (const box of boxes) {
    const last = joined.at(-1);
    const touches =
      last !== undefined &&
      Math.abs(last.top - box.top) < 2 &&
      box.left <= last.right + 1 &&
      last.left <= box.right + 1;
    if (box.width === 0) continue;
    if (!touches) joined.push(box);
    else {
      const left = Math.min(last.left, box.left);
      const right = Math.max(last.right, box.right);
      const height = Math.max(last.bottom, box.bottom) - last.top;
      joined[joined.length - 1] = new DOMRect(left, last.top, right - left, height);
    }
  }
  return joined;
}

function ranksOf(mark: HTMLElement): number[] {
  return mark.dataset.ranks!.split(" ").map(Number);
}

/** The number of an answer's colour: six can be told apart, ranks beyond share the neutral 0. */
export function hue(rank: number): number {
  return rank <= 6 ? rank : 0;
}

// The places of answers on the page, while the page goes on changing.
import { type Carry, carryOver } from "./carry";
import type { Found } from "./found";
import { type Mark, Marks } from "./marks";
import { PageText } from "./page-text";
import { readPage } from "./reading";
import { reveal } from "./scroll";
import { Watch } from "./watch";

/** Characters by which a text may grow or shrink without being another one: clocks, counters. */
const SLIGHT = 200;

type Spot = readonly [start: number, end: number];

export class Places {
  private readonly marks = new Marks();
  private readonly watch: Watch;
  /** As asked about, and as the page is now. */
  private asked = new PageText("", []);
  private now = this.asked;
  private carry: Carry = (start, end) => [start, end];
  private fresh = false;
  private source: Element | null = null;
  private found: Found | null = null;
  private at = 0;
  private lost = false;

  /** @param moved called when the page has changed and was read again */
  constructor(
    private readonly target: () => Element,
    private readonly bar: Element,
    moved: () => void,
  ) {
    this.watch = new Watch({
      now: () => {
        this.fresh = false;
        this.dropStale();
      },
      settled: () => {
        if (this.found === null) return;
        this.readAgain();
        moved();
      },
    });
  }

  /** Whether the page is another one than was asked about, as far as the reader should know. */
  get changed(): boolean {
    return this.lost || Math.abs(this.now.text.length - this.asked.text.length) > SLIGHT;
  }

  /** The text to ask about. @throws Error for the reader when the element is not there. */
  read(): string {
    const element = this.target();
    if (!this.fresh || element !== this.source) this.take(element);
    this.asked = this.now;
    this.carry = (start, end) => [start, end];
    this.lost = false;
    return this.asked.text;
  }

  /** What was read before may be out of date. */
  forget(): void {
    this.fresh = false;
  }

  /** Marks what was found; returns how many places the page still has. */
  mark(found: Found | null, at: number): number {
    this.found = found;
    this.at = at;
    const marks = (found?.places ?? []).flatMap((_, i): Mark[] => {
      const ranges = this.rangesOf(i);
      if (ranges.length === 0) return [];
      if (found!.kind === "near") return [{ kind: "near", ranges }];
      return [{ kind: i === at ? "current" : "answer", ranges }];
    });
    this.lost ||= marks.length < (found?.places.length ?? 0);
    this.marks.draw(marks);
    return marks.length;
  }

  reveal(index: number): void {
    const [range] = this.rangesOf(index);
    if (range !== undefined) reveal(range);
  }

  /** Selects a place, for reading on there and for copying; nothing at -1. */
  select(index: number): void {
    const ranges = this.rangesOf(index);
    const [first, last] = [ranges[0], ranges.at(-1)];
    if (first === undefined || last === undefined) return;
    const { startContainer, startOffset } = first;
    const { endContainer, endOffset } = last;
    const selection = startContainer.ownerDocument!.getSelection();
    selection?.setBaseAndExtent(startContainer, startOffset, endContainer, endOffset);
  }

  clear(): void {
    this.found = null;
    this.marks.clear();
  }

  stop(): void {
    this.watch.stop();
    this.fresh = false;
  }

  private take(element: Element): void {
    const { text, roots } = readPage(element, this.bar);
    this.source = element;
    this.now = text;
    this.watch.follow(roots);
    this.fresh = true;
  }

  private readAgain(): void {
    try {
      this.take(this.target());
    } catch {
      this.now = new PageText("", []); // the element is gone, and with it all places
    }
    this.carry = carryOver(this.asked.text, this.now.text);
    this.lost = false;
  }

  private spot(index: number): Spot | null {
    const place = this.found?.places[index];
    return place === undefined ? null : this.carry(place.start, place.end);
  }

  private rangesOf(index: number): Range[] {
    const spot = this.spot(index);
    return spot === null || !this.now.stands(...spot) ? [] : this.now.ranges(...spot);
  }

  /** A mark may not stay on other words, not even for a moment. */
  private dropStale(): void {
    if (this.found !== null) this.mark(this.found, this.at);
  }
}

// Canonical ordering of combining marks, with the ranges that Rust's `tokenizers` gives them.

/** One character of a decomposition with a combining class other than 0. */
export interface Mark {
  readonly char: number;
  /** Its canonical combining class. */
  readonly order: number;
  /** False for Mn, which is dropped after ordering. */
  readonly kept: boolean;
  /** Whether it is the first character of what its original decomposes to. */
  readonly first: boolean;
  /** Range of the original character. */
  readonly start: number;
  readonly end: number;
}

type Emit = (char: number, start: number, end: number) => void;

/**
 * Collects a run of marks and emits those that are kept, in canonical order.
 *
 * Rust aligns by position: after ordering, the k-th `first` of the run takes the range of the k-th
 * original character of the run, and any other the range of the `first` before it.
 */
export class Marks {
  #run: Mark[] = [];
  #kept = false;
  // The original character before the run.
  #start = 0;
  #end = 0;

  constructor(private readonly emit: Emit) {}

  push(mark: Mark): void {
    this.#run.push(mark);
    this.#kept ||= mark.kept;
  }

  /** Ends the run before a character of class 0 whose original is start..end. */
  flush(start: number, end: number): void {
    if (this.#run.length > 0) {
      // Nearly always all of the run is dropped, and its order does not matter.
      if (this.#kept) this.#emitRun();
      this.#run = [];
      this.#kept = false;
    }
    this.#start = start;
    this.#end = end;
  }

  #emitRun(): void {
    const places = this.#run.filter((mark) => mark.first);
    const ordered = this.#run.sort((a, b) => a.order - b.order);
    let next = 0;
    let place: { readonly start: number; readonly end: number } = {
      start: this.#start,
      end: this.#end,
    };
    for (const mark of ordered) {
      if (mark.first) place = places[next++]!;
      if (mark.kept) this.emit(mark.char, place.start, place.end);
    }
  }
}

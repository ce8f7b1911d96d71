// A textarea turns "\r\n" and "\r" into "\n". The passage must stay as it was given, so the view
// keeps both forms and translates. Offsets are UTF-16 units.

/** The text as a textarea shows it. */
export function shownText(given: string): string {
  return given.includes("\r") ? given.replace(/\r\n?/g, "\n") : given;
}

/** Translates offsets between a text as given and the same text as shown. */
export class Newlines {
  /** Where each "\r\n" begins in the given text, ascending. */
  readonly #pairs: number[] = [];

  constructor(given: string) {
    for (let at = given.indexOf("\r\n"); at >= 0; at = given.indexOf("\r\n", at + 2)) {
      this.#pairs.push(at);
    }
  }

  toShown(offset: number): number {
    return offset - this.#count((pair) => pair < offset);
  }

  toGiven(offset: number): number {
    return offset + this.#count((pair, before) => pair - before < offset);
  }

  /** How many pairs come first that satisfy `isBefore`; pairs are sorted, so by bisection. */
  #count(isBefore: (pair: number, before: number) => boolean): number {
    let low = 0;
    let high = this.#pairs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(this.#pairs[middle]!, middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * What the given text becomes when the reader edits `before` (its shown form) into `after`:
 * line ends outside the edited part stay as they were, except a "\r" that a "\n" would now follow:
 * together they would be one line end, not two.
 */
export function spliceEdit(given: string, before: string, after: string): string {
  if (given === before) return after;
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before.charCodeAt(head) === after.charCodeAt(head)) head += 1;
  let tail = 0;
  while (
    tail < shorter - head &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  ) {
    tail += 1;
  }
  const newlines = new Newlines(given);
  const kept = given.slice(0, newlines.toGiven(head));
  const rest =
    after.slice(head, after.length - tail) + given.slice(newlines.toGiven(before.length - tail));
  return (rest[0] === "\n" ? kept.replace(/\r$/, "\n") : kept) + rest;
}

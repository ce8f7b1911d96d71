// Cuts a text into what the highlight layer draws. Offsets are UTF-16 units of the shown text.

/** A ranked answer's place. Ranks begin at 1. */
export interface Mark {
  readonly rank: number;
  readonly start: number;
  readonly end: number;
}

/** A stretch that the same answers cover; none for plain text. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  /** Ascending: the best answer first. */
  readonly ranks: readonly number[];
  /** The answers that begin here: their numbers are drawn. */
  readonly begins: readonly number[];
}

/** Cuts start..end at the borders of overlapping marks; the segments cover it without gaps. */
export function segments(start: number, end: number, marks: readonly Mark[]): Segment[] {
  const inside = marks.filter((mark) => mark.start < end && mark.end > start);
  const borders = new Set([start, end]);
  for (const mark of inside) {
    if (mark.start > start) borders.add(mark.start);
    if (mark.end < end) borders.add(mark.end);
  }
  const sorted = [...borders].sort((a, b) => a - b);
  const ranksOf = (list: readonly Mark[]) => list.map((mark) => mark.rank).sort((a, b) => a - b);
  return sorted.slice(0, -1).map((from, i) => {
    const to = sorted[i + 1]!;
    const covering = inside.filter((mark) => mark.start <= from && mark.end >= to);
    return {
      start: from,
      end: to,
      ranks: ranksOf(covering),
      begins: ranksOf(covering.filter((mark) => mark.start === from)),
    };
  });
}

/** Lines are kept together until a chunk has this many UTF-16 units. */
const CHUNK_UNITS = 4096;

/**
 * Cuts a text after line ends, so that each piece can be laid out alone. The last piece is empty
 * when the text ends with a line end, as the caret's own line is.
 */
export function chunks(text: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  for (;;) {
    const newline = text.indexOf("\n", start + CHUNK_UNITS);
    if (newline < 0) break;
    pieces.push(text.slice(start, newline + 1));
    start = newline + 1;
  }
  const rest = text.slice(start);
  pieces.push(rest);
  if (rest.endsWith("\n")) pieces.push("");
  return pieces;
}

/** Replaces `removed` pieces from index `at` by `inserted`. */
export interface ChunkEdit {
  readonly at: number;
  readonly removed: number;
  readonly inserted: readonly string[];
}

/** The smallest change that turns the pieces of an old text into those of a new one. */
export function editChunks(before: readonly string[], text: string): ChunkEdit {
  let head = 0;
  let from = 0;
  // The last piece is left out: only pieces that end a line can stand before others.
  while (head < before.length - 1 && text.startsWith(before[head]!, from)) {
    from += before[head]!.length;
    head += 1;
  }
  let tail = before.length;
  let to = text.length;
  while (tail > head && to - before[tail - 1]!.length >= from) {
    const piece = before[tail - 1]!;
    if (!text.startsWith(piece, to - piece.length)) break;
    tail -= 1;
    to -= piece.length;
  }
  // What stands before a kept piece must end its line.
  while (tail < before.length && to > from && text[to - 1] !== "\n") {
    to += before[tail]!.length;
    tail += 1;
  }
  const inserted = from === to && tail < before.length ? [] : chunks(text.slice(from, to));
  if (tail < before.length && inserted.at(-1) === "") inserted.pop();
  return { at: head, removed: tail - head, inserted };
}

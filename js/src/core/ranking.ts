// The best spans in order, without sorting all candidates: best-first search over the rows.
import { Heap } from "./heap";
import type { Overlap, Span } from "./types";

/**
 * The candidates of all windows for one max_answer_len, one row per start token: its best end.
 * A start counts only in the window of maximal context, so each (start, end) pair belongs to one
 * window and merging windows by pair needs no further step.
 */
export interface Rows {
  /** Best score of each row; -Infinity where it has none, or its window is still to come. */
  readonly best_score: Float64Array;
  /** The end token of that score, the earliest on a tie. */
  readonly best_end: Int32Array;
  /** score(start, end) of any candidate of the row; -Infinity for what is no answer. */
  score(start_token: number, end_token: number): number;
  /** One past the last end token of the row. */
  rowEnd(start_token: number): number;
}

export type Kept = Omit<Span, "window">;
/** What a span of tokens takes: first and last, both included; null for what is no answer. */
export type Place = (start_token: number, end_token: number) => readonly [number, number] | null;

const themselves: Place = (start_token, end_token) => [start_token, end_token];

/**
 * The best `count` spans: higher score first, then shorter (tokens), then earlier. They are compared
 * by their places: of those that take the same one only the best is kept, and what takes none is
 * left out. `meetIn` says whether spans that share the tokens first..last overlap for certain: most
 * overlap a better one, and finding out their places would cost more than all the rest.
 *
 * A heap holds each start token with its best remaining end. What is popped is the best of all
 * remaining candidates; its row then goes back with the next best end that `overlap` admits. Rows
 * only shrink as spans are kept, so this equals filtering the full sorted list. O(n + count
 * terms), n start tokens.
 */
export function rankSpans(
  rows: Rows,
  count: number,
  overlap: Overlap,
  place: Place = themselves,
  meetIn: (first: number, last: number) => boolean = () => true,
): Kept[] {
  const score = rows.best_score.slice();
  const end = rows.best_end.slice();
  const kept: Kept[] = [];
  const places: (readonly [number, number])[] = [];
  const before = (a: number, b: number): boolean => {
    if (score[a] !== score[b]) return score[a]! > score[b]!;
    const difference = end[a]! - a - (end[b]! - b);
    return difference === 0 ? a < b : difference < 0;
  };
  const given = Int32Array.from(score.keys()).filter((i) => score[i]! > Number.NEGATIVE_INFINITY);
  const heap = new Heap(given, before);
  const overlaps = (i: number, j: number): boolean =>
    kept.some(({ start_token, end_token }) => {
      const [first, last] = [Math.max(i, start_token), Math.min(j, end_token)];
      return first <= last && meetIn(first, last);
    });
  const admitted = (i: number, j: number): readonly [number, number] | null => {
    if (overlap === "none" && overlaps(i, j)) return null;
    const taken = place(i, j);
    return taken !== null && places.every((other) => compatible(overlap, other, taken))
      ? taken
      : null;
  };

  while (kept.length < count && heap.size > 0) {
    const i = heap.top;
    const j = end[i]!;
    const s = score[i]!;
    const taken = admitted(i, j);
    if (taken !== null) {
      kept.push({ start_token: i, end_token: j, score: s });
      places.push(taken);
    }
    // The best admissible end after (s, j) in the row's own order: score, then shorter.
    let next = -1;
    let next_score = Number.NEGATIVE_INFINITY;
    const stop = rows.rowEnd(i);
    for (let e = i; e < stop; e++) {
      const value = rows.score(i, e);
      if ((value < s || (value === s && e > j)) && value > next_score && admitted(i, e) !== null) {
        next = e;
        next_score = value;
      }
    }
    if (next < 0) {
      heap.pop();
    } else {
      score[i] = next_score;
      end[i] = next;
      heap.settle();
    }
  }
  return kept;
}

/** Whether a span that takes first..last may stand beside a better one. */
function compatible(
  overlap: Overlap,
  kept: readonly [number, number],
  [first, last]: readonly [number, number],
): boolean {
  if (first === kept[0] && last === kept[1]) return false;
  if (overlap === "allow" || last < kept[0] || first > kept[1]) return true;
  if (overlap === "none") return false;
  return (first <= kept[0] && last >= kept[1]) || (first >= kept[0] && last <= kept[1]);
}

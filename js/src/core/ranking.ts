// The best spans in order, without sorting all candidates: best-first search over the rows.
import type { Overlap, Span } from "./types";

/**
 * The candidates of all windows for one max_answer_len, one row per start token: its best end.
 * A start counts only in the window of maximal context, so each (start, end) pair belongs to one
 * window and merging windows by pair needs no further step.
 */
export interface Rows {
  /** Best score of each row; -Infinity where the row's window is still to come. */
  readonly best_score: Float64Array;
  /** The end token of that score, the earliest on a tie. */
  readonly best_end: Int32Array;
  /** score(start, end) of any candidate of the row. */
  score(start_token: number, end_token: number): number;
  /** One past the last end token of the row. */
  rowEnd(start_token: number): number;
}

type Kept = Omit<Span, "window">;

/**
 * The best `count` spans: higher score first, then shorter (tokens), then earlier.
 *
 * A heap holds each start token with its best remaining end. What is popped is the best of all
 * remaining candidates; its row then goes back with the next best end that `overlap` admits. Rows
 * only shrink as spans are kept, so this equals filtering the full sorted list. O(n + count
 * terms), n start tokens.
 */
export function rankSpans(rows: Rows, count: number, overlap: Overlap): Kept[] {
  const score = rows.best_score.slice();
  const end = rows.best_end.slice();
  const kept: Kept[] = [];
  const heap = new Int32Array(score.length);
  let size = 0;
  for (let i = 0; i < score.length; i++) if (score[i]! > Number.NEGATIVE_INFINITY) heap[size++] = i;

  const before = (a: number, b: number): boolean => {
    if (score[a] !== score[b]) return score[a]! > score[b]!;
    const difference = end[a]! - a - (end[b]! - b);
    return difference === 0 ? a < b : difference < 0;
  };
  const sink = (from: number): void => {
    const item = heap[from]!;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, item)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = item;
  };
  const admits = (i: number, j: number): boolean => kept.every((k) => compatible(overlap, k, i, j));

  for (let at = (size >> 1) - 1; at >= 0; at--) sink(at);
  while (kept.length < count && size > 0) {
    const i = heap[0]!;
    const j = end[i]!;
    const s = score[i]!;
    if (admits(i, j)) kept.push({ start_token: i, end_token: j, score: s });
    // The best admissible end after (s, j) in the row's own order: score, then shorter.
    let next = -1;
    let next_score = Number.NEGATIVE_INFINITY;
    const stop = rows.rowEnd(i);
    for (let e = i; e < stop; e++) {
      const value = rows.score(i, e);
      if ((value < s || (value === s && e > j)) && value > next_score && admits(i, e)) {
        next = e;
        next_score = value;
      }
    }
    if (next < 0) {
      heap[0] = heap[--size]!;
    } else {
      score[i] = next_score;
      end[i] = next;
    }
    sink(0);
  }
  return kept;
}

/** Whether the span i..j may stand beside a better one. */
function compatible(overlap: Overlap, kept: Kept, i: number, j: number): boolean {
  const { start_token, end_token } = kept;
  if (overlap === "allow" || j < start_token || i > end_token) return true;
  if (overlap === "none") return false;
  return (i <= start_token && j >= end_token) || (i >= start_token && j <= end_token);
}

// Where a stretch of a text stands after the text was changed. Pure; UTF-16 units.

/** Units of text on both sides that tell a place from another with the same words; most first. */
const AROUND = [40, 16, 6];

export type Carry = (start: number, end: number) => readonly [number, number] | null;

/**
 * Finds stretches of `before` again in `after`. What stands outside of the changed middle has moved
 * with it; within, a stretch is known by itself and what stands around it, if that is there once.
 */
export function carryOver(before: string, after: string): Carry {
  if (before === after) return (start, end) => [start, end];
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const moved = after.length - before.length;
  return (start, end) => {
    if (end <= head) return [start, end];
    if (start >= before.length - tail) return [start + moved, end + moved];
    for (const around of AROUND) {
      const from = Math.max(0, start - around);
      const known = before.slice(from, end + around);
      const at = after.indexOf(known);
      if (at === -1) continue;
      if (after.indexOf(known, at + 1) !== -1) return null;
      return [at + start - from, at + end - from];
    }
    return null;
  };
}

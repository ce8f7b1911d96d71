import { expect, test } from "vitest";
import { Heap } from "../../src/core/heap";

test("numbers come out in order, those that fell back at their new place", () => {
  const keys = Float64Array.from({ length: 200 }, (_, at) => (at * 7919) % 101);
  const before = (a: number, b: number) => keys[a]! > keys[b]! || (keys[a] === keys[b] && a < b);
  const heap = new Heap(Int32Array.from(keys.keys()), before);
  const out: number[] = [];
  while (heap.size > 0) {
    const top = heap.top;
    if (keys[top]! % 2 === 1) {
      keys[top] = Math.floor(keys[top]! / 2) * 2 - 10;
      heap.settle();
    } else {
      out.push(top);
      heap.pop();
    }
  }
  const expected = Array.from(keys.keys()).sort((a, b) => keys[b]! - keys[a]! || a - b);
  expect(out).toEqual(expected);
});

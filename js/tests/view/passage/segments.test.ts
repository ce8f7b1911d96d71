import { describe, expect, it } from "vitest";
import { chunks, editChunks, type Mark, segments } from "../../../src/view/passage/segments";

/** Deterministic numbers below n. */
function generator(seed: number): (n: number) => number {
  let value = seed;
  return (n) => {
    value = (value * 48271) % 2147483647;
    return value % n;
  };
}

describe("segments", () => {
  it("cuts nested and crossing answers at their borders", () => {
    const marks: Mark[] = [
      { rank: 1, start: 3, end: 9 },
      { rank: 2, start: 3, end: 10 },
      { rank: 3, start: 6, end: 12 },
    ];
    expect(segments(0, 14, marks)).toEqual([
      { start: 0, end: 3, ranks: [], begins: [] },
      { start: 3, end: 6, ranks: [1, 2], begins: [1, 2] },
      { start: 6, end: 9, ranks: [1, 2, 3], begins: [3] },
      { start: 9, end: 10, ranks: [2, 3], begins: [] },
      { start: 10, end: 12, ranks: [3], begins: [] },
      { start: 12, end: 14, ranks: [], begins: [] },
    ]);
  });

  it("covers each unit with exactly the answers that hold it", () => {
    const random = generator(7);
    for (let round = 0; round < 200; round++) {
      const marks = Array.from({ length: random(6) }, (_, i) => {
        const start = random(40);
        return { rank: i + 1, start, end: start + 1 + random(12) };
      });
      const [from, to] = [5, 30];
      const parts = segments(from, to, marks);
      for (let at = from; at < to; at++) {
        const holding = parts.filter((part) => part.start <= at && at < part.end);
        expect(holding).toHaveLength(1);
        const expected = marks.filter((m) => m.start <= at && at < m.end).map((m) => m.rank);
        expect(holding[0]!.ranks).toEqual(expected);
      }
    }
  });
});

describe("chunks", () => {
  const line = (n: number) => `${"x".repeat(n)}\n`;

  it("cuts after line ends only, and keeps every unit", () => {
    const text = `${line(3000).repeat(5)}tail`;
    const pieces = chunks(text);
    expect(pieces.join("")).toBe(text);
    expect(pieces.length).toBe(3);
    for (const piece of pieces.slice(0, -1)) expect(piece.endsWith("\n")).toBe(true);
  });

  it("ends with an empty piece after a last line end, as the caret's line", () => {
    expect(chunks("a\n")).toEqual(["a\n", ""]);
    expect(chunks("")).toEqual([""]);
    expect(chunks(line(5000))).toEqual([line(5000), ""]);
  });

  it("edits pieces into those of the new text, touching few", () => {
    const random = generator(11);
    let text = Array.from({ length: 60 }, () => line(random(1500))).join("");
    const pieces = chunks(text);
    for (let round = 0; round < 300; round++) {
      const at = random(text.length + 1);
      const removed = random(4) === 0 ? random(6000) : random(3);
      const inserted = ["", "a", "\n", "one\ntwo", line(9000), "\n\n"][random(6)]!;
      text = text.slice(0, at) + inserted + text.slice(at + removed);
      const edit = editChunks(pieces, text);
      pieces.splice(edit.at, edit.removed, ...edit.inserted);
      expect(pieces.join("")).toBe(text);
      for (const piece of pieces.slice(0, -1)) expect(piece.endsWith("\n")).toBe(true);
      expect(pieces.at(-1)!.endsWith("\n")).toBe(false);
      if (removed < 4) expect(edit.removed).toBeLessThanOrEqual(3);
    }
  });
});

import { describe, expect, it } from "vitest";
import { createOffsetMap, toCodePoints } from "../../src/core/offsets";

const TEXTS = [
  "",
  "plain",
  "😀",
  "a😀b👩‍👩‍👧c",
  "𠀀𠀁𠀂",
  "\ud83d",
  "x\ude00\ud83dy",
  "\ud83d\ud83d\ude00\ude00",
];

describe.each(TEXTS)("%j", (text) => {
  // String iteration, which we did not write, tells where each code point begins.
  const begins: number[] = [];
  let unit = 0;
  for (const char of text) {
    begins.push(unit);
    unit += char.length;
  }
  begins.push(text.length);

  it("converts every code point both ways", () => {
    const map = createOffsetMap(text);
    expect(map.code_points).toBe(begins.length - 1);
    begins.forEach((begin, code_point) => {
      expect(map.toCodePoint(begin)).toBe(code_point);
      expect(map.toUnit(code_point)).toBe(begin);
    });
  });

  it("converts many offsets in any order", () => {
    const reversed = begins.toReversed();
    expect(toCodePoints(text, reversed)).toEqual(reversed.map((b) => begins.indexOf(b)));
  });
});

describe("edges", () => {
  it("takes an offset between the halves of a pair as the pair's start", () => {
    expect(toCodePoints("a😀b", [0, 1, 2, 3, 4])).toEqual([0, 1, 1, 2, 3]);
  });

  it("refuses offsets outside the text", () => {
    const map = createOffsetMap("a😀");
    for (const offset of [-1, 4, 0.5, Number.NaN]) {
      expect(() => map.toCodePoint(offset)).toThrow("not within the text's 0 to 3 UTF-16 units");
    }
    expect(() => map.toUnit(3)).toThrow("not within the text's 0 to 2 code points");
  });
});

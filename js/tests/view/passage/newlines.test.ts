import { describe, expect, it } from "vitest";
import { Newlines, shownText, spliceEdit } from "../../../src/view/passage/newlines";

const TEXTS = [
  "",
  "a",
  "\r\n",
  "a\r\nb",
  "\r\n\r\na\rb\n\r\n",
  "😀\r\n😀\r\n",
  "no line ends",
  "\r\r\n\n",
];

describe("Newlines", () => {
  it("translates every offset that does not split a line end, both ways", () => {
    for (const given of TEXTS) {
      const newlines = new Newlines(given);
      for (let offset = 0; offset <= given.length; offset++) {
        if (given.slice(offset - 1, offset + 1) === "\r\n") continue;
        // The textarea's own rule, applied to what stands before the offset.
        const shown = given.slice(0, offset).replace(/\r\n?/g, "\n").length;
        expect(newlines.toShown(offset)).toBe(shown);
        expect(newlines.toGiven(shown)).toBe(offset);
      }
    }
  });
});

describe("spliceEdit", () => {
  it("changes only what was edited, whatever the line ends", () => {
    let seed = 1;
    const random = (n: number) => {
      seed = (seed * 48271) % 2147483647;
      return seed % n;
    };
    const pieces = ["\r\n", "\n", "\r", "a", "bc", "😀", " "];
    for (let round = 0; round < 500; round++) {
      const draw = (n: number) => Array.from({ length: n }, () => pieces[random(pieces.length)]!);
      const [head, old, tail] = [draw(5), draw(2), draw(5)].map((list) => list.join(""));
      // A line end must not fuse across a border, or the parts are not what they were.
      if (/\r$/.test(head!) || /\r$/.test(old!)) continue;
      const given = head! + old! + tail!;
      const inserted = "X\nY";
      const after = shownText(head!) + inserted + shownText(tail!);
      const edited = spliceEdit(given, shownText(given), after);
      expect(shownText(edited)).toBe(after);
      expect(edited.startsWith(head!)).toBe(true);
      expect(edited.endsWith(tail!)).toBe(true);
    }
  });

  it("joins no two line ends into one, wherever the edit is", () => {
    for (const given of [...TEXTS, "Title\rBody"]) {
      const before = shownText(given);
      for (let start = 0; start <= before.length; start++) {
        for (let end = start; end <= before.length; end++) {
          for (const inserted of ["", "\n", "X", "\nX"]) {
            const after = before.slice(0, start) + inserted + before.slice(end);
            expect(shownText(spliceEdit(given, before, after))).toBe(after);
          }
        }
      }
    }
    expect(spliceEdit("Title\rBody\r", "Title\nBody\n", "Title\n\nBody\n")).toBe("Title\n\nBody\r");
  });

  it("gives the textarea's text where there was nothing to keep", () => {
    expect(spliceEdit("abc", "abc", "xyz")).toBe("xyz");
    expect(spliceEdit("a\r\nb", "a\nb", "")).toBe("");
  });
});

import { describe, expect, it } from "vitest";
import { brief, context, opening } from "../../src/view/excerpts";

describe("context", () => {
  const passage = "one two three four five six seven";

  it("cuts between words and marks what is left out", () => {
    expect(context(passage, 14, 18, 8)).toEqual({ before: "…three ", after: " five…" });
  });

  it("marks nothing at the borders of the passage", () => {
    expect(context(passage, 4, 7)).toEqual({ before: "one ", after: " three four five six seven" });
  });

  it("folds line ends", () => {
    expect(context("a\r\n\r\nb c", 5, 6).before).toBe("a ");
  });
});

describe("brief and opening", () => {
  it("leave a short text as it is, on one line", () => {
    expect(brief("two\r\n lines")).toBe("two lines");
    expect(opening("  two\r\n lines")).toBe("two lines");
  });

  it("show both ends, or the beginning", () => {
    expect(brief("the first words and the last words", 23)).toBe("the first … last words");
    expect(opening("the first words and the last words", 16)).toBe("the first words…");
  });

  it("begin with words, however much white space stands before and among them", () => {
    const far = `${"\n ".repeat(500)}Contract of lease`;
    expect(opening(far)).toBe("Contract of lease");
    expect(opening(`a${" ".repeat(500)}b`)).toBe("a…");
    expect(opening("a b  ")).toBe("a b");
  });

  it("never cut a character in half", () => {
    const faces = "😀".repeat(40);
    for (let most = 9; most < 40; most++) {
      for (const text of [brief(faces, most), opening(faces, most)]) {
        expect(() => encodeURIComponent(text)).not.toThrow();
        expect(text.length).toBeLessThanOrEqual(most + 1);
      }
    }
    const { before, after } = context(`${faces}answer${faces}`, 80, 86, 7);
    expect([before, after]).toEqual(["…😀😀😀", "😀😀😀…"]);
  });
});

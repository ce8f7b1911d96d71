import { expect, test } from "vitest";
import { inWords, wellFormed } from "../../src/core/text";

test("an error is its message, or its name where it has none", () => {
  expect(inWords(new Error("it broke"))).toBe("it broke");
  expect(inWords(new TypeError(""))).toBe("TypeError");
  expect(inWords("said plainly")).toBe("said plainly");
  expect(inWords(undefined)).toBe("undefined");
});

test("half an emoji is replaced, everything else stays", () => {
  expect(wellFormed("a\ud83d")).toBe("a\ufffd");
  expect(wellFormed("\ude00b")).toBe("\ufffdb");
  expect(wellFormed("a 😀 ä")).toBe("a 😀 ä");
  expect(wellFormed("\ufeffbegins with a mark")).toBe("\ufeffbegins with a mark");
});

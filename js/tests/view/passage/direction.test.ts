import { expect, test } from "vitest";
import { directionOf } from "../../../src/view/passage/direction";

test.each([
  ["Bert שלום", "ltr"],
  ["1. “שלום” Bert", "rtl"],
  ["سلام", "rtl"],
  ["😀 日本", "ltr"],
  ["", null],
  ["12:30 – !", null],
])("%j runs %s", (text, direction) => {
  expect(directionOf(text)).toBe(direction);
});

import { expect, test } from "vitest";
import { carryOver } from "../../../src/hosts/page/carry";

const BEFORE = "12:00 Bert lives in Oslo. Ernie lives in Rome. 3 comments";
const at = (text: string, words: string) => {
  const start = text.indexOf(words);
  return [start, start + words.length] as const;
};

test.each([
  ["nothing", BEFORE],
  ["what stands before it", BEFORE.replace("12:00", "It is 12:01.")],
  ["what stands behind it", `${BEFORE} and more`],
  ["both", `x${BEFORE.replace("12:00", "12:01").padStart(200)} 4 comments`],
])("a place is found again when %s changed", (_, after) => {
  expect(carryOver(BEFORE, after)(...at(BEFORE, "Oslo"))).toEqual(at(after, "Oslo"));
});

test("a place that changed itself, is gone, or is there twice, is no place", () => {
  const gone = (after: string) => carryOver(BEFORE, after)(...at(BEFORE, "Oslo"));
  expect(gone(BEFORE.replace("Oslo", "Bergen"))).toBeNull();
  expect(gone("")).toBeNull();
  expect(gone(`x ${BEFORE} ${BEFORE} y`)).toBeNull();
});

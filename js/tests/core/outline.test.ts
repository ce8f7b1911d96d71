import { expect, test } from "vitest";
import { createOutline } from "../../src/core/outline";

const at = (text: string, words: string) => createOutline(text).placeAt(text.indexOf(words));
const LONG = "This is a paragraph of some length, which stands below a heading and explains it.";

test("a text without pages and headings has neither", () => {
  expect(at("Bert lives here.\nErnie too.", "Ernie")).toEqual({ page: null, heading: "" });
});

test("form feeds end pages, empty ones too", () => {
  const text = "one\n\f\f\nthree, the third";
  expect(at(text, "one").page).toBe(1);
  expect(at(text, "third").page).toBe(3);
});

test.each([
  ["Markdown", "# Lease\n\n## The **rent** `x`\n\nIt is 900."],
  ["closed Markdown", "## The rent x ##\nIt is 900."],
  ["Markdown of Windows", "# Lease\r\n\r\n## The rent x ##  \r\n\r\nIt is 900."],
  ["Markdown of an old Mac", "# Lease\r\r## The rent x\r\rIt is 900."],
  ["underlined", `Lease\n=====\n\n${LONG}\n\nThe rent x\n----\nIt is 900.`],
  ["HTML", "<h1>Lease</h1>\n<h2 class='a'>The <i>rent</i> x</h2>\n<p>It is 900.</p>"],
  ["a link", "# [The rent x](https://example.org)\nIt is 900."],
  ["a line by itself", `Lease\n\n${LONG}\n\nThe rent x\n\n${LONG} It is 900.`],
])("headings: %s", (_, text) => {
  expect(at(text, "It is 900").heading).toBe("The rent x");
});

test.each([
  ["comments in code", "# Setup\n\n```\n# not this\nrun\n```\n\nIt is 900.", "Setup"],
  ["a sentence by itself", `Setup\n\n${LONG}\n\nIt was so.\n\n${LONG} It is 900.`, "Setup"],
  ["short lines", "Owner\n\nPriya\n\nIt is 900.", ""],
  ["a rule", "Some words in a paragraph\nof two lines\n---\nIt is 900.", ""],
])("no headings: %s", (_, text, heading) => {
  expect(at(text, "It is 900").heading).toBe(heading);
});

test("a sign of a name closes no heading", () => {
  expect(at("## Parsers in C#\nIt is 900.", "900").heading).toBe("Parsers in C#");
});

test("lines of spaces take no time", () => {
  const lines = `#${" ".repeat(340)}\u2028x\n# a${" ".repeat(340)}b\n`;
  const begun = process.cpuUsage();
  createOutline(lines.repeat(20));
  expect(process.cpuUsage(begun).user).toBeLessThan(2_000_000);
});

test("a heading is not above itself", () => {
  expect(at("# Rent\n\n## Deposit of 900\n", "900").heading).toBe("Rent");
});

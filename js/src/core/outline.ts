// Where a place in a text stands: its page and the heading above it. Pure; UTF-16 units.
import { withNewlines } from "./text";

export interface Place {
  /** Counted from 1; null in a text without pages. */
  readonly page: number | null;
  /** The nearest heading above, as a reader would read it; "" for none. */
  readonly heading: string;
}

export interface Outline {
  placeAt(offset: number): Place;
}

/** Ends a page; documents that have pages are read with it (qna_widget/documents). */
const PAGE_END = "\f";
/** Units; a longer line is no heading. */
const LONGEST_HEADING = 90;
/** Units of the line below, from which it is a text that a heading without marks stands over. */
const SHORTEST_TEXT = 60;

/** One pass over the text. */
export function createOutline(given: string): Outline {
  const text = withNewlines(given);
  const pages: number[] = [];
  for (let at = text.indexOf(PAGE_END); at >= 0; at = text.indexOf(PAGE_END, at + 1)) {
    pages.push(at);
  }
  const headings = headingsOf(text);
  return {
    placeAt(offset) {
      const page = pages.length === 0 ? null : 1 + countUpTo(pages, offset);
      // The heading of its own line says nothing new.
      const line = text.lastIndexOf("\n", offset - 1) + 1;
      const above = countUpTo(
        headings.map(({ at }) => at),
        line,
      );
      return { page, heading: headings[above - 1]?.heading ?? "" };
    },
  };
}

interface Heading {
  /** Where its line begins. */
  readonly at: number;
  readonly heading: string;
}

function headingsOf(text: string): Heading[] {
  const lines = text.split("\n");
  const found: Heading[] = [];
  let at = 0;
  let code = false;
  lines.forEach((line, i) => {
    if (/^ {0,3}(?:```|~~~)/u.test(line)) code = !code;
    if (!code && line.length < 4 * LONGEST_HEADING) {
      const heading = plain(marked(line) ?? underlined(lines, i) ?? alone(lines, i) ?? "");
      if (heading !== "" && heading.length <= LONGEST_HEADING) found.push({ at, heading });
    }
    at += line.length + 1;
  });
  return found;
}

/** "## Title" of Markdown, "<h2>Title</h2>" of HTML. */
function marked(line: string): string | null {
  const hash = /^ {0,3}#{1,6}(?=[ \t])/u.exec(line);
  // In steps: one expression for all of it would try a line of spaces in a million ways.
  if (hash !== null) return line.slice(hash[0].length).trimEnd().replace(/\s#+$/u, "");
  const tag = /^\s*<h([1-6])\b[^>]*>(.*?)<\/h\1>/iu.exec(line);
  return tag === null ? null : tag[2]!.replace(/<[^>]*>/gu, "");
}

/** A line with "====" or "----" below it, and nothing above. */
function underlined(lines: readonly string[], i: number): string | null {
  const below = lines[i + 1] ?? "";
  if (!/^ {0,3}(?:=+|-{3,})[ \t\r]*$/u.test(below) || isBlank(lines[i])) return null;
  return isBlank(lines[i - 1]) ? lines[i]! : null;
}

/** A short line by itself above a text, as headings are once their marks are gone. */
function alone(lines: readonly string[], i: number): string | null {
  const line = lines[i]!.replace(PAGE_END, "").trim();
  if (line === "" || !isBlank(lines[i - 1]) || !isBlank(lines[i + 1])) return null;
  if (line.length > 70 || !/^[\p{Lu}\p{Lo}\p{N}]/u.test(line)) return null;
  if (!/\p{L}/u.test(line) || /[\p{Po}\p{Pe}\p{Pf}|]$/u.test(line)) return null;
  const text = lines.slice(i + 1, i + 6).find((other) => !isBlank(other)) ?? "";
  return text.trim().length >= SHORTEST_TEXT ? line : null;
}

function isBlank(line: string | undefined): boolean {
  return line === undefined || line.trim() === "";
}

/** Without what Markdown marks emphasis, code and links with. */
function plain(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/gu, "$1")
    .replace(/[*`]+|(?<!\p{L})_+|_+(?!\p{L})/gu, "")
    .replace(/\s+/gu, " ")
    .trim();
}

/** How many of the ascending numbers are smaller than `limit`. */
function countUpTo(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

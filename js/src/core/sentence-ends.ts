// Behind which tokens a sentence ends. Python's twin: qna_widget/core/sentence_ends.py.
import { CAPITAL, EXTENDS, has, LETTER_OR_DIGIT, SMALL, SPACE } from "./characters";
import { SHORT } from "./sentence";
import { characterBefore, withNewlines } from "./text";
import type { Encoding } from "./types";

const ENDS = new Set(".!?…‽؟۔।。！？｡");
/** No space follows. */
const UNSPACED = new Set("。！？｡");
const CLOSES = new Set("\"'”’»)]」』）");
/** Code points of a short word, and more than that of a number. */
const LONGEST = 12;
/**
 * How a line begins that does not go on with the one before: a table's row; what goes no further than
 * its line (headings, fences of code); a list's line.
 */
const LINE =
  /(?<row>\|)|(?<whole>#|```|~~~)|[-*+•‣◦·–][ \t\xa0]|\(?(?:[0-9]{1,3}[.)]|[a-z]\))[ \t\xa0]/y;

/**
 * For each token of a text 1 when its sentence ends with it, else 0.
 *
 * It does with a mark that ends one and is followed by white space (or is one of a script without
 * spaces), and with what closes behind it: unless a small letter follows, or the mark is the full
 * stop of a short word, an initial, or a number that begins a line. And it does before an empty
 * line, a form feed or a list's line, and at the end of a heading, a fence, and a table's cell.
 */
export function endsSentence(
  given: string,
  { starts, ends }: Pick<Encoding, "starts" | "ends">,
): Uint8Array {
  const text = withNewlines(given);
  const found = new Uint8Array(starts.length);
  const isOne = (token: number): boolean => ends[token]! - starts[token]! === 1;
  let line = lineAt(text, starts[0] ?? 0);
  for (let token = 0; token + 1 < starts.length; token++) {
    const gap = text.slice(ends[token], starts[token + 1]);
    const former = line;
    if (gap.includes("\n")) line = lineAt(text, starts[token + 1]!);
    else if (gap.includes("\t")) line = "whole"; // of a table
    const isCellsEnd = line === "row" && text[starts[token]!] === "|";
    if (isCellsEnd || isBreak(gap, former, line)) {
      found[token] = 1;
    } else if (isOne(token) && ENDS.has(text[starts[token]!]!)) {
      let last = token;
      while (
        last + 1 < starts.length &&
        starts[last + 1] === ends[last] &&
        isOne(last + 1) &&
        CLOSES.has(text[starts[last + 1]!]!)
      ) {
        last++;
      }
      const following = starts[last + 1];
      if (following !== undefined && endsWith(text, starts[token]!, ends[last]!, following)) {
        found[last] = 1;
      }
    }
  }
  return found;
}

type Line = "row" | "whole" | "item" | "other";

/** How a line begins. */
function lineAt(text: string, at: number): Line {
  LINE.lastIndex = at;
  const groups = LINE.exec(text)?.groups;
  if (groups === undefined) return "other";
  return groups.row !== undefined ? "row" : groups.whole !== undefined ? "whole" : "item";
}

/** Whether a sentence ends in what stands between two tokens, in lines that begin so. */
function isBreak(gap: string, line: Line, following: Line): boolean {
  if (gap.includes("\f") || gap.split("\n").length > 2) return true;
  if (!gap.includes("\n")) return gap.includes("\t");
  return following !== "other" || line === "row" || line === "whole";
}

function endsWith(text: string, mark: number, end: number, following: number): boolean {
  if (UNSPACED.has(text[mark]!)) return true;
  const next = String.fromCodePoint(text.codePointAt(following)!);
  if (end === following || !has(text[end], SPACE) || has(next, SMALL)) return false;
  return text[mark] !== "." || !goesOn(text, mark);
}

/** Whether the full stop at `mark` belongs to what stands before it. */
function goesOn(text: string, mark: number): boolean {
  const letters: string[] = [];
  let start = mark;
  while (start > 0 && letters.length <= LONGEST) {
    const letter = characterBefore(text, start);
    if (letter !== "." && !has(letter, LETTER_OR_DIGIT | EXTENDS)) break;
    letters.unshift(letter);
    start -= letter.length;
  }
  if (letters.length === 1 && has(letters[0], CAPITAL)) return true;
  const word = letters.join("");
  if (SHORT.has(word.toLowerCase()) || /.str$/i.test(word)) return true; // Lindenstr. 14
  let at = start;
  while (at > 0 && (text[at - 1] === " " || text[at - 1] === "\t")) at--;
  return /^[0-9]{1,3}$/.test(word) && (at === 0 || text[at - 1] === "\n");
}

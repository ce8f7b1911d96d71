// Versions, addresses, paths, numbers with signs and units: what a reader takes as one.
// Python's twin: qna_widget/core/atoms.py. Both work on a spelling of the text in few signs
// (`spelled`), so that their regular expressions mean the same.
import { DIGIT, EXTENDS, has, LETTER_OR_DIGIT, SPACE } from "./characters";

// Signs beyond ASCII that numbers have; all others are spelled as a letter, a digit or "¤".
const KEPT = new Set("−±≈€£¥°‰µμΩ²³");
const LINE_ENDS = new Set("\n\r\x0b\x0c\x85\u2028\u2029");

// What stands without spaces, but for what opens, closes or separates.
const RUN = /(?:[^ \n,;()[\]{}<>"'`|*¤]|(?<=[0-9]),(?=[0-9]))+/g;
// A capitalised word behind a full stop that lacks its space is another sentence's.
const GLUED = /\.(?=[A-Z][a-zª])/g;
const LEADING = /^(?:[.:!?_#=&%](?![\w/\\]))+|^(?:[:!?=&%]|\.(?![0-9/\\.a-zª]))+/;
const TRAILING = /[.:!?_#=&~+−-]+$/;
const YEARS = /^[0-9]+-[0-9]+$/;
const ACRONYM = /^(?:[A-Za-zª]\.)+[A-Za-zª]$/;
const DOMAIN = /^[\wª-]+(?:\.[\wª-]+)*\.[a-z]{2,6}$/;
const PATH = /^(?:~?\/|\.{1,2}\/|[A-Za-z]:\\|\\\\)[\wª.]|[/\\].*[/\\]|[/\\][\wª-]+\.[a-z]/;
const ADDRESS = /[\wª]@[\wª]|:\/\//;
const CURRENCY = /[$€£¥] $/;
const NUMBER = /^[-+−±≈]?[$€£¥]?[0-9][0-9.,]*$/;
const UNIT =
  /^ ?(?:[%‰€£¥$]|°[CF]?|[kKMG]?Hz|[kMGT]?i?B|[kMG]?W(?:h)?|[km]?V|mA|[kmcdnµμ]?m[²³]?(?:\/[sh])?|km\/h|mph|[kmµμ]?g|[mcd]?l|[nmµμ]?s|min|h|[kM]?Pa|[kM]?J|kcal|ft|lb|oz|dB|K|Ω)(?![\wª])/;

type Range = readonly [number, number];

/** One UTF-16 unit for each code point: ASCII and a few more as they are, "\n", " ", "0", "ª". */
export function spelled(near: readonly string[]): string {
  return near.map(spell).join("");
}

function spell(character: string): string {
  if (KEPT.has(character)) return character;
  if (has(character, SPACE)) return LINE_ENDS.has(character) ? "\n" : " ";
  if (" " < character && character < "\x7f") return character;
  if (has(character, DIGIT)) return "0";
  return has(character, LETTER_OR_DIGIT | EXTENDS) ? "ª" : "¤";
}

/** start..end of a spelled text, widened where it cuts an atom at either end. */
export function wholeAtoms(text: string, start: number, end: number): [number, number] {
  const first = atomAround(text, start);
  const last = atomAround(text, end - 1);
  return [Math.min(start, first?.[0] ?? start), Math.max(end, last?.[1] ?? end)];
}

/** The atom that holds the character at `at`; undefined where there is none. */
function atomAround(text: string, at: number): Range | undefined {
  for (const run of text.matchAll(RUN)) {
    const end = run.index + run[0].length;
    if (run.index > at) return undefined;
    if (end <= at) continue;
    const part = parts(text, run.index, end).find(([from, to]) => from <= at && at < to);
    return part && trimmed(text, part, at);
  }
  return undefined;
}

/** Takes a run apart where two sentences touch; not an address or a path. */
function parts(text: string, start: number, end: number): Range[] {
  const run = text.slice(start, end);
  if (ADDRESS.test(run) || PATH.test(run)) return [[start, end]];
  const cuts = Array.from(run.matchAll(GLUED), (cut) => start + cut.index + 1);
  return [start, ...cuts].map((from, n) => [from, cuts[n] ?? end]);
}

function trimmed(text: string, [from, to]: Range, at: number): Range | undefined {
  const start = from + (LEADING.exec(text.slice(from, to))?.[0].length ?? 0);
  const end = start + text.slice(start, to).replace(TRAILING, "").length;
  const atom = text.slice(start, end);
  if (at < start || at >= end) return undefined;
  if (ACRONYM.test(atom)) return [start, end + (text[end] === "." ? 1 : 0)];
  if (NUMBER.test(atom)) return withUnit(text, start, end);
  const number = /[0-9]/.test(atom) && !YEARS.test(atom);
  const named = ADDRESS.test(atom) || PATH.test(atom) || DOMAIN.test(atom);
  return number || named ? [start, end] : undefined;
}

/** Adds the currency before a number, and the unit after it. */
function withUnit(text: string, start: number, end: number): Range {
  const currency = CURRENCY.test(text.slice(Math.max(0, start - 2), start)) ? 2 : 0;
  return [start - currency, end + (UNIT.exec(text.slice(end, end + 8))?.[0].length ?? 0)];
}

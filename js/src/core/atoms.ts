// Versions, addresses, paths, numbers with signs and units: what a reader takes as one.
// Python's twin: qna_widget/core/atoms.py. Both work on a spelling of the text in few signs
// (`spelled`), so that their regular expressions mean the same.
import { DIGIT, EXTENDS, has, LETTER_OR_DIGIT, SPACE } from "./characters";

// Signs beyond ASCII that stand for themselves. Others are spelled as one of these, or as a letter,
// a digit or "¤".
const KEPT = new Set("−±≈€£¥°‰µμΩ²³–′″");
const LIKE = new Map([
  ["’", "'"],
  ...Array.from("№§₹₩₽₺₴₫₦₱₪₡₲₵₸₿￥￡", (sign) => [sign, "€"] as const),
  ...Array.from("\xa0\u2009\u202f", (space) => [space, "\xa0"] as const), // within a number
]);
const LINE_ENDS = new Set("\n\r\x0b\x0c\x85\u2028\u2029");

// What stands without spaces, but for what opens, closes or separates.
const RUN =
  /(?:[^ \n\xa0,;()[\]{}<>"'`|*¤–]|(?<=[0-9])[,–](?=[0-9])|(?<=[0-9])\xa0(?=[0-9]{3}(?![0-9]))|(?<=[\wª])'(?=[\wª]{2}))+/g;
// An address may hold most signs, brackets in pairs.
const URLS = /(?<![\wª+.-])(?:[A-Za-z][A-Za-z0-9+.-]{1,15}:\/\/|www\.)[^ \n\xa0<>"`¤]+/g;
const URL_TRAILING = /[.:!?_#=&~+−*'|,;([{-]+$/;
const PHONE =
  /(?<![\wª])\+[0-9]{1,3}(?:[ \xa0./-]?\([0-9]{1,5}\)[ \xa0]?[0-9]{0,8}|[ \xa0./-][0-9]{1,10}){1,6}(?![\wª])/g;
const LEAST_DIGITS = 8;
const PAIRS = new Map([
  [")", "("],
  ["]", "["],
  ["}", "{"],
]);
// A capitalised word behind a full stop that lacks its space is another sentence's.
const GLUED = /\.(?=[A-Z][a-zª])/g;
const LEADING = /^(?:[.:!?_#=&%](?![\w/\\]|\.[/\\]))+|^(?:[:!?=&%]|\.(?![0-9/\\.a-zª]|[A-Z]{2}))+/;
const TRAILING = /[.:!?_#=&~+−-]+$/;
const SIGNED = /^[A-Z](?:#|\+{1,2})(?=[.:!?]*$)/; // C#, C++, B+
const YEARS = /^[0-9]+[-–][0-9]+$/;
const ACRONYM = /^(?:(?:[A-Za-zª]\.)+[A-Za-zª]|(?:[A-Z][a-z]?\.)+[A-Z])$/;
const NUMBER =
  /^[-+−±≈~]?[$€£¥]?[-−]?[0-9][0-9.,:'\xa0]*(?:e[-+]?[0-9]+)?[²³]?(?:[±–-][0-9][0-9.,:]*)?$/;
const CURRENCY = /[$€£¥][ \xa0]$/;
const UNIT =
  /^[ \xa0]?(?:[%‰€£¥$]|°[CF]?|[kKMG]?Hz|[kMGT]?i?B|[kMG]?Wh?(?:\/m[²³])?|[km]?V|mA|[kmcdnµμ]?m[²³23]?(?:\/[sh])?|km\/h|mph|[kmnµμ]?g(?:\/(?:[dm]?[lL]|kg|m[²³]))?|[mcd]?l|[nmµμ]?s|min|h|[kM]?Pa|[kM]?J|kcal|ft|lb|oz|dB|K|Ω|[ap]\.m\.?|[ap]m|AM|PM)(?![\wª])/;
const NAMES = [
  /[\wª]@[\wª]|:\/\//,
  /^(?:~?\/|\.{1,2}\/|[A-Za-z]:\\|\\\\)[\wª.]|[/\\].*[/\\]|[/\\][\wª-]+\.[a-z]/,
  /^[\wª-]+(?:\.[\wª-]+)*\.[a-z]{2,6}(?:\/.*)?$/, // example.org/docs
  /[A-Za-z0-9ª]_[A-Za-z0-9ª]/, // snake_case
  /^[#@][\wª]/, // #ferry, @ferry
  /^[\wª.-]+&[\wª.-]+$/, // R&D
  /^[A-Za-zª]{1,2}'[\wª]{2}/, // O'Brien, d'Artagnan
];
/** Addresses and paths: what holds full stops before capitals. */
const PLACES = NAMES.slice(0, 2);
const DOTTED = /^\.[A-Za-zª]/; // .gitignore, .NET

type Range = readonly [number, number];

/** One UTF-16 unit for each code point: ASCII and a few more as they are, "\n", " ", "0", "ª". */
export function spelled(near: readonly string[]): string {
  return near.map(spell).join("");
}

function spell(character: string): string {
  if (KEPT.has(character)) return character;
  const like = LIKE.get(character);
  if (like !== undefined) return like;
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
  const holds = ([start, end]: Range): boolean => start <= at && at < end;
  const address = ranges(text, URLS)
    .map((range) => withoutRest(text, range))
    .find(holds);
  if (address) return address;
  const phone = ranges(text, PHONE).find(holds);
  if (phone && text.slice(...phone).replace(/[^0-9]/g, "").length >= LEAST_DIGITS) return phone;
  const run = ranges(text, RUN).find(holds);
  const part = run && parts(text, ...run).find(holds);
  return part && trimmed(text, part, at);
}

function ranges(text: string, pattern: RegExp): Range[] {
  return Array.from(text.matchAll(pattern), ({ index, 0: found }) => [index, index + found.length]);
}

/** An address before a bracket that it did not open, without last signs. */
function withoutRest(text: string, [start, to]: Range): Range {
  const opened: string[] = [];
  let end = start;
  for (; end < to; end++) {
    const sign = text[end]!;
    const opening = PAIRS.get(sign);
    if ("([{".includes(sign)) opened.push(sign);
    else if (opening !== undefined && opened.pop() !== opening) break;
  }
  return [start, start + text.slice(start, end).replace(URL_TRAILING, "").length];
}

/** Takes a run apart where two sentences touch; not an address or a path. */
function parts(text: string, start: number, end: number): Range[] {
  const run = text.slice(start, end);
  if (PLACES.some((place) => place.test(run))) return [[start, end]];
  const cuts = Array.from(run.matchAll(GLUED), (cut) => start + cut.index + 1);
  return [start, ...cuts].map((from, n) => [from, cuts[n] ?? end]);
}

function trimmed(text: string, [from, to]: Range, at: number): Range | undefined {
  const signed = SIGNED.exec(text.slice(from, to))?.[0].length;
  if (signed !== undefined) return at < from + signed ? [from, from + signed] : undefined;
  const leading = LEADING.exec(text.slice(from, to))?.[0].length ?? 0;
  const start = from + leading;
  const end = start + text.slice(start, to).replace(TRAILING, "").length;
  if (at < start || at >= end) return undefined;
  const atom = text.slice(start, end);
  if (ACRONYM.test(atom)) return [start, end + (text[end] === "." ? 1 : 0)];
  if (NUMBER.test(atom)) {
    const whole = withUnit(text, start, end);
    // Of years a reader takes either; what has a unit is a measure.
    return YEARS.test(atom) && whole[0] === start && whole[1] === end ? undefined : whole;
  }
  const dotted = leading === 0 && DOTTED.test(atom);
  const isOne = /[0-9]/.test(atom) || dotted || NAMES.some((name) => name.test(atom));
  return isOne ? [start, end] : undefined;
}

/** Adds the currency before a number, and the unit after it. */
function withUnit(text: string, start: number, end: number): Range {
  const currency = CURRENCY.test(text.slice(Math.max(0, start - 2), start)) ? 2 : 0;
  return [start - currency, end + (UNIT.exec(text.slice(end, end + 8))?.[0].length ?? 0)];
}

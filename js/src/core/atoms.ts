// Versions, addresses, paths, numbers with signs and units: what a reader takes as one.
// Python's twin: qna_widget/core/atoms.py. Both work on a spelling of the text in few signs
// (`spelled`), so that their regular expressions mean the same.
import { DIGIT, digitValue, EXTENDS, has, LETTER_OR_DIGIT, SPACE, UNSPACED } from "./characters";

// Signs beyond ASCII that stand for themselves. Others are spelled as one of these, or as a letter
// (one of a script without spaces, where a run would be a whole line, by its own), a digit or "¤".
const KEPT = new Set("−±≈€£¥°‰µμΩ²³–′″");
const LIKE = new Map([
  ["’", "'"],
  ["×", "x"],
  ...Array.from("№§₹₩₽₺₴₫₦₱₪₡₲₵₸₿￥￡", (sign) => [sign, "€"] as const),
  ...Array.from("\xa0\u2009\u202f", (space) => [space, "\xa0"] as const), // within a number
  ["٪", "%"],
  ["％", "%"],
  ["－", "-"],
  ["＋", "+"],
]);
// Between digits; elsewhere they end a sentence or a part of it. A full-width comma parts numbers,
// too, but for thousands: it is spelled as the space that stands before three digits.
const WITHIN_NUMBERS = new Map([
  ["٫", "."],
  ["٬", ","],
  ["．", "."],
  ["：", ":"],
  ["／", "/"],
  ["，", "\xa0"],
]);
const OF_UNSPACED = "文";
const LINE_ENDS = new Set("\n\r\x0b\x0c\x85\u2028\u2029");

// What stands without spaces, but for what opens, closes or separates; at the end a folder's name.
const RUN =
  /(?:[^ \n\xa0,;()[\]{}<>"'`|*¤–文]|(?<=[0-9])[,–](?=[0-9])|(?<=[0-9])\xa0(?=[0-9]{3}(?![0-9]))|(?<=[\wª])'(?=[\wª]{2})|(?<=n)'(?=t(?![\wª]))|(?:(?<=[\w:文]\\)|(?<=\w\/))文+(?=[/\\]|\.[a-z]))+/g;
// An address may hold most signs, brackets in pairs; of a script without spaces, where a letter does
// not stand right before.
const URLS =
  /(?<![\wª+.-])(?:[A-Za-z][A-Za-z0-9+.-]{1,15}:\/\/|www\.)(?:[^ \n\xa0<>"`¤文]|(?<=[/=?&#_.(文-])文)+/g;
const URL_TRAILING = /[.:!?_#=&~+−*'|,;([{-]+$/;
// With the country's number, or without: (030) 123, 030/123, 01 23 45, (555) 123-4. A group ends
// where its digits do: else a long number could be cut in a million ways.
const PHONE =
  /(?<![\wª])(?:(?:\+|00)[0-9]{1,3}|\(0[0-9]{1,4}\)|\([2-9][0-9]{2}\)(?= ?[0-9]{3}-)|0[1-9](?:[0-9]{1,4}|(?= [0-9]{2} [0-9]{2} )))(?:(?:[ \xa0./-]?\([0-9]{1,5}\)[ \xa0]?[0-9]{0,20}|[ \xa0./-]?[0-9]{1,20})(?![0-9])){1,6}(?![\wª])/g;
const LEAST_DIGITS = 8;
const OF_PHONE = /[0-9 \xa0()+./-]/;
const NO_SPACE = /[^ \n]/;
/** Signs before a unit among which its number ends. */
const NEAR_DIGIT = 10;
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
const YEARS = /^(?:1[0-9]|20)[0-9]{2}[-–](?:[0-9]{2}){1,2}$/;
const ACRONYM = /^(?:(?:[A-Za-zª]\.)+[A-Za-zª]|(?:[A-Z][a-z]?\.)+[A-Z])$/;
const NUMBER =
  /^[-+−±≈~]?[$€£¥]?[-−]?[0-9][0-9.,:'\xa0]*(?:e[-+]?[0-9]+)?[²³]?(?:[±–-][0-9][0-9.,:]*)?$/;
const CURRENCY = /(?:[$€£¥]+|[A-Z]{1,2}\$|USD|EUR|GBP|CHF)[ \xa0]$/;
const UNIT =
  /^[ \xa0]?(?:[%‰]|[kM]?[€£¥$]|kr|zª|Kª|°[CF]?|(?:[kMGTmcdhnµμ]?(?:Hz|i?B|bit|Wh?|V|Pa|J|cal|m[23]?|g|[lL])|[mnµμ]?s)[²³]?(?:\/[kdm]?(?:min|[shgmlL])[²³]?)?|[kmµμ]?VA|[kmµμ]A|mph|bpm|min|ha?|ft|lb|oz|dB|K|Ω|Uhr|[ap]\.m\.?|[ap]m|[AP]M|USD|EUR|GBP|CHF|(?:[mb]|tr)illion|Mio\.|Mrd\.)(?![\wª])/;
const LENGTH = "[0-9][0-9.,]*(?: ?[mck]?m)?";
// What stands with spaces, and is one for a reader all the same: 1 000 000, 1 250 €; 20 x 30 cm;
// Lindenstr. 14b; DE89 3704 0044 0532 0130 00; SW1A 1AA; 1 1/2.
const SPACED = new RegExp(
  String.raw`(?<![\wª.,])(?:(?<![0-9] )[1-9][0-9]{0,2}(?: [0-9]{3})+(?! ?[0-9])(?:(?<=000)|(?=(?:,[0-9]+)?${UNIT.source.slice(1)}))|${LENGTH}(?: ?x ?${LENGTH})+|[\wª]+str\. ?[0-9]+[a-z]?|[A-Z]{2}[0-9]{2}(?: [0-9A-Z]{4}){3,7}(?: [0-9A-Z]{1,3})?|[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}|[0-9]{1,2} [1-9]/[1-9])(?![\wª])`,
  "g",
);
const NAMES = [
  /[\wª](?:@|::)[\wª]|:\/\//,
  /^(?:~?\/|\.{1,2}\/|[A-Za-z]:\\|\\\\)[\wª.]|[/\\].*[/\\]|[/\\][\wª-]+\.[a-z]/,
  /^[\wª-]+(?:\.[\wª-]+)*\.[a-z]{2,6}(?:\/.*)?$/, // example.org/docs
  /[A-Za-z0-9ª]_[A-Za-z0-9ª]/, // snake_case
  /^(?:[#@][\wª]|--[a-z]|-[A-Za-z]$|\$[A-Z_]{2}|[A-Z]+\/[A-Z]+$)/, // #ferry, @ferry, --force, $HOME, TCP/IP
  /^[\wª.-]+&(?:[A-Z0-9]|[a-z]$)/, // R&D
  /^[A-Za-zª]{1,2}'[\wª]{2}|n't$/, // O'Brien, d'Artagnan, don't
];
/** Addresses and paths: what holds full stops before capitals. */
const PLACES = NAMES.slice(0, 2);
const DOTTED = /^\.[A-Za-zª]/; // .gitignore, .NET

type Range = readonly [number, number];

/**
 * One UTF-16 unit for each code point: ASCII and a few more as they are, "\n", " ", "ª", "文", "¤".
 * Digits of all scripts are spelled as ASCII's. A space within what is one (`1 000 000`) is spelled
 * as a digit, too.
 */
export function spelled(near: readonly string[]): string {
  const signs = near.map(spell);
  for (let at = 1; at < signs.length; at++) {
    if (signs[at - 1] === OF_UNSPACED && has(near[at], EXTENDS)) signs[at] = OF_UNSPACED;
    const within = WITHIN_NUMBERS.get(near[at]!);
    if (within && isDigit(signs[at - 1]) && isDigit(signs[at + 1])) signs[at] = within;
  }
  return signs.join("").replace(SPACED, (found) => found.replaceAll(" ", "0"));
}

function isDigit(sign = ""): boolean {
  return "0" <= sign && sign <= "9";
}

function spell(character: string): string {
  if (" " < character && character < "\x7f") return character;
  if (KEPT.has(character)) return character;
  const like = LIKE.get(character);
  if (like !== undefined) return like;
  if (has(character, SPACE)) return LINE_ENDS.has(character) ? "\n" : " ";
  if (has(character, DIGIT)) return String(digitValue(character));
  if (has(character, UNSPACED)) return OF_UNSPACED;
  return has(character, LETTER_OR_DIGIT | EXTENDS) ? "ª" : "¤";
}

/** start..end of a spelled text, widened where it cuts an atom at either end. */
export function wholeAtoms(text: string, start: number, end: number): [number, number] {
  const first = atomAround(text, start);
  const last = atomAround(text, end - 1);
  return [Math.min(start, first?.[0] ?? start), Math.max(end, last?.[1] ?? end)];
}

/**
 * The atom that holds the character at `at`; undefined where there is none. Where that is of a unit
 * or a currency, the number beside it says so.
 */
function atomAround(text: string, at: number): Range | undefined {
  const from = Math.max(0, at - NEAR_DIGIT);
  const before = text.slice(from, at).search(/[0-9][^0-9]*$/);
  const after = text.slice(at, at + 5).search(/[0-9]/);
  for (const place of [before < 0 ? before : from + before, after < 0 ? after : at + after, at]) {
    const atom = atomAt(text, place);
    if (atom && atom[0] <= at && at < atom[1]) return atom;
  }
  return undefined;
}

function atomAt(text: string, at: number): Range | undefined {
  const holds = ([start, end]: Range): boolean => start <= at && at < end;
  const url = match(text, URLS, at, NO_SPACE);
  const address = url && withoutRest(text, url);
  if (address && holds(address)) return address;
  const phone = match(text, PHONE, at, OF_PHONE);
  if (phone && text.slice(...phone).replace(/[^0-9]/g, "").length >= LEAST_DIGITS) return phone;
  const run = match(text, RUN, at, NO_SPACE);
  const part = run && parts(text, ...run).find(holds);
  return part && trimmed(text, part, at);
}

/**
 * The match of `pattern` that holds the sign at `at`. `signs` are all that it may consist of: it is
 * looked for from the first of them on, not from the beginning of the text.
 */
function match(text: string, pattern: RegExp, at: number, signs: RegExp): Range | undefined {
  if (at < 0 || !signs.test(text[at]!)) return undefined;
  let from = at;
  while (from > 0 && signs.test(text[from - 1]!)) from--;
  pattern.lastIndex = from;
  for (let found = pattern.exec(text); found && found.index <= at; found = pattern.exec(text)) {
    const end = found.index + found[0].length;
    if (at < end) return [found.index, end];
  }
  return undefined;
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
  const currency = CURRENCY.exec(text.slice(Math.max(0, start - 4), start))?.[0].length ?? 0;
  return [start - currency, end + (UNIT.exec(text.slice(end, end + 12))?.[0].length ?? 0)];
}

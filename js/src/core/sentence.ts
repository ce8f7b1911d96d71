// The sentence that an answer stands in, with the borders that a reader would draw. Pure.
// Offsets are UTF-16 units.

/** A stretch of a text; `open` tells at which ends it was cut in the middle of a sentence. */
export interface Sentence {
  readonly start: number;
  readonly end: number;
  readonly open: { readonly before: boolean; readonly after: boolean };
}

/** Units beyond the answer, on each side, within which a border is looked for. */
const REACH = 320;

/** Marks that end a sentence, with quotes and brackets that close behind them. */
const END = /(?:[.!?…‽؟۔।]+["'”’»)\]]*(?=\s|$)|[。！？｡]+[”’」』）]*)/gu;
/** Words before a full stop that go on. Small letters. */
export const SHORT: ReadonlySet<string> = new Set(
  (
    "mr mrs ms dr prof st jr sr rev hon gen col capt lt sgt no nos vol vols ed eds fig figs eq sec ch " +
    "art pp p approx dept est inc ltd co corp bros vs cf e.g i.e al etc ca jan feb mar apr jun jul aug " +
    "sep sept oct nov dec mon tue wed thu fri sat sun a.m p.m u.s u.k tel fax ext"
  ).split(" "),
);
/** How a line begins that does not go on with the one before: lists, headings, quotes, tables. */
const NEW_LINE = /^[ \t]*(?:[-*+•‣◦–—#>|<]|```|~~~|\(?[\da-z]{1,3}[.)][ \t])/iu;
/** "Present: …", as in the head of a letter. */
const LABEL = /^[ \t]*\p{Lu}[\p{L} -]{0,24}:[ \t]/u;
/** A line that does not go on below it: a heading, a fence. */
const WHOLE_LINE = /^[ \t]*(?:#|```|~~~)/u;
/** Cells in columns, apart by a tab or by many spaces: such a line stands for itself. */
const COLUMNS = /\S(?:\t| {3,})\S/u;
/** "E24 …", "225 g …": one such line below another is the next of a list. */
const NUMBERED = /^[ \t]*\p{L}{0,2}\d\S*[ \t]/u;
/** A line shorter than this was not broken for want of room. */
const WRAPPED_FROM = 40;

/**
 * The sentence around start..end; the sentences where the answer crosses a border. Where the
 * answer is all that it says, as in a table or a list, the neighbours come with it.
 */
export function sentenceAround(text: string, start: number, end: number): Sentence {
  const found = bordersAround(text, start, end);
  const rest = text.slice(found.start, start) + text.slice(end, found.end);
  if (/[\p{L}\p{N}]/u.test(rest)) return found;
  return trim(text, bordersAround(text, Math.max(0, found.start - 2), end).start, found);
}

/** The same sentence from another beginning, without white space at its ends. */
function trim(text: string, from: number, { end, open }: Sentence): Sentence {
  const start = from + (/^\s*/u.exec(text.slice(from, end))?.[0].length ?? 0);
  return { start, end, open };
}

function bordersAround(text: string, start: number, end: number): Sentence {
  const from = wordStart(text, Math.max(0, start - REACH), start);
  const to = wordEnd(text, Math.min(text.length, end + REACH), end);
  const borders = bordersOf(text, from, to);
  const first = borders.findLast((border) => border <= start);
  // A full stop that the answer itself holds ends nothing before its own end.
  const last = borders.find((border) => border >= end && border > start);
  const whole = trim(text, first ?? from, {
    start: from,
    end: last ?? to,
    open: {
      before: first === undefined && from > 0,
      after: last === undefined && to < text.length,
    },
  });
  const shown = text.slice(whole.start, whole.end).trimEnd().length;
  return { ...whole, end: Math.max(end, whole.start + shown) };
}

/** Where sentences end between `from` and `to`, ascending. */
function bordersOf(text: string, from: number, to: number): number[] {
  const slice = text.slice(from, to);
  const ends = [...slice.matchAll(END)].flatMap((match) => {
    const at = from + match.index;
    return goesOn(text, at, at + match[0].length) ? [] : [at + match[0].length];
  });
  for (let at = slice.search(/[\n\f\r]/u); at >= 0; ) {
    if (breaksAt(text, from + at)) ends.push(from + at);
    const next = slice.slice(at + 1).search(/[\n\f\r]/u);
    at = next < 0 ? next : at + 1 + next;
  }
  return ends.sort((a, b) => a - b);
}

/** Whether the sentence goes on behind a mark at `at`..`end` that could end one. */
function goesOn(text: string, at: number, end: number): boolean {
  const next = /\S/u.exec(text.slice(end, end + 40))?.[0] ?? "";
  if (/\p{Ll}/u.test(next)) return true;
  if (text[at] !== "." || end - at > 1) return false;
  const before = text.slice(Math.max(0, at - 24), at);
  const word = /[\p{L}\p{N}.]*$/u.exec(before)![0];
  if (SHORT.has(word.toLowerCase()) || /^\p{Lu}$/u.test(word)) return true;
  // "3. Termination": the number of a heading or of a list's line.
  return /(?:^|[\n\r])[ \t]*\d{1,3}$/u.test(before);
}

/** Whether the line break at `at` ends what stands before it. */
function breaksAt(text: string, at: number): boolean {
  // Of "\r\n" the second one says it.
  if (text[at] !== "\n") return text[at + 1] !== "\n";
  const line = text.slice(text.lastIndexOf("\n", at - 1) + 1, at).replace(/\r$/, "");
  const next = text.slice(at + 1, at + 80).split("\n", 1)[0]!;
  if (line.trim() === "" || next.trim() === "" || NEW_LINE.test(next)) return true;
  if (LABEL.test(next) || WHOLE_LINE.test(line)) return true;
  if (COLUMNS.test(line) || COLUMNS.test(next)) return true;
  if (NUMBERED.test(line) && NUMBERED.test(next)) return true;
  return line.trim().length < WRAPPED_FROM && !/^\s*\p{Ll}/u.test(next);
}

/** The first place from `at` on where a word begins, at most `limit`. */
function wordStart(text: string, at: number, limit: number): number {
  if (at === 0) return 0;
  const space = text.slice(at, limit).search(/\s/u);
  return space < 0 ? whole(text, at) : at + space + 1;
}

/** The last place up to `at` where a word ends, at least `limit`. */
function wordEnd(text: string, at: number, limit: number): number {
  if (at === text.length) return at;
  const space = text.slice(limit, at).search(/\s\S*$/u);
  return space < 0 ? whole(text, at) : limit + space;
}

/** Not between the halves of a surrogate pair. */
function whole(text: string, at: number): number {
  return /[\udc00-\udfff]/u.test(text[at] ?? "") ? at - 1 : at;
}

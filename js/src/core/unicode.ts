// What BERT's normaliser does to each code point, the same in every browser.
//
// Browsers differ in their Unicode version, and the Rust library mixes three versions of its own,
// so classes and lower-casing come from generated tables. Only the decomposition of a character
// is left to the engine's NFD: the table says which characters decompose, all of them older than
// any engine that runs this code, and Unicode's stability policy fixes their decompositions.
import * as tables from "./unicode-tables";

/** Bits of `flags`. Lone surrogates count as removed, as U+FFFD does. */
export const REMOVED = 1;
export const SPACE = 2;
export const CJK = 4;
/** Category Mn: dropped when accents are stripped. */
export const MARK = 8;
export const PUNCTUATION = 16;
export const LOWER = 32;
export const DECOMPOSES = 64;
/** Combining class other than 0. */
export const ORDERED = 128;

export interface Unicode {
  /** One byte of flags for every code point; 0 for the plain ones. */
  readonly flags: Uint8Array;
  /** The small letter of a character flagged LOWER. */
  lower(char: number): number;
  /** The rank among combining classes of a character flagged ORDERED. */
  order(char: number): number;
  /** The code points that a character flagged DECOMPOSES becomes. */
  decompose(char: number): readonly number[];
}

/**
 * BERT's normaliser drops these, which makes one word of the two on their sides. Here they part
 * words, as white space does: controls, zero width space, word joiner, byte order mark.
 */
const PARTING = [
  [0, 0x1f],
  [0x7f, 0x9f],
  [0x200b, 0x200b],
  [0x2060, 0x2060],
  [0xfeff, 0xfeff],
] as const;

let unpacked: Unicode | undefined;

/** Unpacks the tables on the first call. */
export function unicode(): Unicode {
  unpacked ??= unpack();
  return unpacked;
}

function unpack(): Unicode {
  const flags = new Uint8Array(0x110000);
  const lower = new Map<number, number>();
  const orders = new Map<number, number>();
  const decompositions = new Map<number, readonly number[]>();

  const mark = (table: string, flag: number): void => {
    for (let at = 0, numbers = unpackNumbers(table), i = 0; i < numbers.length; i += 2) {
      const start = at + numbers[i]!;
      at = start + numbers[i + 1]! + 1;
      for (let char = start; char < at; char++) flags[char]! |= flag;
    }
  };
  mark(tables.REMOVED, REMOVED);
  flags.fill(REMOVED, 0xd800, 0xe000);
  for (const [first, last] of PARTING) {
    for (let char = first; char <= last; char++) flags[char] = SPACE;
  }
  mark(tables.SPACES, SPACE);
  mark(tables.CJK_IDEOGRAPHS, CJK);
  mark(tables.NONSPACING_MARKS, MARK);
  mark(tables.PUNCTUATION_MARKS, PUNCTUATION);
  mark(tables.DECOMPOSABLE, DECOMPOSES);

  for (let at = 0, numbers = unpackNumbers(tables.COMBINING_ORDERS), i = 0; i < numbers.length; ) {
    const start = at + numbers[i++]!;
    at = start + numbers[i++]! + 1;
    const order = numbers[i++]!;
    for (let char = start; char < at; char++) {
      flags[char]! |= ORDERED;
      orders.set(char, order);
    }
  }

  for (let at = 0, numbers = unpackNumbers(tables.LOWERCASE), i = 0; i < numbers.length; ) {
    let char = at + numbers[i++]!;
    const count = numbers[i++]! + 1;
    const code = numbers[i++]!;
    const step = (code & 1) + 1;
    const shift = code & 2 ? -((code >> 2) + 1) : code >> 2;
    for (let k = 0; k < count; k++, char += step) {
      flags[char]! |= LOWER;
      lower.set(char, char + shift);
      at = char + 1;
    }
  }

  return {
    flags,
    lower: (char) => lower.get(char)!,
    order: (char) => orders.get(char)!,
    decompose(char) {
      let parts = decompositions.get(char);
      if (!parts) {
        const text = String.fromCodePoint(char).normalize("NFD");
        parts = Array.from(text, (part) => part.codePointAt(0)!);
        decompositions.set(char, parts);
      }
      return parts;
    },
  };
}

/**
 * Numbers in base 32, least digit first; the format of unicode-tables.ts. "." and a digit stand for
 * so many times "AB", as alternating capitals and small letters make it.
 */
export function unpackNumbers(table: string): number[] {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
  const numbers: number[] = [];
  let number = 0;
  let shift = 0;
  const whole = table.replace(/\.(.)/g, (_, count) => "AB".repeat(alphabet.indexOf(count)));
  for (const digit of whole) {
    const value = alphabet.indexOf(digit);
    number |= (value & 31) << shift;
    shift += 5;
    if (value < 32) {
      numbers.push(number);
      number = shift = 0;
    }
  }
  return numbers;
}

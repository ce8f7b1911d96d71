// Classes of characters, the same in both languages. Python's twin: qna_widget/core/characters.py.
import tables from "../../../qna_widget/core/characters.json" with { type: "json" };
import { unpackNumbers } from "./unicode";

/** Belongs to the character before it: marks, joiners, variation selectors, skin tones. */
export const EXTENDS = 1;
/** Joins the consonants on both sides. */
export const LINKS = 2;
export const LETTER_OR_DIGIT = 4;
export const DIGIT = 8;
/** Of a script without spaces between words. */
export const UNSPACED = 16;
export const CAPITAL = 32;
export const SMALL = 64;
/** White space, and what parts words without being seen (U+200B, U+2060, U+FEFF). */
export const SPACE = 128;
const NAMES = [
  "extends",
  "links",
  "letter_or_digit",
  "digit",
  "unspaced",
  "capital",
  "small",
  "space",
] as const;

let unpacked: Uint8Array | undefined;

/** One byte of flags for every code point. */
function classes(): Uint8Array {
  if (unpacked) return unpacked;
  const flags = new Uint8Array(0x110000);
  NAMES.forEach((name, bit) => {
    const numbers = unpackNumbers(tables[name]);
    for (let at = 0, i = 0; i < numbers.length; i += 2) {
      const start = at + numbers[i]!;
      at = start + numbers[i + 1]! + 1;
      for (let code = start; code < at; code++) flags[code]! |= 1 << bit;
    }
  });
  unpacked = flags;
  return flags;
}

/** The value of a digit: a script's stand in a row, from 0 on. */
export function digitValue(character: string): number {
  const code = character.codePointAt(0)!;
  let zero = code;
  while (has(String.fromCodePoint(zero - 1), DIGIT)) zero--;
  return (code - zero) % 10;
}

/** Whether a character (the first code point) is of a class; none is when there is no character. */
export function has(character: string | undefined, flag: number): boolean {
  const code = character?.codePointAt(0);
  return code !== undefined && (classes()[code]! & flag) !== 0;
}

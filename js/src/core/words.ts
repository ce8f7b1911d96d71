// Tokens gathered into the words that a reader sees. Pure.
import { characterBefore } from "./text";
import type { Encoding } from "./types";

/** Tokens first..last of the passage, both included, and the text they stand for. */
export interface TokenWord {
  readonly first: number;
  readonly last: number;
  /** UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** What is a token of its own: punctuation, ASCII symbols, Chinese characters, signs for the layout. */
const ALONE = /^[\s\p{P}\p{Script=Han}$+<=>^`|~]/u;

/** The pieces of one word touch, and nothing that stands alone is between them. */
export function tokenWords(text: string, { starts, ends }: Encoding): TokenWord[] {
  const words: TokenWord[] = [];
  starts.forEach((start, token) => {
    const end = ends[token]!;
    const word = words.at(-1);
    const joins =
      word !== undefined &&
      start <= word.end &&
      !ALONE.test(characterBefore(text, word.end)) &&
      !ALONE.test(text.slice(start, start + 2)); // one character, maybe of two units
    if (joins) words[words.length - 1] = { ...word, last: token, end: Math.max(end, word.end) };
    else words.push({ first: token, last: token, start, end });
  });
  return words;
}

/** Each token for itself: the pieces. */
export function tokenPieces({ starts, ends }: Encoding): TokenWord[] {
  return Array.from(starts, (start, token) => ({
    first: token,
    last: token,
    start,
    end: ends[token]!,
  }));
}

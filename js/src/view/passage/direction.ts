// Which way a text runs, by its first letter. `dir="auto"` finds the same, and makes a browser
// spend seconds on a book at each change. Pure.

const LETTER = /\p{L}/u;
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** Null for a text without letters: its surroundings give the direction. */
export function directionOf(text: string): "ltr" | "rtl" | null {
  const letter = LETTER.exec(text)?.[0];
  if (letter === undefined) return null;
  return RIGHT_TO_LEFT.test(letter) ? "rtl" : "ltr";
}

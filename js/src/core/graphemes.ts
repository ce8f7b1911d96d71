// Where one character ends and the next begins, as a reader sees them: Unicode's extended grapheme
// clusters (UAX #29, with Indic conjuncts), as far as answers need them.
// Python's twin: qna_widget/core/graphemes.py.
import { EXTENDS, has, LETTER_OR_DIGIT, LINKS, SPACE } from "./characters";

const JOINER = "\u200d";

/**
 * Whether a character begins at `at`: not within one, nor a pair of line ends. `near` holds code
 * points; its ends count as borders.
 */
export function isBorder(near: readonly string[], at: number): boolean {
  if (at <= 0 || at >= near.length) return true;
  const before = near[at - 1]!;
  const after = near[at]!;
  if (before === "\r" && after === "\n") return false;
  if ("\r\n\t ".includes(before) || (before < "\x7f" && after < "\x7f")) {
    return !has(after, EXTENDS);
  }
  if (has(after, EXTENDS)) return false;
  const [left, right] = [before.codePointAt(0)!, after.codePointAt(0)!];
  if (isRegion(left) && isRegion(right)) {
    let first = at - 1;
    while (first > 0 && isRegion(near[first - 1]!.codePointAt(0)!)) first--;
    return (at - first) % 2 === 0;
  }
  if (isHangul(left) && isHangul(right)) return !joinsSyllable(left, right);
  return !isLinked(near, at);
}

/** start..end, moved outwards to borders of characters. */
export function whole(near: readonly string[], start: number, end: number): [number, number] {
  let [first, last] = [start, end];
  while (!isBorder(near, first)) first--;
  while (!isBorder(near, last)) last++;
  return [first, last];
}

function within(code: number, first: number, last: number): boolean {
  return first <= code && code <= last;
}

function isRegion(code: number): boolean {
  return within(code, 0x1f1e6, 0x1f1ff);
}

function isHangul(code: number): boolean {
  return (
    within(code, 0x1100, 0x11ff) || within(code, 0xa960, 0xa97c) || within(code, 0xac00, 0xd7fb)
  );
}

/** Whether two parts of Korean syllables are one: L (L|V|LV|LVT), (LV|V) (V|T), (LVT|T) T. */
function joinsSyllable(before: number, after: number): boolean {
  const tail = within(after, 0x11a8, 0x11ff) || within(after, 0xd7cb, 0xd7fb);
  if (within(before, 0x1100, 0x115f) || within(before, 0xa960, 0xa97c)) return !tail;
  const vowel = within(after, 0x1160, 0x11a7) || within(after, 0xd7b0, 0xd7c6);
  const open =
    within(before, 0x1160, 0x11a7) ||
    within(before, 0xd7b0, 0xd7c6) ||
    (within(before, 0xac00, 0xd7a3) && (before - 0xac00) % 28 === 0);
  return tail || (vowel && open);
}

/** Whether the signs before it join a consonant to a consonant, a picture to a picture. */
function isLinked(near: readonly string[], at: number): boolean {
  let base = at - 1;
  let links = false;
  for (; has(near[base], EXTENDS); base--) links ||= has(near[base], LINKS);
  const both = [near[base], near[at]];
  return (
    (near[at - 1] === JOINER && both.every(isPicture)) ||
    (links && both.every((letter) => has(letter, LETTER_OR_DIGIT)))
  );
}

/** Whether it is a symbol; emoji are among them. */
function isPicture(character = ""): boolean {
  return character >= "\u2190" && !has(character, LETTER_OR_DIGIT | SPACE);
}

// Brackets, quotes and markup at the borders of an answer: trimmed alone, kept in pairs.
// Python's twin: qna_widget/core/pairs.py. `near` holds code points around the answer start..end.
import { EXTENDS, has, LETTER_OR_DIGIT, SPACE } from "./characters";

const OPENING = "([{<«“‘「『（［【《〈";
const PAIRS = new Map(Array.from(OPENING, (sign, n) => [sign, ")]}>»”’」』）］】》〉"[n]!]));
PAIRS.set("„", "”“").set("‚", "’‘"); // as in Polish, and as in German
const CLOSING = new Set([...PAIRS.values()].join(""));
/** Open and close with the same sign. */
const ALIKE = new Set("\"'*_`~|");
const NEVER_FIRST = new Set(",;:!?…)]}>»”」』）］】》〉、。，；：！？");
const NEVER_LAST = new Set(",;:([{<«“„‚「『（［【《〈、，；：¿¡");
/** At a border only as part of what they touch. */
const BULLETS = new Set("-–—•·*#>=+|/\\&");
/** Code points within which a pair's other half is looked for. */
const REACH = 40;

type Near = readonly string[];

/**
 * start..end without lone signs at its borders, and with the other half of pairs within. Empty
 * (start === end) when nothing but signs was there.
 */
export function paired(near: Near, start: number, end: number): [number, number] {
  const [first, last] = trimmed(near, ...withoutTags(near, start, end));
  return first === last ? [first, last] : completed(near, first, last);
}

function trimmed(near: Near, start: number, end: number): [number, number] {
  let [first, last] = [start, end];
  while (first < last) {
    if (isLoneFirst(near, first, last)) first++;
    else if (isLoneLast(near, first, last)) last--;
    else break;
  }
  return [first, last];
}

function isLoneFirst(near: Near, start: number, end: number): boolean {
  const sign = near[start]!;
  if (has(sign, LETTER_OR_DIGIT | EXTENDS)) return false;
  const following = start + 1 < end ? near[start + 1]! : " ";
  if (has(sign, SPACE) || NEVER_FIRST.has(sign)) return true;
  if (PAIRS.has(sign)) return closerOf(near, start, end) === null;
  if (BULLETS.has(sign) && has(following, SPACE)) return true;
  if (sign === ".") return !has(following, LETTER_OR_DIGIT) && !"./\\".includes(following);
  if (sign === "'" && "0" <= following && following <= "9") return false; // '90s
  // ~/notes, ~5 km
  if (sign === "~" && (following === "/" || ("0" <= following && following <= "9"))) return false;
  return ALIKE.has(sign) && runIsLone(near, start, start, end);
}

function isLoneLast(near: Near, start: number, end: number): boolean {
  const sign = near[end - 1]!;
  if (has(sign, LETTER_OR_DIGIT | EXTENDS)) return false;
  if (CLOSING.has(sign) && openerOf(near, end - 1, start) !== null) return false;
  if (has(sign, SPACE) || NEVER_LAST.has(sign) || CLOSING.has(sign)) return true;
  if (BULLETS.has(sign) && end - 2 >= start && has(near[end - 2], SPACE)) return true;
  if (sign === "'" && end - 2 >= start && "sS".includes(near[end - 2]!)) return false; // the boys'
  return ALIKE.has(sign) && runIsLone(near, end - 1, start, end);
}

/** Whether start..end holds but one run of the sign at `at`. */
function runIsLone(near: Near, at: number, start: number, end: number): boolean {
  const sign = near[at]!;
  let first = at;
  let last = at;
  while (first > start && near[first - 1] === sign) first--;
  while (last + 1 < end && near[last + 1] === sign) last++;
  return !near.slice(start, first).includes(sign) && !near.slice(last + 1, end).includes(sign);
}

/** Where the bracket at `at` closes before `end`, and on its line; else null. */
function closerOf(near: Near, at: number, end: number): number | null {
  const opening = near[at]!;
  const closing = PAIRS.get(opening)!;
  let depth = 0;
  for (let place = at; place < end; place++) {
    const sign = near[place]!;
    if (sign === "\n") return null;
    if (sign === opening) depth++;
    else if (closing.includes(sign) && --depth === 0) return place;
  }
  return null;
}

/** Where what closes at `at` opens, from `start` on and on its line; else null. */
function openerOf(near: Near, at: number, start: number): number | null {
  const closing = near[at]!;
  let depth = 0;
  for (let place = at; place >= start; place--) {
    const sign = near[place]!;
    if (sign === "\n") return null;
    if (sign === closing) depth++;
    else if (PAIRS.get(sign)?.includes(closing) && --depth === 0) return place;
  }
  return null;
}

/** Adds the other halves, near by, of brackets and markup within start..end. */
function completed(near: Near, start: number, end: number): [number, number] {
  let [first, last] = [start, end];
  for (let at = start; at < end; at++) {
    const sign = near[at]!;
    const closes_one = CLOSING.has(sign) && !">’".includes(sign);
    const opener = closes_one ? openerOf(near, at, Math.max(0, start - REACH)) : null;
    if (opener !== null) {
      first = Math.min(first, opener);
    } else if (PAIRS.has(sign) && sign !== "<" && closerOf(near, at, end) === null) {
      const closer = closerOf(near, at, Math.min(near.length, end + REACH));
      if (closer !== null) last = Math.max(last, closer + 1);
    } else if ("*_`~".includes(sign) && (at === start || near[at - 1] !== sign)) {
      let size = 1;
      while (at + size < end && near[at + size] === sign) size++;
      if (closes(near, at, size) && isRun(near, start - size, size, sign)) {
        first = Math.min(first, start - size);
      }
      if (opens(near, at, size) && isRun(near, end, size, sign)) last = Math.max(last, end + size);
    }
  }
  return [first, last];
}

function isRun(near: Near, at: number, size: number, sign: string): boolean {
  if (at < 0 || at + size > near.length) return false;
  return near.slice(at, at + size).every((other) => other === sign);
}

/** Whether a run of markup stands behind a word, not within one. */
function closes(near: Near, at: number, size: number): boolean {
  return !has(near[at - 1] ?? " ", SPACE) && !has(near[at + size], LETTER_OR_DIGIT);
}

/** Whether a run of markup stands before a word, not within one. */
function opens(near: Near, at: number, size: number): boolean {
  return !has(near[at - 1], LETTER_OR_DIGIT) && !has(near[at + size] ?? " ", SPACE);
}

/** Leaves out the halves of HTML tags that the borders cut. */
function withoutTags(near: Near, start: number, end: number): [number, number] {
  let [first, last] = [start, end];
  let before = start;
  while (before > 0 && (near[before - 1] === "/" || isName(near[before - 1]!))) before--;
  if (before > 0 && near[before - 1] === "<") {
    const closing = firstOf(near, ">", start, end);
    if (closing !== null && firstOf(near, "<", start, closing) === null) first = closing + 1;
  }
  let opening = end - 1;
  while (opening >= first && !"<>\n".includes(near[opening]!)) opening--;
  if (opening > first && near[opening] === "<" && opening + 1 < near.length) {
    const name = near[opening + 1]!;
    if (name === "/" || (isName(name) && firstOf(near, ">", end, end + REACH) !== null)) {
      last = opening;
    }
  }
  return [first, last];
}

function isName(sign: string): boolean {
  return ("a" <= sign && sign <= "z") || ("A" <= sign && sign <= "Z");
}

function firstOf(near: Near, sign: string, start: number, end: number): number | null {
  const place = near.slice(start, Math.max(start, end)).indexOf(sign);
  return place < 0 ? null : start + place;
}

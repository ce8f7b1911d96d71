// What the parts of the inspector share: the numbers that they draw and what is pointed at.
import type { Inspection, TokenSpan } from "../../core/inspection";
import { asSign, LINE } from "../../core/layout";
import type { Result } from "../../core/types";
import type { TokenWord } from "../../core/words";

/** An answer of the ranked list, found among the tokens. */
export interface Listed {
  readonly rank: number;
  readonly span: TokenSpan;
}

export interface Model {
  readonly inspection: Inspection;
  readonly passage: string;
  /** Whole words, or their pieces when the reader wants to see them. */
  readonly words: readonly TokenWord[];
  readonly listed: readonly Listed[];
  readonly pins: readonly TokenSpan[];
  readonly threshold: number;
  readonly result: Result;
}

/** What the reader points at. */
export type Focus =
  | { readonly kind: "span"; readonly span: TokenSpan }
  | { readonly kind: "word"; readonly word: TokenWord }
  | { readonly kind: "window"; readonly window: number };

export interface Pointing {
  /** Under the pointer; null: no longer. */
  point(focus: Focus | null): void;
  /** By key, click or touch: stays when the pointer is elsewhere. */
  hold(focus: Focus): void;
  pin(span: TokenSpan): void;
  unpin(span: TokenSpan): void;
}

export function sameSpan(a: TokenSpan, b: TokenSpan): boolean {
  return a.start_token === b.start_token && a.end_token === b.end_token;
}

/** The passage's own text of a span, or the sign that stands for white space. */
export function textOf({ inspection, passage }: Model, { start_token, end_token }: TokenSpan) {
  const { starts, ends } = inspection.scores.passage;
  return asSign(passage.slice(starts[start_token], ends[end_token]));
}

export function tokenText(model: Model, token: number): string {
  return textOf(model, { start_token: token, end_token: token });
}

/** A word's own text, or the sign that stands for white space. */
export function wordText({ passage }: Pick<Model, "passage">, { start, end }: TokenWord): string {
  return asSign(passage.slice(start, end));
}

/** What a word that is a sign for white space stands for; "" for words of the text. */
export function signMeaning(
  { passage }: Pick<Model, "passage">,
  { start, end }: TokenWord,
): string {
  const own = passage.slice(start, end);
  const sign = asSign(own);
  if (sign === own) return "";
  return `stands for a ${sign === LINE ? "line break" : "gap between columns"}`;
}

/** The best start and end logits among a word's pieces. */
export function wordLogits({ inspection }: Model, { first, last }: TokenWord) {
  let [start, end] = [inspection.start_logits[first]!, inspection.end_logits[first]!];
  for (let token = first + 1; token <= last; token++) {
    start = Math.max(start, inspection.start_logits[token]!);
    end = Math.max(end, inspection.end_logits[token]!);
  }
  return { start, end };
}

/** How probable it is that an answer starts, or ends, with one of a word's pieces. */
export function wordShares({ inspection }: Model, { first, last }: TokenWord) {
  let [start, end] = [0, 0];
  for (let token = first; token <= last; token++) {
    start += inspection.startShare(token);
    end += inspection.endShare(token);
  }
  return { start, end };
}

/** The index of the word that holds a token. */
export function wordOf(words: readonly TokenWord[], token: number): number {
  let low = 0;
  let high = words.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (words[middle]!.last < token) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The word that a span begins with, from the span's first piece on. */
export function firstWord({ inspection, passage, words }: Model, token: number): string {
  const { first, end } = words[wordOf(words, token)]!;
  const begin = inspection.scores.passage.starts[token]!;
  return (first < token ? "…" : "") + asSign(passage.slice(begin, end));
}

/** The word that a span ends with, up to the span's last piece. */
export function lastWord({ inspection, passage, words }: Model, token: number): string {
  const { last, start } = words[wordOf(words, token)]!;
  const stop = inspection.scores.passage.ends[token];
  return asSign(passage.slice(start, stop)) + (token < last ? "…" : "");
}

/** The tokens that a focus covers. */
export function spanOf(model: Model, focus: Focus): TokenSpan {
  if (focus.kind === "span") return focus.span;
  if (focus.kind === "word") return { start_token: focus.word.first, end_token: focus.word.last };
  const { first_token, last_token } = model.inspection.window(focus.window);
  return { start_token: first_token, end_token: last_token };
}

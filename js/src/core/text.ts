// Small things about text that every wing needs.

/** What went wrong, for the reader; an error without a message goes by its name. */
export function inWords(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

/** The character (one code point) that ends at a unit; "" at the text's beginning. */
export function characterBefore(text: string, at: number): string {
  return text.slice(at - (text.codePointAt(at - 2)! > 0xffff ? 2 : 1), at);
}

/** `text` with "\n" where a "\r" alone ends a line, as in some old texts. Offsets stay. */
export function withNewlines(text: string): string {
  return text.includes("\r") ? text.replace(/\r(?!\n)/g, "\n") : text;
}

/**
 * `text` with U+FFFD in place of each lone surrogate, as the browser's own encoder writes it: half
 * an emoji can neither travel to Python nor stand in a file.
 */
export function wellFormed(text: string): string {
  if (!/\p{Surrogate}/u.test(text)) return text;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(text));
}

// Gathers normalised characters into words and words into tokens.
import type { Encoding } from "./types";
import { MAX_WORD_CHARS, type WordPiece } from "./wordpiece";

/** Builds one Encoding; characters come in with the UTF-16 range of the original they stand for. */
export class TokenBuilder {
  // The open word, per UTF-16 unit; characters beyond the limit are only counted.
  readonly #units = new Uint16Array(2 * MAX_WORD_CHARS);
  readonly #unit_starts = new Int32Array(2 * MAX_WORD_CHARS);
  readonly #unit_ends = new Int32Array(2 * MAX_WORD_CHARS);
  #length = 0;
  #chars = 0;
  #word_start = 0;
  #word_end = 0;

  readonly #piece_ids = new Int32Array(2 * MAX_WORD_CHARS);
  readonly #piece_ends = new Int32Array(2 * MAX_WORD_CHARS);
  readonly #input_ids: number[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  constructor(
    private readonly pieces: WordPiece,
    private readonly unk_id: number,
  ) {}

  /** Adds a code point to the open word. */
  append(char: number, start: number, end: number): void {
    if (this.#chars++ === 0) this.#word_start = start;
    this.#word_end = end;
    if (this.#chars > MAX_WORD_CHARS) return;
    if (char > 0xffff) {
      this.#unit(0xd7c0 + (char >> 10), start, end);
      this.#unit(0xdc00 | (char & 0x3ff), start, end);
    } else {
      this.#unit(char, start, end);
    }
  }

  /** A code point that is a word of its own. */
  alone(char: number, start: number, end: number): void {
    this.close();
    this.append(char, start, end);
    this.close();
  }

  /** Ends the open word, if any. */
  close(): void {
    if (this.#chars === 0) return;
    const count =
      this.#chars > MAX_WORD_CHARS
        ? 0
        : this.pieces.split(this.#units, this.#length, this.#piece_ids, this.#piece_ends);
    if (count === 0) this.#token(this.unk_id, this.#word_start, this.#word_end);
    for (let piece = 0, from = 0; piece < count; piece++) {
      const to = this.#piece_ends[piece]!;
      this.#token(this.#piece_ids[piece]!, this.#unit_starts[from]!, this.#unit_ends[to - 1]!);
      from = to;
    }
    this.#length = 0;
    this.#chars = 0;
  }

  /** All tokens so far; call close() first. */
  finish(): Encoding {
    return {
      input_ids: Int32Array.from(this.#input_ids),
      starts: Int32Array.from(this.#starts),
      ends: Int32Array.from(this.#ends),
    };
  }

  #unit(unit: number, start: number, end: number): void {
    this.#units[this.#length] = unit;
    this.#unit_starts[this.#length] = start;
    this.#unit_ends[this.#length++] = end;
  }

  #token(id: number, start: number, end: number): void {
    this.#input_ids.push(id);
    this.#starts.push(start);
    this.#ends.push(end);
  }
}

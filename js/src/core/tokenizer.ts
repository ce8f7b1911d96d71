// BERT's tokenizer with the offsets of the original text, equal in ids and offsets to the Rust
// library `tokenizers`: BertNormalizer, BertPreTokenizer, WordPiece. One divergence: what it drops
// without a trace between two words parts them here (PARTING in unicode.ts).
//
// Rust runs whole-text passes (clean, isolate CJK, NFD, drop Mn, lower-case, split); here one pass
// does the same, code point by code point. Ranges are assigned as Rust does it, by position: a mark
// that canonical ordering moves gets the range of its new place, not its own.
import { SPACE as BLANK, has, LETTER_OR_DIGIT } from "./characters";
import { COLUMN, inSigns, LINE } from "./layout";
import { Marks } from "./marks";
import { TokenBuilder } from "./token-builder";
import type { Encoding } from "./types";
import {
  CJK,
  DECOMPOSES,
  LOWER,
  MARK,
  ORDERED,
  PUNCTUATION,
  REMOVED,
  SPACE,
  unicode,
} from "./unicode";
import { CONTINUATION, WordPiece } from "./wordpiece";

/** A token that goes on with the word of the one before it. */
export const CONTINUES = 1;
/** A token with a letter or digit. */
export const HAS_LETTER = 2;

const SPECIAL = new Set(["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]);

export interface TokenizerOptions {
  /** Lower-case and strip accents, as BERT uncased does. */
  readonly lowercase: boolean;
  /** Lines and columns of a passage are tokens (layout.ts). */
  readonly layout_signs?: boolean | undefined;
}

export interface Tokenizer {
  readonly lowercase: boolean;
  readonly cls_id: number;
  readonly sep_id: number;
  readonly pad_id: number;
  readonly unk_id: number;
  readonly vocab_size: number;
  /** CONTINUES and HAS_LETTER of each token, by id. */
  readonly traits: Uint8Array;
  /** Tokens of the whole text, no special tokens added or recognised. Offsets are UTF-16 units. */
  encode(text: string): Encoding;
  /**
   * `encode`, with the passage's layout in signs if the model was trained so; none stands before
   * the first word or behind the last.
   */
  encodePassage(text: string): Encoding;
  /** How many characters of a word the model counts, which takes it apart first and drops some. */
  lengthOf(word: string): number;
}

/**
 * @param vocab vocab.txt, as text or as its UTF-8 bytes.
 * @throws {Error} when the vocabulary lacks [UNK], [CLS], [SEP], [PAD], or a sign for the layout.
 */
export function createTokenizer(
  vocab: string | Uint8Array,
  { lowercase, layout_signs = false }: TokenizerOptions,
): Tokenizer {
  const text = typeof vocab === "string" ? vocab : new TextDecoder().decode(vocab);
  const pieces = new WordPiece(text);
  const special = (token: string): number => {
    const id = pieces.id(token);
    if (id === undefined) {
      throw new Error(
        `The vocabulary of ${pieces.vocab_size} tokens lacks ${token}. ` +
          "Give the vocab.txt of a BERT model: one token a line.",
      );
    }
    return id;
  };
  const unk_id = special("[UNK]");
  if (layout_signs) for (const sign of [LINE, COLUMN]) special(sign);
  const encode = (passage: string): Encoding => {
    const builder = new TokenBuilder(pieces, unk_id);
    if (lowercase) encodeUncased(passage, builder);
    else encodeCased(passage, builder);
    return builder.finish();
  };
  return {
    lowercase,
    cls_id: special("[CLS]"),
    sep_id: special("[SEP]"),
    pad_id: special("[PAD]"),
    unk_id,
    vocab_size: pieces.vocab_size,
    traits: Uint8Array.from(pieces.tokens, traitsOf),
    encode,
    encodePassage(text) {
      if (!layout_signs) return encode(text);
      const passage = encode(inSigns(text));
      const isSign = (token: number): boolean => has(text.charAt(passage.starts[token]!), BLANK);
      let [first, last] = [0, passage.starts.length];
      while (first < last && isSign(first)) first++;
      while (first < last && isSign(last - 1)) last--;
      return cut(passage, first, last);
    },
    lengthOf: (word) => lengthOf(word, lowercase),
  };
}

/** The tokens from `first` on, without those from `last` on. */
export function cut({ input_ids, starts, ends }: Encoding, first: number, last: number): Encoding {
  return {
    input_ids: input_ids.slice(first, last),
    starts: starts.slice(first, last),
    ends: ends.slice(first, last),
  };
}

function traitsOf(token: string): number {
  const continues = token.startsWith(CONTINUATION) ? CONTINUES : 0;
  const letter = Array.from(token).some((character) => has(character, LETTER_OR_DIGIT));
  return continues | (letter && !SPECIAL.has(token) ? HAS_LETTER : 0);
}

function lengthOf(word: string, lowercase: boolean): number {
  const { flags, decompose } = unicode();
  let length = 0;
  for (const character of word) {
    const char = character.codePointAt(0)!;
    if (flags[char]! & REMOVED) continue;
    const parts = lowercase && flags[char]! & DECOMPOSES ? decompose(char) : [char];
    length += lowercase ? parts.filter((part) => !(flags[part]! & MARK)).length : 1;
  }
  return length;
}

/** Clean and isolate CJK only. */
function encodeCased(text: string, builder: TokenBuilder): void {
  const { flags } = unicode();
  for (let at = 0; at < text.length; ) {
    const char = text.codePointAt(at)!;
    const start = at;
    at += char > 0xffff ? 2 : 1;
    const flag = flags[char]!;
    if (flag & REMOVED) continue;
    if (flag & SPACE) builder.close();
    else if (flag & (CJK | PUNCTUATION)) builder.alone(char, start, at);
    else builder.append(char, start, at);
  }
  builder.close();
}

/** Clean, isolate CJK, NFD, drop Mn, lower-case. */
function encodeUncased(text: string, builder: TokenBuilder): void {
  const { flags, lower, order, decompose } = unicode();

  /** One character after NFD and the dropping of Mn. */
  const emit = (char: number, start: number, end: number): void => {
    const lowered = flags[char]! & LOWER ? lower(char) : char;
    if (flags[lowered]! & PUNCTUATION) builder.alone(lowered, start, end);
    else builder.append(lowered, start, end);
  };
  const marks = new Marks(emit);

  for (let at = 0; at < text.length; ) {
    const char = text.codePointAt(at)!;
    const start = at;
    at += char > 0xffff ? 2 : 1;
    const flag = flags[char]!;
    if (flag & REMOVED) continue;
    if (flag & (DECOMPOSES | ORDERED)) {
      if (flag & CJK) {
        marks.flush(start, at);
        builder.close();
      }
      let first = true;
      for (const part of flag & DECOMPOSES ? decompose(char) : [char]) {
        const part_flag = flags[part]!;
        const kept = (part_flag & MARK) === 0;
        if (part_flag & ORDERED) {
          marks.push({ char: part, order: order(part), kept, first, start, end: at });
        } else {
          marks.flush(start, at);
          if (kept) emit(part, start, at);
        }
        first = false;
      }
      if (flag & CJK) builder.close();
      continue;
    }
    marks.flush(start, at);
    if (flag === 0) builder.append(char, start, at);
    else if (flag & SPACE) builder.close();
    else if (flag & CJK) builder.alone(char, start, at);
    else if (!(flag & MARK)) emit(char, start, at);
  }
  marks.flush(text.length, text.length);
  builder.close();
}

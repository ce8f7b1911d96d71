// Where an answer begins and ends in the text, for the tokens that the model chose.
// Python's twin: qna_widget/core/borders.py. In this order: nothing that was not read is in an
// answer; words and what a reader takes as one are whole, if asked for (`align_to_words`);
// characters are whole; and, but for the pipeline's ways (`neat`), brackets and markup are trimmed
// or paired, and there is a letter or a digit. docs/answers.md tells the rules.
import { spelled, wholeAtoms } from "./atoms";
import { has, LETTER_OR_DIGIT, SPACE, UNSPACED } from "./characters";
import * as contract from "./contract";
import { whole } from "./graphemes";
import { paired } from "./pairs";
import { endsSentence } from "./sentence-ends";
import { characterBefore } from "./text";
import { CONTINUES, HAS_LETTER, type Tokenizer } from "./tokenizer";
import type { Encoding, Ways } from "./types";
import { MAX_WORD_CHARS } from "./wordpiece";

/** Code points around an answer that are looked at. */
const REACH = 300;
const REMEMBERED = 20_000;
/** Where what may be cut off as a tag begins (pairs.ts), and where one ends. */
const TAG_SIGNS = /<(?=[/A-Za-z]|\S[^<>]*>)|>/g;

/** UTF-16 units. */
type Range = readonly [number, number];
type Options = Pick<Ways, "align_to_words" | "neat">;

/** What is shown to readers. */
export const SHOWN: Ways = {
  align_to_words: true,
  neat: true,
  sentence_margin: contract.limits.sentence_margin,
  cut_share: 0,
};

/** The borders of answers in one passage. */
export class Borders {
  /** Words of more characters than the model takes: one [UNK] each. */
  readonly unread: number;
  /** For each token the first one from it on that was not read; the length for none. */
  readonly stop: Int32Array;
  /** For each token the first one from it on with a letter or digit; the length for none. */
  readonly letter: Int32Array;
  /** The same of what no answer leaves out as part of a tag. */
  readonly #kept: Int32Array;
  readonly #continues: Uint8Array;
  #sentence: Int32Array | undefined;
  // What was found out: most candidates begin and end with words that others have, too.
  readonly #words: Range[] = [];
  readonly #answers = new Map<string, Range | null>();

  constructor(
    private readonly text: string,
    private readonly passage: Encoding,
    tokenizer: Tokenizer,
  ) {
    const { traits, unk_id } = tokenizer;
    const { input_ids, starts, ends } = passage;
    const count = input_ids.length;
    const has_letter = new Uint8Array(count);
    const unread = new Uint8Array(count);
    this.#continues = new Uint8Array(count);
    let words = 0;
    for (let token = 0; token < count; token++) {
      const trait = traits[input_ids[token]!]!;
      this.#continues[token] = trait & CONTINUES;
      has_letter[token] = trait & HAS_LETTER;
      if (input_ids[token] !== unk_id) continue;
      const word = text.slice(starts[token], ends[token]);
      if (tokenizer.lengthOf(word) > MAX_WORD_CHARS) {
        unread[token] = 1;
        words++;
      } else if (Array.from(word).some((one) => has(one, LETTER_OR_DIGIT))) has_letter[token] = 1;
    }
    this.unread = words;
    this.stop = next(unread);
    this.letter = next(has_letter);
    const tagged = inTags(text, starts);
    this.#kept = next(has_letter.map((letter, token) => (tagged[token] ? 0 : letter)));
  }

  /** For each token the number of its sentence, from 0. */
  get sentence(): Int32Array {
    if (this.#sentence) return this.#sentence;
    const { starts, ends: stops } = this.passage;
    // A sign for the layout is no part of a sentence: it is the white space between two.
    const isRead = (at: number): boolean => !has(this.text.charAt(at), SPACE);
    const read = starts.map((_, token) => token).filter((token) => isRead(starts[token]!));
    const part = {
      starts: read.map((token) => starts[token]!),
      ends: read.map((token) => stops[token]!),
    };
    const ends = new Uint8Array(starts.length);
    for (const [at, end] of endsSentence(this.text, part).entries()) ends[read[at]!] = end;
    const sentence = new Int32Array(ends.length);
    for (let token = 1; token < ends.length; token++) {
      sentence[token] = sentence[token - 1]! + ends[token - 1]!;
    }
    this.#sentence = sentence;
    return sentence;
  }

  /** Where the answer of tokens first..last begins and ends; null for what is no answer. */
  range(first: number, last: number, options: Options): Range | null {
    if (this.stop[first]! <= last) return null;
    const { align_to_words, neat } = options;
    const start = align_to_words ? this.#word(first)[0] : this.passage.starts[first]!;
    const end = align_to_words ? this.#word(last)[1] : this.passage.ends[last]!;
    const key = `${start},${end},${neat}`;
    let found = this.#answers.get(key);
    if (found === undefined) {
      if (this.#answers.size >= REMEMBERED) this.#answers.clear();
      found = this.#changed(start, end, (near, from, to) => {
        let [first, last] = whole(near, from, to);
        while (first < last && has(near[first]!, SPACE)) first++;
        while (first < last && has(near[last - 1]!, SPACE)) last--;
        if (first === last) return null; // nothing but signs for the layout
        if (!neat) return [first, last];
        const tidy = paired(near, first, last);
        const is_one = near.slice(...tidy).some((character) => has(character, LETTER_OR_DIGIT));
        return is_one ? whole(near, ...tidy) : null;
      });
      this.#answers.set(key, found);
    }
    return found;
  }

  /**
   * The first and last unit by which an answer is compared with others: without the signs around
   * its letters and digits, so that what differs by them alone is one answer; the range itself
   * when not `neat`.
   */
  place(first: number, last: number, options: Options): Range | null {
    const found = this.range(first, last, options);
    if (found === null || !options.neat) return found && [found[0], found[1] - 1];
    let [start, end] = found;
    while (!has(this.text.slice(start, start + 2), LETTER_OR_DIGIT)) start++;
    while (!has(characterBefore(this.text, end), LETTER_OR_DIGIT)) end--;
    return [start, end - 1];
  }

  /**
   * Whether two answers that both hold the tokens first..last overlap for certain, both hold a
   * letter or digit there. Known without finding their places; false where a tag may be cut off.
   */
  meetIn(first: number, last: number): boolean {
    return this.#kept[first]! <= last;
  }

  /** Where the word of a token begins and ends, with what a reader takes as one. */
  #word(token: number): Range {
    const known = this.#words[token];
    if (known) return known;
    let [first, last] = [token, token];
    while (this.#goesOn(first)) first--;
    while (this.#goesOn(last + 1)) last++;
    const { starts, ends } = this.passage;
    const found = this.#changed(starts[first]!, ends[last]!, (near, start, end) =>
      wholeAtoms(spelled(near), start, end),
    )!;
    this.#words[token] = found;
    return found;
  }

  /** from..to as `change` makes it of the characters within reach of it. */
  #changed(
    from: number,
    to: number,
    change: (near: string[], start: number, end: number) => Range | null,
  ): Range | null {
    const { text } = this;
    // A code point has one unit, or two.
    const before = Array.from(text.slice(Math.max(0, from - 2 * REACH), from)).slice(-REACH);
    const inside = Array.from(text.slice(from, to));
    const after = Array.from(text.slice(to, to + 2 * REACH)).slice(0, REACH);
    const near = [...before, ...inside, ...after];
    const low = from - before.join("").length;
    const units = (count: number): number => low + near.slice(0, count).join("").length;
    const changed = change(near, before.length, before.length + inside.length);
    return changed && [units(changed[0]), units(changed[1])];
  }

  /** Whether a token belongs to the word of the one before it. */
  #goesOn(token: number): boolean {
    if (token <= 0 || !this.#continues[token]) return false;
    const { starts, ends } = this.passage;
    const start = starts[token]!;
    return !(
      has(this.text.slice(start, start + 2), UNSPACED) ||
      has(characterBefore(this.text, ends[token - 1]!), UNSPACED)
    );
  }
}

/** For each token whether a tag may have begun before it that has not ended yet. */
function inTags(text: string, starts: Int32Array): Uint8Array {
  const found = new Uint8Array(starts.length);
  let [token, open] = [0, 0];
  for (const { 0: sign, index } of text.matchAll(TAG_SIGNS)) {
    while (starts[token]! <= index) found[token++] = open;
    open = sign === "<" ? 1 : 0;
  }
  return found.fill(open, token);
}

/** For each place the first marked one from it on; the length for none. */
function next(marked: Uint8Array): Int32Array {
  const found = new Int32Array(marked.length);
  for (let at = marked.length - 1, place = marked.length; at >= 0; at--) {
    if (marked[at]) place = at;
    found[at] = place;
  }
  return found;
}

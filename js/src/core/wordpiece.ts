// The vocabulary as a trie, and greedy longest-match WordPiece on it.

/** Words of more code points than this become one [UNK]. */
export const MAX_WORD_CHARS = 100;

export const CONTINUATION = "##";
const WORD_ROOT = 0;
export const CONTINUATION_ROOT = 1;

/**
 * A trie over UTF-16 units whose edges are kept in one open-addressing hash table: a vocabulary of
 * 30,000 tokens takes a few MB and some milliseconds, and matching allocates nothing.
 */
export class WordPiece {
  readonly vocab_size: number;
  /** All tokens, by id. */
  readonly tokens: readonly string[];
  readonly #ids = new Map<string, number>();
  readonly #slots: Int32Array;
  readonly #parents: Int32Array;
  readonly #units: Uint16Array;
  readonly #tokens: Int32Array;
  #nodes = 2;

  /** @param text of vocab.txt: one token a line, its id the line's number from 0. */
  constructor(text: string) {
    // Only \n ends a line: tokens may hold U+0085, U+2028 and the like.
    const lines = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    this.vocab_size = lines.length;
    this.tokens = lines.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
    const bound = text.length + 3;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * bound)));
    this.#parents = new Int32Array(bound);
    this.#units = new Uint16Array(bound);
    this.#tokens = new Int32Array(bound).fill(-1);
    this.tokens.forEach((token, id) => {
      this.#ids.set(token, id);
      if (token.startsWith(CONTINUATION)) this.#insert(CONTINUATION_ROOT, token, 2, id);
      else this.#insert(WORD_ROOT, token, 0, id);
    });
  }

  /** The id of a token as it stands in vocab.txt, "##" included. */
  id(token: string): number | undefined {
    return this.#ids.get(token);
  }

  /**
   * Splits units[0..length) greedily. Writes each piece's id and its end (in units) to `ids` and
   * `ends`, and returns their number; 0 when the word cannot be built from the vocabulary.
   */
  split(units: Uint16Array, length: number, ids: Int32Array, ends: Int32Array): number {
    let count = 0;
    let from = 0;
    while (from < length) {
      let node = from === 0 ? WORD_ROOT : CONTINUATION_ROOT;
      let end = -1;
      let id = -1;
      for (let at = from; at < length; ) {
        node = this.#slots[this.#find(node, units[at]!)]!;
        if (node === 0) break;
        at++;
        if (this.#tokens[node]! >= 0) {
          end = at;
          id = this.#tokens[node]!;
        }
      }
      if (end < 0) return 0;
      ids[count] = id;
      ends[count++] = end;
      from = end;
    }
    return count;
  }

  #insert(root: number, token: string, from: number, id: number): void {
    let node = root;
    for (let at = from; at < token.length; at++) {
      const unit = token.charCodeAt(at);
      const slot = this.#find(node, unit);
      if (this.#slots[slot] === 0) {
        this.#slots[slot] = this.#nodes;
        this.#parents[this.#nodes] = node;
        this.#units[this.#nodes++] = unit;
      }
      node = this.#slots[slot]!;
    }
    // A bare "##" or an empty line matches nothing.
    if (node !== root) this.#tokens[node] = id;
  }

  /** The slot that holds the child of `node` by `unit`, or the free slot where it would go. */
  #find(node: number, unit: number): number {
    const mask = this.#slots.length - 1;
    let slot = Math.imul(node * 0x10001 + unit, 0x9e3779b1) >>> 7;
    for (;;) {
      slot &= mask;
      const child = this.#slots[slot]!;
      if (child === 0 || (this.#parents[child] === node && this.#units[child] === unit)) {
        return slot;
      }
      slot++;
    }
  }
}

// What the model said of windows, kept by their content. Python's twin:
// qna_widget/core/window_cache.py.
//
// A text of which a part was changed has windows that are equal, token by token, to those read
// before; so has a text that an undo brings back. Nothing but equal content is ever found: the key
// holds all that a model takes, whatever question, stride or text it was cut from.
import type { Feature, Logits } from "./types";

/** Bytes that an entry takes besides its numbers, about. */
const OVERHEAD = 400;

/** Logits of one model's windows, of bounded size: what was used longest ago goes first. */
export class WindowCache {
  /** Bytes of all entries. */
  bytes = 0;
  readonly #entries = new Map<string, Logits>();

  /** @param most_bytes 0 keeps nothing */
  constructor(readonly most_bytes: number) {}

  /** The number of windows. */
  get size(): number {
    return this.#entries.size;
  }

  /** The logits of an equal window, which counts as used just now; not to be written to. */
  get(feature: Feature): Logits | undefined {
    const key = keyOf(feature);
    const found = this.#entries.get(key);
    if (found === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, found); // the last one is the newest
    return found;
  }

  /** Keeps a copy of the logits. */
  add(feature: Feature, { start_logits, end_logits }: Logits): void {
    const key = keyOf(feature);
    this.#remove(key);
    const logits = { start_logits: start_logits.slice(), end_logits: end_logits.slice() };
    this.#entries.set(key, logits);
    this.bytes += sizeOf(key, logits);
    for (const oldest of this.#entries.keys()) {
      if (this.bytes <= this.most_bytes) break;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    const found = this.#entries.get(key);
    if (found === undefined) return;
    this.#entries.delete(key);
    this.bytes -= sizeOf(key, found);
  }
}

/** The ids, and where the passage begins, which tells the token types. */
function keyOf({ input_ids, passage_position }: Feature): string {
  const units = new Uint16Array(2 * input_ids.length + 2);
  units.set(new Uint16Array(new Int32Array([passage_position]).buffer));
  units.set(new Uint16Array(input_ids.slice().buffer), 2);
  return String.fromCharCode(...units);
}

function sizeOf(key: string, { start_logits, end_logits }: Logits): number {
  return 2 * key.length + start_logits.byteLength + end_logits.byteLength + OVERHEAD;
}

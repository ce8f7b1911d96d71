// Which windows to read first: those that cover most of where the question's words stand together.
// Python's twin: qna_widget/core/relevance.py.
//
// The order changes when an answer is found, never which. All numbers are whole ones, so that both
// languages agree on every tie.
import { Heap } from "./heap";
import type { Feature } from "./types";

/** Tokens over which a word of the question makes its surroundings relevant, less with each. */
const REACH = 32;
/** Tokens; the more blocks of a passage hold a word, the less it says. */
const BLOCK = 64;
/** Weights are rounded to this part of a natural logarithm. */
const UNIT = 1000;
/** Relevance is told from 0 to this, the most of the passage, before it is sharpened. */
const LEVELS = 100;
/** Power of it by which tokens count: one that is half as relevant counts an eighth. */
const SHARPNESS = 3;
/** Parts of one in which context is counted. */
const FINENESS = 16;

/** Where each word piece of a passage stands; made once, and used for every question. */
export class PassageIndex {
  #places: Int32Array | undefined;
  /** By piece: where its places begin in #places; one more entry ends the last. */
  #firsts = new Int32Array(0);

  /** Work begins with the first question that needs it. */
  constructor(private readonly input_ids: Int32Array) {}

  /** The number of tokens. */
  get length(): number {
    return this.input_ids.length;
  }

  /** Where `piece` stands, in order. */
  places(piece: number): Int32Array {
    this.#places ??= this.#sort();
    const [first = 0, stop = first] = this.#firsts.subarray(piece, piece + 2);
    return this.#places.subarray(first, stop);
  }

  /** Where `piece` stands with `following` behind it. */
  pairPlaces(piece: number, following: number): Int32Array {
    return this.places(piece).filter((place) => this.input_ids[place + 1] === following);
  }

  /** All places, ordered by the piece that stands there: a counting sort. */
  #sort(): Int32Array {
    const ids = this.input_ids;
    const largest = ids.reduce((most, id) => Math.max(most, id), -1);
    const firsts = new Int32Array(largest + 2);
    for (const id of ids) firsts[id + 1]!++;
    for (let id = 0; id <= largest; id++) firsts[id + 1]! += firsts[id]!;
    const next = firsts.slice();
    const places = new Int32Array(ids.length);
    for (let place = 0; place < ids.length; place++) places[next[ids[place]!]!++] = place;
    this.#firsts = firsts;
    return places;
  }
}

/**
 * The numbers of all windows, in the order in which to read them.
 *
 * Next comes always the window that adds most: the sum over its tokens of how much more context it
 * gives them than those before it, times their weight. So what lies apart is read before the same
 * words are read again with more around them. Windows that add as much keep the order of the
 * passage. Each is found when it is asked for: where windows overlap much, all take long.
 *
 * @param index of the passage that `features` were cut from.
 * @param question the ids of the question's tokens.
 */
export function* readingOrder(
  index: PassageIndex,
  question: Int32Array,
  features: readonly Feature[],
): Generator<number> {
  if (features.length < 2) return yield* features.keys();
  const weights = tokenWeights(tokenRelevance(index, question));
  const contexts = windowContexts(features);
  const had = new Int32Array(weights.length);
  const added = (window: number): number => {
    const { window_start, window_length } = features[window]!;
    const context = contexts[window]!;
    let sum = 0;
    for (let at = 0; at < window_length; at++) {
      const more = context[at]! - had[window_start + at]!;
      if (more > 0) sum += more * weights[window_start + at]!;
    }
    return sum;
  };
  // What a window adds only shrinks as others are read that overlap it: one for which that was
  // counted since adds more than all that are below it.
  const said = Float64Array.from(features, (_, window) => added(window));
  const stale = new Uint8Array(features.length);
  const heap = new Heap(
    Int32Array.from(features.keys()),
    (a, b) => said[a]! > said[b]! || (said[a] === said[b] && a < b),
  );
  while (heap.size > 0) {
    const window = heap.top;
    if (stale[window]) {
      stale[window] = 0;
      said[window] = added(window);
      heap.settle();
      continue;
    }
    heap.pop();
    yield window;
    const { window_start: first, window_length } = features[window]!;
    contexts[window]!.forEach((context, at) => {
      had[first + at] = Math.max(had[first + at]!, context);
    });
    const overlaps = (other: Feature | undefined): boolean =>
      other !== undefined &&
      other.window_start < first + window_length &&
      first < other.window_start + other.window_length;
    for (let near = window; overlaps(features[near]); near--) stale[near] = 1;
    for (let near = window; overlaps(features[near]); near++) stale[near] = 1;
  }
}

/** For each token what it counts: 1 where nothing of the question stands near. */
function tokenWeights(relevance: Float64Array): Float64Array {
  const most = relevance.reduce((a, b) => Math.max(a, b), 1);
  return relevance.map((value) => Math.floor((LEVELS * value) / most) ** SHARPNESS + 1);
}

/**
 * For each window what context it gives to each of its tokens.
 *
 * That is the root of the number of tokens up to the nearer border of the window, in parts of
 * FINENESS: the first tokens of context say most. Where the passage itself ends there is no border,
 * and half a window is the most that counts.
 */
function windowContexts(features: readonly Feature[]): Int32Array[] {
  const last = features.at(-1)!;
  const stop = last.window_start + last.window_length;
  const most = (features[0]!.window_length + 1) >> 1;
  const known = new Map<string, Int32Array>();
  return features.map(({ window_start, window_length }) => {
    const begins = window_start === 0;
    const ends = window_start + window_length === stop;
    const key = `${window_length} ${begins} ${ends}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const context = Int32Array.from({ length: window_length }, (_, at) => {
      const near = Math.min(begins ? most : at + 1, ends ? most : window_length - at, most);
      return Math.floor(Math.sqrt(FINENESS ** 2 * near));
    });
    known.set(key, context);
    return context;
  });
}

/**
 * For each token of the passage how much of the question stands near it.
 *
 * Each different piece of the question adds its weight, in full where it stands and less by one
 * part in REACH with each token of distance; pairs of neighbours that are neighbours in the
 * passage, too, add half of theirs besides. The weight is the logarithm of how rare the piece or
 * pair is among the blocks of the passage.
 */
export function tokenRelevance(index: PassageIndex, question: Int32Array): Float64Array {
  const found: [Int32Array, number][] = [];
  for (const piece of new Set(question)) found.push([index.places(piece), 2]);
  const pairs = new Set<string>();
  for (let at = 0; at + 1 < question.length; at++) {
    const [piece, following] = [question[at]!, question[at + 1]!];
    const pair = `${piece} ${following}`;
    if (pairs.has(pair)) continue;
    pairs.add(pair);
    found.push([index.pairPlaces(piece, following), 1]);
  }
  const blocks = Math.max(1, Math.floor(index.length / BLOCK));
  const sums = new Float64Array(index.length);
  for (const [places, share] of found) {
    const held = new Set(places.map((place) => Math.floor(place / BLOCK))).size;
    const weight = Math.floor(UNIT * Math.log((blocks + 1) / (held + 0.5)) + 0.5);
    if (held > 0 && weight > 0) addNearness(sums, places, share * weight);
  }
  return sums;
}

/** Adds to each token REACH less the distance to the nearest place, times `weight`. */
function addNearness(sums: Float64Array, places: Int32Array, weight: number): void {
  places.forEach((place, n) => {
    // What lies between two places belongs to the nearer one, the middle to the earlier.
    const before = n > 0 ? (places[n - 1]! + place) >> 1 : -1;
    const after = n + 1 < places.length ? (place + places[n + 1]!) >> 1 : sums.length - 1;
    const first = Math.max(before + 1, place - REACH + 1);
    const last = Math.min(after, place + REACH - 1);
    for (let token = first; token <= last; token++) {
      sums[token]! += weight * (REACH - Math.abs(token - place));
    }
  });
}

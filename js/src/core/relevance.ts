// Which windows to read first: those where the question's words stand closest together.
// Python's twin: qna_widget/core/relevance.py.
//
// The order changes when an answer is found, never which. All numbers are whole ones, so that both
// languages agree on every tie.
import { maxContextWindows } from "./features";
import type { Feature } from "./types";

/** Tokens over which a word of the question makes its surroundings relevant, less with each. */
const REACH = 32;
/** Tokens; the more blocks of a passage hold a word, the less it says. */
const BLOCK = 64;
/** Weights are rounded to this part of a natural logarithm. */
const UNIT = 1000;

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
 * The numbers of all windows, the most relevant one to the question first.
 *
 * A window is as relevant as the best of the tokens whose spans count in it (see
 * `maxContextWindows`); windows alike keep the order of the passage.
 *
 * @param index of the passage that `features` were cut from.
 * @param question the ids of the question's tokens.
 */
export function readingOrder(
  index: PassageIndex,
  question: Int32Array,
  features: readonly Feature[],
): number[] {
  const order = features.map((_, window) => window);
  if (order.length < 2) return order;
  const relevance = tokenRelevance(index, question);
  const windows = new Float64Array(features.length).fill(-1);
  maxContextWindows(features).forEach((window, token) => {
    windows[window] = Math.max(windows[window]!, relevance[token]!);
  });
  return order.sort((a, b) => windows[b]! - windows[a]! || a - b);
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

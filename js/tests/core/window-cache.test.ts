import { describe, expect, it } from "vitest";
import type { Feature, Logits } from "../../src/core/types";
import { WindowCache } from "../../src/core/window-cache";

/** Of a window of ten tokens. */
const BYTES = 4 * 10 + 4 + 2 * 4 * 10 + 400;

function feature(first: number, { passage_position = 3, window_start = 0, length = 10 } = {}) {
  const input_ids = Int32Array.from({ length }, (_, k) => first + k);
  const token_type_ids = input_ids.map((_, k) => (k >= passage_position ? 1 : 0));
  const window_length = length - passage_position - 1;
  return { input_ids, token_type_ids, passage_position, window_start, window_length } as Feature;
}

const logits = (value: number, length = 10): Logits => ({
  start_logits: new Float32Array(length).fill(value),
  end_logits: new Float32Array(length).fill(-value),
});

const first = (found: Logits | undefined) => found?.start_logits[0];

describe("WindowCache", () => {
  it("finds equal content wherever it stands, and nothing else", () => {
    const cache = new WindowCache(10 ** 6);
    cache.add(feature(7), logits(1));
    expect(first(cache.get(feature(7, { window_start: 500 })))).toBe(1);
    expect(cache.get(feature(8))).toBeUndefined();
    expect(cache.get(feature(7 + 0x10000))).toBeUndefined();
    expect(cache.get(feature(7, { passage_position: 4 }))).toBeUndefined();
    expect(cache.get(feature(7, { length: 9 }))).toBeUndefined();
    const changed = feature(7);
    changed.input_ids[5] = 1;
    expect(cache.get(changed)).toBeUndefined();
  });

  it("takes ids from a part of a longer array", () => {
    const cache = new WindowCache(10 ** 6);
    const whole = feature(7);
    cache.add(whole, logits(1));
    const longer = Int32Array.from({ length: 14 }, (_, k) => 5 + k);
    expect(first(cache.get({ ...whole, input_ids: longer.subarray(2, 12) }))).toBe(1);
  });

  it("forgets first what was used longest ago", () => {
    const cache = new WindowCache(3 * BYTES);
    for (const number of [0, 1, 2]) cache.add(feature(number), logits(number));
    expect([cache.size, cache.bytes]).toEqual([3, 3 * BYTES]);
    cache.get(feature(0));
    cache.add(feature(3), logits(3));
    expect([0, 1, 2, 3].map((number) => first(cache.get(feature(number))))).toEqual([
      0,
      undefined,
      2,
      3,
    ]);
    expect([cache.size, cache.bytes]).toEqual([3, 3 * BYTES]);
  });

  it("keeps once what is given twice, and counts its bytes", () => {
    const cache = new WindowCache(10 * BYTES);
    cache.add(feature(1), logits(1));
    cache.add(feature(1), logits(2));
    expect([cache.size, cache.bytes, first(cache.get(feature(1)))]).toEqual([1, BYTES, 2]);
    for (let number = 0; number < 30; number++) {
      cache.add(feature(number, { length: 100 }), logits(number, 100));
      expect(cache.bytes).toBeLessThanOrEqual(cache.most_bytes);
    }
    expect(cache.bytes).toBe(cache.size * (4 * 100 + 4 + 8 * 100 + 400));
  });

  it("keeps nothing where there is too little room", () => {
    for (const room of [0, BYTES - 1]) {
      const cache = new WindowCache(room);
      cache.add(feature(1), logits(1));
      expect([cache.size, cache.bytes]).toEqual([0, 0]);
    }
  });

  it("keeps a copy", () => {
    const cache = new WindowCache(10 ** 6);
    const given = logits(1);
    cache.add(feature(1), given);
    given.start_logits.fill(9);
    expect(first(cache.get(feature(1)))).toBe(1);
  });
});

import { describe, expect, it } from "vitest";
import { createDecoder, type Decoder } from "../../src/core/decoding";
import { createFeatures } from "../../src/core/features";
import type { DecodingOptions, Encoding, Feature, Logits, Overlap } from "../../src/core/types";
import { bruteForce } from "./brute-force";

const OPTIONS: DecodingOptions = {
  top_k: 5,
  max_answer_len: 30,
  no_answer_threshold: 0,
  overlap: "none",
};

const tokens = (count: number): Encoding => ({
  input_ids: new Int32Array(count).fill(9),
  starts: new Int32Array(count),
  ends: new Int32Array(count),
});

/** Windows of `capacity` passage tokens behind a question of 2. */
const windowsOf = (passage: number, capacity: number, doc_stride: number): Feature[] =>
  createFeatures(
    tokens(2),
    tokens(passage),
    { cls_id: 1, sep_id: 2 },
    {
      max_seq_len: capacity + 5,
      doc_stride,
    },
  );

/** A reproducible stream of numbers in 0…1 (Park and Miller's generator). */
function randoms(seed: number): () => number {
  let state = seed * 7919 + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

const logitsOf = (feature: Feature, draw: () => number): Logits => ({
  start_logits: Float32Array.from(feature.input_ids, draw),
  end_logits: Float32Array.from(feature.input_ids, draw),
});

/** @param logits by window; undefined for one that is still to come. */
function check(
  features: readonly Feature[],
  logits: readonly (Logits | undefined)[],
  options: DecodingOptions,
): void {
  const decoder = createDecoder(features);
  for (const [window, given] of logits.entries()) if (given) decoder.add(window, given);
  compare(decoder, features, logits, options);
}

function compare(
  decoder: Decoder,
  features: readonly Feature[],
  logits: readonly (Logits | undefined)[],
  options: DecodingOptions,
): void {
  const actual = decoder.decode(options);
  const expected = bruteForce(features, logits, options);
  expect(actual.spans.map(({ probability, ...span }) => span)).toEqual(expected.kept);
  expect(actual).toMatchObject({
    null_score: expected.null_score,
    null_margin: expected.null_margin,
    no_answer: expected.no_answer,
  });
  expect(actual.null_probability).toBeCloseTo(expected.share(expected.null_score), 12);
  actual.spans.forEach(({ probability }, rank) => {
    expect(probability).toBeCloseTo(expected.probabilities[rank]!, 12);
  });
  expect(actual.overlapping_probability).toBeCloseTo(expected.overlapping_probability, 12);
}

describe("against brute force", () => {
  const shapes = [
    [1, 8, 4],
    [7, 8, 4],
    [40, 12, 5],
    [40, 12, 12],
    [60, 60, 9],
    [30, 9, 1],
  ] as const;
  const draws: Record<string, (random: () => number) => () => number> = {
    "real-valued logits": (random) => () => random() * 16 - 8,
    "many ties": (random) => () => Math.floor(random() * 3),
    "all equal": () => () => 0.5,
    "huge logits": (random) => () => (random() - 0.5) * 1e6,
    "sums that round": (random) => () => 10 ** Math.floor(random() * 19 - 9) * (random() - 0.5),
  };
  for (const [name, draw] of Object.entries(draws)) {
    it.each<Overlap>(["none", "nested", "allow"])(`${name}, overlap %s`, (overlap) => {
      shapes.forEach(([passage, capacity, stride], shape) => {
        for (let seed = 0; seed < 6; seed++) {
          const random = randoms(100 * shape + seed);
          const features = windowsOf(passage, capacity, stride);
          const logits = features.map((feature) => logitsOf(feature, draw(random)));
          for (const max_answer_len of [1, 4, 30]) {
            for (const [top_k, no_answer_threshold] of [
              [1, 0],
              [7, -3],
              [100, 50],
            ] as const) {
              check(features, logits, { top_k, max_answer_len, no_answer_threshold, overlap });
            }
          }
        }
      });
    });
  }
});

describe("a decoder over time", () => {
  const features = windowsOf(50, 12, 5);
  const random = randoms(3);
  const logits = features.map((feature) => logitsOf(feature, () => random() * 16 - 8));

  it("knows nothing before the first window", () => {
    expect(createDecoder(features).decode(OPTIONS)).toEqual({
      spans: [],
      null_score: null,
      null_probability: 0,
      null_margin: null,
      overlapping_probability: 0,
      no_answer: false,
    });
  });

  it("gives the same to the last bit whatever the order, and however often it was asked", () => {
    const straight = createDecoder(features);
    for (const [window, given] of logits.entries()) straight.add(window, given);
    const whole = straight.decode(OPTIONS);
    for (let seed = 0; seed < 40; seed++) {
      const draw = randoms(seed);
      const order = features.map((_, window) => [draw(), window] as const);
      order.sort(([a], [b]) => a - b);
      const part = Math.ceil(draw() * order.length);
      const decoder = createDecoder(features);
      const sorted = createDecoder(features);
      for (const [, window] of order.slice(0, part)) {
        decoder.add(window, logits[window]!);
        if (draw() < 0.5) decoder.decode({ ...OPTIONS, max_answer_len: 1 + (window % 5) });
        if (draw() < 0.5) decoder.decode(OPTIONS);
      }
      const given = order.slice(0, part).map(([, window]) => window);
      for (const window of given.toSorted((a, b) => a - b)) sorted.add(window, logits[window]!);
      expect(decoder.decode(OPTIONS)).toEqual(sorted.decode(OPTIONS));
      for (const [, window] of order.slice(part)) decoder.add(window, logits[window]!);
      expect(decoder.decode(OPTIONS)).toEqual(whole);
      expect(decoder.windows_done).toBe(features.length);
    }
  });

  it("finds in the windows given so far what it would if there were no others", () => {
    for (let seed = 0; seed < 30; seed++) {
      const draw = randoms(seed);
      const order = features.map((_, window) => [draw(), window] as const);
      order.sort(([a], [b]) => a - b);
      const decoder = createDecoder(features);
      const given: (Logits | undefined)[] = features.map(() => undefined);
      for (const [, window] of order) {
        given[window] = logits[window]!;
        decoder.add(window, logits[window]!);
        const overlap = (["none", "nested", "allow"] as const)[seed % 3]!;
        if (draw() < 0.7) compare(decoder, features, given, { ...OPTIONS, overlap });
      }
    }
  });

  it("shows the best of the windows given so far", () => {
    const decoder = createDecoder(features);
    decoder.add(1, logits[1]!);
    const { spans } = decoder.decode({ ...OPTIONS, overlap: "allow", top_k: 100 });
    expect(spans.length).toBeGreaterThan(5);
    expect(new Set(spans.map((span) => span.window))).toEqual(new Set([1]));
  });

  it("keeps probabilities when top_k, overlap or threshold change", () => {
    const decoder = createDecoder(features);
    for (const [window, given] of logits.entries()) decoder.add(window, given);
    const first = decoder.decode(OPTIONS).spans[0]!;
    for (const changes of [{ top_k: 1 }, { overlap: "allow" }, { no_answer_threshold: 100 }]) {
      const options = { ...OPTIONS, ...changes } as DecodingOptions;
      expect(decoder.decode(options).spans[0]).toEqual(first);
    }
    const all = decoder.decode({ ...OPTIONS, top_k: 100_000, overlap: "allow" });
    const sum = all.spans.reduce((s, { probability }) => s + probability, all.null_probability);
    expect(sum).toBeCloseTo(1, 12);
  });

  it("copies the logits that it is given", () => {
    const decoder = createDecoder(features);
    const given = logitsOf(features[0]!, () => 1);
    decoder.add(0, given);
    given.start_logits.fill(99);
    expect(decoder.decode(OPTIONS).spans[0]!.score).toBe(2);
  });
});

describe("what a decoder refuses", () => {
  const features = windowsOf(5, 12, 5);
  const zeros = () => logitsOf(features[0]!, () => 0);
  const changed = (change: (logits: Logits) => void): Logits => {
    const logits = zeros();
    change(logits);
    return logits;
  };

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "logits of %s",
    (bad) => {
      const logits = changed(({ end_logits }) => end_logits.fill(bad, 4, 5));
      expect(() => createDecoder(features).add(0, logits)).toThrow(
        `The model gave ${bad} among the end_logits of window 0`,
      );
    },
  );

  it("logits shorter than the window", () => {
    const short = { ...zeros(), start_logits: new Float32Array(9) };
    expect(() => createDecoder(features).add(0, short)).toThrow(
      "The model gave 9 start_logits for the 10 tokens of window 0. It must give one per token.",
    );
  });

  it("a window that does not exist, or comes twice", () => {
    const decoder = createDecoder(features);
    expect(() => decoder.add(1, zeros())).toThrow("There is no window 1; there are 1.");
    decoder.add(0, zeros());
    expect(() => decoder.add(0, zeros())).toThrow("Window 0 was given twice.");
  });

  it("nothing when the logits of the padding are odd", () => {
    const padded = {
      start_logits: new Float32Array(20).fill(Number.NaN, 10),
      end_logits: new Float32Array(20).fill(Number.NaN, 10),
    };
    const decoder = createDecoder(features);
    decoder.add(0, padded);
    expect(decoder.decode(OPTIONS).spans).toHaveLength(5);
  });
});

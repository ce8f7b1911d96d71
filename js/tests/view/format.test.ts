import { describe, expect, it } from "vitest";
import { DEFAULT_INPUTS } from "../../src/component/inputs";
import { type ComponentState, initialState } from "../../src/component/state";
import type { Result } from "../../src/core/types";
import {
  announcement,
  bytes,
  count,
  duration,
  isFirstLoad,
  marginText,
  partialText,
  percent,
  progressText,
  score,
  statusParts,
} from "../../src/view/format";

const result: Result = {
  answers: [
    { text: "123 Sesame Street", start: 99, end: 116, score: 9.3, probability: 0.784 },
    { text: "Street", start: 51, end: 57, score: 2, probability: 0.003 },
  ],
  null_score: 1.9,
  null_probability: 0.0123,
  null_margin: -7.4,
  overlapping_probability: 0.02,
  no_answer: false,
  question: "Where?",
  passage_length: 400,
  windows_done: 2,
  windows_total: 2,
  warnings: [],
  timing: { tokens: 1312, windows: 2, run_ms: 150, total_ms: 184.2 },
  backend: "wasm, 1 thread",
  model: "MiniLM-L6 (bundled)",
};

const state: ComponentState = {
  ...initialState(DEFAULT_INPUTS),
  status: "ready",
  result,
  model: "MiniLM-L6 (bundled)",
  backend: "wasm, 1 thread",
};

describe("figures", () => {
  it("does not round to nothing or to certainty", () => {
    expect([0, 0.0004, 0.001, 0.0391, 0.784, 0.999, 0.99951, 1].map(percent)).toEqual([
      "<0.1%",
      "<0.1%",
      "0.1%",
      "3.9%",
      "78.4%",
      "99.9%",
      ">99.9%",
      ">99.9%",
    ]);
    expect(percent(Number.NaN)).toBe("–");
  });

  it("writes scores with a true minus sign, and no negative zero", () => {
    expect([9.314, -1.2, -0.001, 0].map((n) => score(n))).toEqual([
      "9.31",
      "\u22121.20",
      "0.00",
      "0.00",
    ]);
    expect(score(Number.NEGATIVE_INFINITY)).toBe("–");
  });

  it("writes bytes, times and counts for people", () => {
    expect([380_000, 999_499, 999_500, 25_700_000].map(bytes)).toEqual([
      "380 kB",
      "999 kB",
      "1.0 MB",
      "25.7 MB",
    ]);
    expect([0.3, 184.2, 999.7, 2400, 59_960, 80_000].map(duration)).toEqual([
      "<1 ms",
      "184 ms",
      "1.0 s",
      "2.4 s",
      "1 min 0 s",
      "1 min 20 s",
    ]);
    expect([count(1, "token"), count(1204, "token")]).toEqual(["1 token", "1,204 tokens"]);
  });
});

describe("states in words", () => {
  it("says model, backend, work and time", () => {
    expect(statusParts(state).join(" · ")).toBe(
      "MiniLM-L6 (bundled) · wasm, 1 thread · 1,312 tokens in 2 windows · 184 ms",
    );
    expect(statusParts({ ...state, result: null }).join(" · ")).toBe(
      "MiniLM-L6 (bundled) · wasm, 1 thread",
    );
  });

  it("says what is loaded, how much, and where it comes from", () => {
    const asset = { stage: "asset", name: "model.onnx", unit: "bytes" } as const;
    const texts = [
      { ...asset, loaded: 12_400_000, total: 25_700_000, source: "kernel" },
      { ...asset, loaded: 1_000_000, total: 25_700_000, source: "browser cache" },
      { ...asset, loaded: 12_400_000, total: 0, source: "somewhere new" },
      { ...asset, loaded: 12_000, total: 90_000 },
    ].map(progressText);
    expect(texts).toEqual([
      "Loading model.onnx: 12.4 of 25.7 MB, from the notebook kernel",
      "Loading model.onnx: 1.0 of 25.7 MB, from this browser's cache",
      "Loading model.onnx: 12.4 MB, from somewhere new",
      "Loading model.onnx: 12 of 90 kB",
    ]);
    const run = { stage: "run", name: "", loaded: 12, total: 87, unit: "windows" } as const;
    expect(progressText(run)).toBe("Reading: 12 of 87 windows");
  });

  it("promises a first and only load where the bytes are not from the cache", () => {
    const asset = { stage: "asset", name: "m", unit: "bytes", loaded: 1, total: 2 } as const;
    expect(isFirstLoad({ ...asset, source: "server" })).toBe(true);
    expect(isFirstLoad({ ...asset, source: "browser cache" })).toBe(false);
    expect(isFirstLoad(null)).toBe(false);
  });

  it("says how far no answer is from winning, and by how much it wins", () => {
    expect(marginText(result, 0)).toBe("would need 7.4 more");
    expect(marginText(result, -2.5)).toBe("would need 4.9 more");
    const none = { ...result, no_answer: true };
    expect(marginText({ ...none, null_margin: 1.8 }, 0)).toBe(
      "by 1.8 over the best span, threshold 0",
    );
    expect(marginText({ ...none, null_margin: -1.8 }, -2.5)).toBe(
      "1.8 below the best span, threshold \u22122.5",
    );
    expect(marginText({ ...result, null_margin: null }, 0)).toBe("");
  });

  it("calls first answers first answers", () => {
    expect(partialText({ ...result, windows_done: 12, windows_total: 87 })).toBe(
      "First answers; 12 of 87 windows read",
    );
  });

  it("reads out the best answer, or that there is none", () => {
    expect(announcement(result)).toBe("Answer: 123 Sesame Street, 78.4% probable. 1 more answer.");
    expect(announcement({ ...result, no_answer: true })).toBe("No answer in this passage.");
  });
});

import { describe, expect, it } from "vitest";
import { DEFAULT_INPUTS } from "../../src/component/inputs";
import { type ComponentState, initialState } from "../../src/component/state";
import type { Result } from "../../src/core/types";
import {
  announcement,
  decidedText,
  detailsOf,
  isFirstLoad,
  leadText,
  partialText,
  progressText,
  statusText,
  timeLeft,
  waitText,
} from "../../src/view/sentences";

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

describe("the line", () => {
  it("says who read it, where and how fast", () => {
    expect(statusText(state)).toBe("Read in 184 ms by MiniLM-L6, in your browser.");
    expect(statusText({ ...state, result: null })).toBe("MiniLM-L6 is ready, in your browser.");
    expect(statusText({ ...state, result: null, model: "" })).toBe(
      "Answers are computed in your browser.",
    );
  });

  it("says where the reader stopped it", () => {
    const inputs = { ...DEFAULT_INPUTS, passage: "a", question: "b" };
    const partial = { ...result, windows_done: 12, windows_total: 89 };
    expect(statusText({ ...state, inputs, result: partial })).toBe("Stopped after 12 of 89 parts.");
    expect(statusText({ ...state, inputs, result: null })).toBe("Stopped.");
    const held = { ...partial, windows_done: 4, timing: { ...result.timing, total_ms: 16_000 } };
    expect(statusText({ ...state, inputs, held: true, result: held })).toBe(
      "Paused after 4 of 89 parts: the rest takes about 5 min 40 s.",
    );
    // Decoded anew: nothing was read, so that nothing tells how long the rest takes.
    const anew = { ...held, windows_known: 4 };
    expect(statusText({ ...state, inputs, held: true, result: anew })).toBe(
      "Stopped after 4 of 89 parts.",
    );
  });

  it("keeps the rest for whoever looks closer", () => {
    expect(detailsOf({ ...state, notice: "Nothing is kept." })).toEqual([
      ["Model", "MiniLM-L6 (bundled)"],
      ["Computed by", "wasm, 1 thread"],
      ["Read", "1,312 tokens in 2 windows"],
      ["Time", "184 ms, of it 150 ms in the model"],
      ["Scores", "best answer 9.30, “no answer” 1.90"],
      ["Note", "Nothing is kept."],
    ]);
  });
});

describe("a wait", () => {
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
    expect(progressText(run)).toBe("Reading: 12 of 87 parts");
    expect(waitText({ ...state, result: null, progress: run })).toBe("Reading: 12 of 87 parts");
    expect(waitText({ ...state, progress: run })).toBe("12 of 87 parts read");
  });

  it("promises a first and only load where the bytes are not from the cache", () => {
    const asset = { stage: "asset", name: "m", unit: "bytes", loaded: 1, total: 2 } as const;
    expect(isFirstLoad({ ...asset, source: "server" })).toBe(true);
    expect(isFirstLoad({ ...asset, source: "browser cache" })).toBe(false);
    expect(isFirstLoad(null)).toBe(false);
  });
});

describe("before everything is read", () => {
  const timing = { ...result.timing, total_ms: 1400 };
  const partial = { ...result, windows_done: 12, windows_total: 89, timing };

  it("nothing final is said, but how far it is and how long it will take", () => {
    expect(partialText({ ...partial, no_answer: true }, true)).toBe(
      "Nothing found yet; about 9 s left",
    );
    expect(partialText(partial, true)).toBe("Best so far; about 9 s left");
    expect(partialText({ ...partial, unchanged_for: 8 }, true)).toBe(
      "Best so far, unchanged for 8 parts; about 9 s left",
    );
    expect(partialText({ ...partial, no_answer: true, unchanged_for: 8 }, true)).toBe(
      "Nothing found yet; about 9 s left",
    );
    expect(partialText(partial, false)).toBe("Best in 12 of 89 parts");
    expect(partialText({ ...partial, no_answer: true }, false)).toBe(
      "Nothing found in 12 of 89 parts",
    );
  });

  it("a guess of the time needs two parts, and is in minutes where it is long", () => {
    expect(timeLeft({ ...partial, windows_done: 1 })).toBe("");
    // What was read before took no time, and says nothing about the rest.
    expect(timeLeft({ ...partial, windows_known: 11 })).toBe("");
    expect(timeLeft({ ...partial, windows_known: 5 })).toBe("about 15 s left");
    expect(timeLeft({ ...partial, windows_total: 1300 })).toBe("about 3 min left");
    expect(timeLeft({ ...partial, windows_done: 88 })).toBe("about 1 s left");
  });
});

describe("answer and no answer", () => {
  it("says who leads, and which threshold turns it round", () => {
    expect(leadText(result)).toBe(
      "Here the best answer leads by 7.4; a threshold below \u22127.4 refuses it.",
    );
    expect(leadText({ ...result, null_margin: 1.8, no_answer: true })).toBe(
      "Here “no answer” leads by 1.8; a threshold of 1.8 shows the best answer.",
    );
    expect(leadText({ ...result, null_margin: null })).toBe("");
  });

  it("names thresholds that do what is said of them", () => {
    for (let hundredths = -300; hundredths <= 300; hundredths += 7) {
      const null_margin = hundredths / 100;
      const turn = (no_answer: boolean) =>
        Number(
          /of (\S+)|below (\S+)/u
            .exec(leadText({ ...result, null_margin, no_answer }).replace("\u2212", "-"))!
            .slice(1)
            .find(Boolean),
        );
      // As decoding.ts decides: "no answer" wins where its margin is above the threshold.
      expect(null_margin > turn(true)).toBe(false);
      expect(turn(true) - null_margin).toBeLessThan(0.1);
      expect(null_margin > turn(false) - 0.001).toBe(true);
    }
  });

  it("says nothing of a rounded threshold that is not so of the real one", () => {
    const own = 0.25; // the bundled model's
    expect(leadText({ ...result, null_margin: 0.28, no_answer: true })).toBe(
      "Here “no answer” leads by 0.3; a threshold of 0.3 shows the best answer.",
    );
    expect(decidedText({ ...result, null_margin: 0.22 }, own)).toBe(
      "“No answer” leads by 0.2, which the threshold of 0.25 allows.",
    );
    expect(decidedText({ ...result, null_margin: -2.28, no_answer: true }, -2.3)).toBe(
      "It beats “no answer” by 2.28; the threshold of \u22122.3 asks for more.",
    );
  });

  it("says so where the threshold decided against the higher score", () => {
    expect(decidedText(result, 0)).toBe("");
    expect(decidedText({ ...result, null_margin: -1.8, no_answer: true }, -2.5)).toBe(
      "It beats “no answer” by 1.8; the threshold of \u22122.5 asks for more.",
    );
    expect(decidedText({ ...result, null_margin: 1.8 }, 2.5)).toBe(
      "“No answer” leads by 1.8, which the threshold of 2.5 allows.",
    );
  });

  it("reads out the best answer, or that there is none", () => {
    expect(announcement(result)).toBe("Answer: 123 Sesame Street. Fairly sure.");
    expect(announcement({ ...result, no_answer: true, null_probability: 0.95 })).toBe(
      "The text does not say. Very sure.",
    );
  });
});

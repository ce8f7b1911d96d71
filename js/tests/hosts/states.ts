// States as a component would hold them.

import { DEFAULT_INPUTS, type Inputs } from "../../src/component/inputs";
import { type ComponentState, initialState } from "../../src/component/state";
import type { Asset, Manifest } from "../../src/core/manifest";
import type { Answer, Result } from "../../src/core/types";

export const PASSAGE = "🙂 Bert lives at 123 Sesame Street.";
export const ANSWER: Answer = {
  text: "123 Sesame Street",
  start: PASSAGE.indexOf("123"),
  end: PASSAGE.length - 1,
  score: 9.5,
  probability: 0.9,
};
const file = (name: string): Asset => ({
  name,
  path: name,
  sha256: "ab".repeat(32),
  bytes: 5,
  encoding: "gzip",
  unpacked_bytes: 9,
});
export const MANIFEST: Manifest = {
  model: {
    name: "bundled",
    title: "Mini",
    note: "",
    max_seq_len: 384,
    lowercase: true,
    onnx: file("model.onnx"),
    vocab: file("vocab.txt"),
  },
  runtime: { wasm: file("onnxruntime") },
};

export function makeInputs(changes: Partial<Inputs> = {}): Inputs {
  return { ...DEFAULT_INPUTS, passage: PASSAGE, question: "Where?", ...changes };
}

export function makeResult(changes: Partial<Result> = {}): Result {
  return {
    answers: [ANSWER],
    null_score: -4.5,
    null_probability: 0.01,
    null_margin: -14,
    overlapping_probability: 0,
    no_answer: false,
    question: "Where?",
    passage_length: PASSAGE.length,
    windows_done: 2,
    windows_total: 2,
    warnings: [],
    timing: { tokens: 20, windows: 2, run_ms: 5, total_ms: 6 },
    backend: "wasm, 1 thread",
    model: "A model",
    ...changes,
  };
}

export function makeState(changes: Partial<ComponentState> = {}): ComponentState {
  return {
    ...initialState(makeInputs()),
    status: "ready",
    result: makeResult(),
    model: "A model",
    backend: "wasm, 1 thread",
    ...changes,
  };
}

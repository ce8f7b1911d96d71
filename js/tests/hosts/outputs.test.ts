import { expect, test } from "vitest";
import * as contract from "../../src/core/contract";
import { crc32 } from "../../src/core/crc32";
import { outputsOf } from "../../src/hosts/outputs";
import { ANSWER, makeInputs, makeResult, makeState, PASSAGE } from "./states";

test("offsets leave in code points", () => {
  const { answers } = outputsOf(makeState());
  const { start, end } = answers![0]!;
  expect([start, end]).toEqual([ANSWER.start - 1, ANSWER.end - 1]);
  // Python's slice, which counts code points.
  expect([...PASSAGE].slice(start, end).join("")).toBe(ANSWER.text);
});

test("the names are the contract's", () => {
  const progress = {
    stage: "asset",
    name: "model.onnx",
    loaded: 1,
    total: 2,
    unit: "bytes",
    source: "kernel",
  } as const;
  const outputs = outputsOf(makeState({ progress }));
  expect(Object.keys(outputs).sort()).toEqual(Object.keys(contract.outputs).sort());
  expect(Object.keys(outputs.progress)).toEqual(contract.outputs.progress.items);
  expect(Object.keys(outputs.timing!)).toEqual(contract.outputs.timing.items);
  expect(Object.keys(outputs.answers![0]!)).toEqual(contract.outputs.answers.items);
  expect(contract.outputs.status.enum).toContain(outputs.status);
});

test("first answers of a long passage are not given for the last", () => {
  const result = makeResult({ windows_done: 1 });
  const outputs = outputsOf(makeState({ status: "running", result }));
  expect(outputs).not.toHaveProperty("answers");
  expect(outputs).not.toHaveProperty("null_score");
  expect(outputs.progress).toEqual({});
  // A stopped one says how far it went.
  const stopped = outputsOf(makeState({ status: "ready", result }));
  expect(stopped).not.toHaveProperty("answers");
  const far = { stage: "run", name: "A model", loaded: 1, total: 2, unit: "windows" };
  expect(stopped.progress).toEqual(far);
});

test("no answer is the empty text at 0", () => {
  const none = { text: "", start: 0, end: 0, score: 3, probability: 0.5 };
  const inputs = makeInputs({ passage: "🙂" });
  const outputs = outputsOf(makeState({ inputs, result: makeResult({ answers: [none] }) }));
  expect(outputs.answers).toEqual([none]);
});

test("crc32 is zlib's", () => {
  // The check value of the CRC catalogue, and two from Python's zlib.crc32 of UTF-8.
  expect(crc32("123456789")).toBe(0xcbf43926);
  expect(crc32("")).toBe(0);
  expect(crc32("🙂 na\u0301ive 𠀀")).toBe(2638670682);
  expect(crc32("x".repeat(100_000))).toBe(4261876081);
});

import { expect, test } from "vitest";
import { logitsOf } from "../../../src/runtime/worker/outputs";

const tensor = (dims: readonly number[], data: unknown = new Float32Array(6)) => ({
  type: "float32",
  dims,
  data,
});

test("a model file that lies about its shapes is refused", () => {
  for (const dims of [[6], [1, 3], [3, 2], [2, 3, 1], [2, 6], []]) {
    expect(() => logitsOf("end_logits", tensor(dims), [2, 3])).toThrow(
      `The model gave end_logits as float32 of shape (${dims.join(", ")}) for tokens of shape (2, 3).`,
    );
  }
  expect(() => logitsOf("end_logits", tensor([2, 3], new BigInt64Array(6)), [2, 3])).toThrow(
    "It must give one number per token",
  );
});

test("what fits is taken, doubles as well", () => {
  const data = Float32Array.of(1, 2, 3);
  expect(logitsOf("end_logits", tensor([1, 3], data), [1, 3])).toBe(data);
  expect(logitsOf("end_logits", tensor([1, 3], Float64Array.of(1, 2, 3)), [1, 3])).toEqual(data);
});

// What a model gave, looked at before it passes for logits.

interface Tensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

/**
 * The numbers of an output, row by row.
 * @param wanted the shape of the tokens
 * @throws Error when a file says one shape and gives another: rows of it would pass for logits.
 */
export function logitsOf(name: string, { type, dims, data }: Tensor, wanted: readonly number[]) {
  const fits = dims.length === wanted.length && dims.every((size, n) => size === wanted[n]);
  if (fits && data instanceof Float32Array) return data;
  if (fits && data instanceof Float64Array) return Float32Array.from(data);
  throw new Error(
    `The model gave ${name} as ${type} of shape (${dims.join(", ")}) for tokens of shape ` +
      `(${wanted.join(", ")}). It must give one number per token: export the model again, or take ` +
      "another.",
  );
}

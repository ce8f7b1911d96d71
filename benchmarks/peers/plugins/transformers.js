// transformers.js with its own defaults: its runtime, its caches, files by the hub's paths.
import { env, pipeline, Tensor } from "/peer/transformers.min.js";

env.remoteHost = `${location.origin}/hub/`;
env.remotePathTemplate = "{model}/";
env.allowLocalModels = false;
env.backends.onnx.wasm.wasmPaths = `${location.origin}/peer-ort/`;
env.backends.onnx.wasm.numThreads = 1;

let answer;

/** `dtype` left out: on wasm it takes q8, which is onnx/model_quantized.onnx. */
export async function load(options) {
  answer = await pipeline("question-answering", "peer", { device: "wasm", ...options });
}

export const ask = async (passage, question) => (await answer(question, passage)).answer;

export async function forward(ids) {
  const make = (data) => new Tensor("int64", data, [1, ids.length]);
  const { start_logits } = await answer.model({
    input_ids: make(BigInt64Array.from(ids, BigInt)),
    attention_mask: make(new BigInt64Array(ids.length).fill(1n)),
    token_type_ids: make(new BigInt64Array(ids.length)),
  });
  return start_logits.data.reduce((sum, logit) => sum + logit, 0);
}

// The same doings as page.js, by transformers.js: its own runtime, its own defaults, local files.
import { AutoModelForQuestionAnswering, env, Tensor } from "/peer/transformers.min.js";

env.allowRemoteModels = false;
env.allowLocalModels = true;
env.localModelPath = "/models/";
env.useBrowserCache = false;
env.useWasmCache = false;
env.backends.onnx.wasm.wasmPaths = "/peer-ort/";
env.backends.onnx.wasm.numThreads = 1;
env.backends.onnx.wasm.proxy = false;

let model;

window.bench = {
  async warm() {},
  async fetch(url) {
    window.folder = url.replace("/models/", "");
  },
  /** Milliseconds from a folder's name to a model: fetching and the runtime's start included. */
  async create() {
    const begun = performance.now();
    // No dtype is given: on wasm the default is q8, onnx/model_quantized.onnx.
    model = await AutoModelForQuestionAnswering.from_pretrained(window.folder, { device: "wasm" });
    return performance.now() - begun;
  },
  async run(length) {
    const ids = BigInt64Array.from({ length }, (_, i) => BigInt(1000 + ((i * 7919) % 20000)));
    const make = (data) => new Tensor("int64", data, [1, length]);
    const feeds = {
      input_ids: make(ids),
      attention_mask: make(new BigInt64Array(length).fill(1n)),
      token_type_ids: make(new BigInt64Array(length)),
    };
    const begun = performance.now();
    const { start_logits } = await model(feeds);
    const spent = performance.now() - begun;
    if (start_logits.dims[1] !== length) throw new Error("transformers.js gave no logits.");
    return spent;
  },
};

// One model on one page, on one thread of the page itself; benchmarks/models/browser.py drives it.
import * as ort from "/ort/ort.wasm.bundle.min.mjs";

ort.env.wasm.wasmPaths = "/ort/";
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

let session;

/** Word ids of a window of `length` tokens; the same for every model. */
function ids(length) {
  return BigInt64Array.from({ length }, (_, i) => BigInt(1000 + ((i * 7919) % 20000)));
}

function tensors(length) {
  const make = (data) => new ort.Tensor("int64", data, [1, length]);
  const all = {
    input_ids: make(ids(length)),
    attention_mask: make(new BigInt64Array(length).fill(1n)),
    token_type_ids: make(new BigInt64Array(length)),
  };
  return Object.fromEntries(session.inputNames.map((name) => [name, all[name]]));
}

window.bench = {
  /** Compiles the runtime, which is no model's share. */
  async warm(url) {
    const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
    await (await ort.InferenceSession.create(bytes)).release();
  },
  /** Fetches the model's bytes, which is no part of creating a session. */
  async fetch(url) {
    window.bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  },
  /** Milliseconds from bytes to a session. */
  async create(options) {
    const begun = performance.now();
    session = await ort.InferenceSession.create(window.bytes, {
      executionProviders: ["wasm"],
      ...options,
    });
    const spent = performance.now() - begun;
    window.bytes = undefined;
    return spent;
  },
  /** Milliseconds of one forward pass. */
  async run(length) {
    const feeds = tensors(length);
    const begun = performance.now();
    const outputs = await session.run(feeds);
    const spent = performance.now() - begun;
    for (const tensor of Object.values(outputs)) tensor.dispose();
    return spent;
  },
  /** Logits of given windows, each alone. */
  async logits(windows) {
    const found = [];
    for (const window of windows) {
      const length = window.input_ids.length;
      const make = (values) =>
        new ort.Tensor("int64", BigInt64Array.from(values, BigInt), [1, length]);
      const all = {
        input_ids: () => make(window.input_ids),
        attention_mask: () => make(new Array(length).fill(1)),
        token_type_ids: () => make(window.token_type_ids),
      };
      const feeds = Object.fromEntries(session.inputNames.map((name) => [name, all[name]()]));
      const { start_logits, end_logits } = await session.run(feeds);
      found.push([Array.from(start_logits.data), Array.from(end_logits.data)]);
    }
    return found;
  },
};

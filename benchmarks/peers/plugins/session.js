// A model file in onnxruntime-web, on the page's own thread: token ids in, logits out.
let ort;
let session;
let choice;
let kept;

/**
 * `url`: the model; `runtime`: a script of onnxruntime-web and `wasm` the folder of its binaries;
 * `env`, `session`: that library's settings; `reuse`: "inputs" are made once per
 * length, or "outputs", too; `fix`: what the model's free dimensions are called, to be fixed to the
 * length that is asked for.
 */
export async function load(options) {
  choice = options;
  ort = await import(options.runtime ?? "/ort/ort.wasm.bundle.min.mjs");
  ort = ort.InferenceSession ? ort : (ort.default ?? globalThis.ort);
  ort.env.wasm.wasmPaths = new URL(options.wasm ?? "/ort/", location.href).href;
  ort.env.logLevel = "error";
  Object.assign(ort.env.wasm, { numThreads: 1, ...options.env });
  choice.bytes = new Uint8Array(await (await fetch(options.url)).arrayBuffer());
  if (!options.fix) await create({});
}

async function create(more) {
  session = await ort.InferenceSession.create(choice.bytes.slice(), {
    executionProviders: ["wasm"],
    logSeverityLevel: 3,
    ...choice.session,
    ...more,
  });
}

async function fixedTo(length) {
  if (kept?.length === length) return;
  await session?.release();
  await create({ freeDimensionOverrides: { [choice.fix.batch]: 1, [choice.fix.tokens]: length } });
}

function tensors(ids) {
  const make = (data) => new ort.Tensor("int64", data, [1, ids.length]);
  const all = {
    input_ids: () => make(BigInt64Array.from(ids, BigInt)),
    attention_mask: () => make(new BigInt64Array(ids.length).fill(1n)),
    token_type_ids: () => make(new BigInt64Array(ids.length)),
  };
  return Object.fromEntries(session.inputNames.map((name) => [name, all[name]()]));
}

/** Returns the sum of all start logits, so that whoever runs it sees that it did. */
export async function forward(ids) {
  if (choice.fix) await fixedTo(ids.length);
  if (kept?.length !== ids.length) kept = { length: ids.length };
  const feeds = choice.reuse ? (kept.feeds ??= tensors(ids)) : tensors(ids);
  const fetches = choice.reuse === "outputs" ? (kept.fetches ??= outputs(ids.length)) : undefined;
  const found = fetches ? await session.run(feeds, fetches) : await session.run(feeds);
  const logits = found.start_logits.data;
  // Of the published versions some leave outputs that were made beforehand as they were.
  if (logits.every((logit) => logit === 0)) throw new Error("It ran, and gave no logits.");
  return logits.reduce((sum, logit) => sum + logit, 0);
}

function outputs(length) {
  const make = () => new ort.Tensor("float32", new Float32Array(length), [1, length]);
  return { start_logits: make(), end_logits: make() };
}

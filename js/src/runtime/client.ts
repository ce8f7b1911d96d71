// The page's side: one Runtime per page, for all components and all copies of this bundle.

import type { Manifest } from "../core/manifest";
import type { AskOptions, RawScores, Result } from "../core/types";
import type { AssetCache } from "./assets/cache";
import type { AssetSource } from "./assets/source";
import { type AskHandlers, type Connection, EngineDied } from "./connection";
import { RUNTIME } from "./constants";
import { Engines, type EnginesOptions, modelKey } from "./engines";

import type { Waiter } from "./shared";

export interface Loaded {
  /** e.g. "wasm, 1 thread". */
  readonly backend: string;
}

export interface Question {
  readonly question: string;
  readonly passage: string;
  readonly options: AskOptions;
  /** See `Request`. */
  readonly workers?: number;
}

/** What one component needs of the runtime. */
export interface Client {
  /** What the reader should know now, e.g. that nothing can be kept; "" for nothing. */
  readonly notice: string;
  /**
   * Loads the model unless the page has it already; the former one answers until it is there.
   * @throws Error for the reader; `signal.reason` when aborted.
   */
  load(manifest: Manifest, sources: readonly AssetSource[], waiter: Waiter): Promise<Loaded>;
  /**
   * Asks the model that was loaded last. A newer `ask` takes the place of the older one, which rejects
   * with an AbortError; when only decoding options differ, the model is not run again.
   * @throws Error for the reader; AbortError or `signal.reason` when stopped.
   */
  ask(question: Question, handlers: AskHandlers): Promise<Result>;
  /** Tokens and logits of the last question; null when the engine has none. */
  scores(): Promise<RawScores | null>;
  /** Stops the request under way and drops its logits. The model stays loaded for the page. */
  release(): void;
}

interface Chosen {
  readonly manifest: Manifest;
  readonly sources: readonly AssetSource[];
}

class RuntimeClient implements Client {
  private chosen: Chosen | null = null;
  private connection: Connection | null = null;
  private id = 0;
  /** The newest request: the engine has its logits, or computes them. */
  private held: {
    readonly connection: Connection;
    readonly id: number;
    readonly model: string;
    /** Null when it came to no end: its logits are there to be looked at alone. */
    readonly question: Question | null;
  } | null = null;

  constructor(
    private readonly engines: Engines,
    private readonly name: string,
  ) {}

  get notice(): string {
    const { chosen, connection } = this;
    const page = chosen === null ? "" : this.engines.noticeFor(chosen.manifest);
    return [connection?.notice, page].filter(Boolean).join(" ");
  }

  async load(manifest: Manifest, sources: readonly AssetSource[], waiter: Waiter): Promise<Loaded> {
    const chosen = { manifest, sources };
    const connection = await surviving(() => this.ready(chosen, waiter));
    this.chosen = chosen;
    this.engines.settle(this.name, manifest);
    return { backend: connection.models.get(modelKey(manifest)) ?? "" };
  }

  ask(question: Question, handlers: AskHandlers): Promise<Result> {
    const { chosen } = this;
    if (chosen === null) throw new Error("No model was loaded yet: call load() first.");
    const id = ++this.id;
    return surviving(async () => {
      const connection = await this.ready(chosen, handlers);
      // A newer request may have come while a dead engine was replaced.
      if (id !== this.id) throw new DOMException("A newer request came.", "AbortError");
      const { held, name: client } = this;
      const { options } = question;
      const model = modelKey(chosen.manifest);
      const reuse =
        held?.connection === connection &&
        held.model === model &&
        held.question !== null &&
        isSameRun(held.question, question);
      // One that reads nothing comes to no end.
      const ends = question.workers !== 0;
      this.held = { connection, id, model, question: ends ? question : null };
      try {
        return await connection.ask(
          reuse
            ? { kind: "decode", client, id, of: held.id, options }
            : { kind: "ask", client, id, request: { model, ...question } },
          handlers,
        );
      } catch (error) {
        if (this.held?.id === id) this.held = { ...this.held, question: null };
        throw error;
      }
    });
  }

  async scores(): Promise<RawScores | null> {
    return this.held === null ? null : this.held.connection.scores(this.name);
  }

  release(): void {
    this.id++;
    this.held = null;
    this.engines.leave(this.name);
  }

  private async ready({ manifest, sources }: Chosen, waiter: Waiter): Promise<Connection> {
    this.connection = await this.engines.load(this.name, manifest, sources, waiter);
    return this.connection;
  }
}

/** Repeats `work` once when the engine died; a second death is an error for the reader. */
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

/** Whether the same windows would be run, so that only decoding differs. */
function isSameRun(a: Question, b: Question): boolean {
  return (
    a.question === b.question &&
    a.passage === b.passage &&
    a.options.doc_stride === b.options.doc_stride
  );
}

export class Runtime {
  private readonly engines: Engines;
  private count = 0;

  constructor(options: EnginesOptions = {}) {
    this.engines = new Engines(options);
  }

  get cache(): AssetCache {
    return this.engines.cache;
  }

  connect(): Client {
    return new RuntimeClient(this.engines, `client ${++this.count}`);
  }
}

/** The page's runtime. Every copy of this bundle on the page finds the same one. */
export function pageRuntime(): Runtime {
  const page = globalThis as { [RUNTIME]?: Runtime };
  page[RUNTIME] ??= new Runtime();
  return page[RUNTIME];
}

// The page's side of one engine: sends requests, sorts the answers, notices when the engine dies.

import type { Progress } from "../core/manifest";
import type { RawScores, Result } from "../core/types";
import { type Content, movable, whatIsLeft } from "./content";
import type { FromWorker, ModelFiles, ToWorker } from "./protocol";
import { abortable } from "./shared";
import type { EngineHandle } from "./start";

/** The engine died. Its open requests can be sent to a new one. */
export class EngineDied extends Error {}

/** What an asking component listens to. */
export interface AskHandlers {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** First answers of a long passage; more windows are to come. */
  readonly onPartial: (result: Result) => void;
}

interface Pending<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

interface PendingLoad extends Pending<string> {
  readonly signal: AbortSignal;
}

interface PendingAsk extends Pending<Result> {
  readonly id: number;
  readonly handlers: AskHandlers;
}

const PING_MS = 5000;
/** Unanswered pings after which the engine counts as dead. One window may take seconds. */
const PATIENCE_PINGS = 6;
/** The same while a model loads, which takes much longer on a slow machine. */
const LOAD_PATIENCE_PINGS = 36;

type Asking = Extract<ToWorker, { kind: "ask" | "decode" }>;

export class Connection {
  /** Loaded models: backend by key. */
  readonly models = new Map<string, string>();
  /** Whether the engine has onnxruntime's binary. */
  initialised = false;
  /** Why the engine died; "" while it lives. */
  #cause = "";
  readonly #loads = new Map<string, PendingLoad>();
  readonly #asks = new Map<string, PendingAsk>();
  /** By client, the oldest request first: the engine answers in this order. */
  readonly #score_requests = new Map<string, Pending<RawScores | null>[]>();
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #silence = 0;

  constructor(
    private readonly engine: EngineHandle,
    private readonly onDeath: (reason: string) => void,
    private readonly ping_ms = PING_MS,
  ) {
    engine.port.onmessage = ({ data }) => this.#receive(data);
    const { threads, script } = engine;
    this.#send({ kind: "begin", threads, script });
  }

  get notice(): string {
    return this.engine.notice;
  }

  init(wasm: Content): void {
    if (this.initialised) return;
    this.initialised = true;
    const bytes = whatIsLeft(wasm);
    this.#send({ kind: "init", wasm: { ...wasm, bytes } }, movable(bytes));
  }

  /**
   * @throws EngineDied, `signal.reason` when aborted, or Error for the reader when the model cannot
   *   be started.
   */
  async load(model: string, files: ModelFiles, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    const backend = new Promise<string>((resolve, reject) => {
      this.#loads.set(model, { resolve, reject, signal });
      const bytes = whatIsLeft(files.onnx);
      const onnx = { ...files.onnx, bytes };
      this.#send({ kind: "load", model, files: { ...files, onnx } }, movable(bytes));
    });
    return abortable(backend, signal);
  }

  unload(model: string): void {
    if (this.models.delete(model)) this.#send({ kind: "unload", model });
  }

  /** @throws EngineDied, AbortError when a newer request took its place, or Error for the reader. */
  async ask(message: Asking, handlers: AskHandlers): Promise<Result> {
    const { client, id } = message;
    this.#asks.get(client)?.reject(superseded());
    const answer = new Promise<Result>((resolve, reject) => {
      this.#asks.set(client, { id, handlers, resolve, reject });
      this.#send(message);
    });
    const cancel = (): void => {
      if (this.#asks.get(client)?.id !== id) return;
      this.#asks.delete(client);
      this.#send({ kind: "cancel", client });
    };
    handlers.signal.addEventListener("abort", cancel, { once: true });
    try {
      return await abortable(answer, handlers.signal);
    } finally {
      handlers.signal.removeEventListener("abort", cancel);
    }
  }

  scores(client: string): Promise<RawScores | null> {
    return new Promise((resolve, reject) => {
      this.#score_requests.set(client, [
        ...(this.#score_requests.get(client) ?? []),
        { resolve, reject },
      ]);
      this.#send({ kind: "scores", client, id: 0 });
    });
  }

  forget(client: string): void {
    this.#asks.get(client)?.reject(superseded());
    this.#asks.delete(client);
    if (!this.#cause) this.#send({ kind: "forget", client });
  }

  /** Ends the engine and rejects its open requests with EngineDied. */
  die(reason: string): void {
    if (this.#cause) return;
    this.#cause = reason || "it stopped without a word";
    clearInterval(this.#heartbeat);
    this.engine.stop();
    this.onDeath(this.#cause);
    const waiting = [
      ...[this.#loads, this.#asks].flatMap((map) => [...map.values()]),
      ...[...this.#score_requests.values()].flat(),
    ];
    for (const { reject } of waiting) reject(new EngineDied(this.#cause));
  }

  #send(message: ToWorker, transfer: Transferable[] = []): void {
    if (this.#cause) throw new EngineDied(this.#cause);
    this.engine.port.postMessage(message, transfer);
    if (this.#heartbeat === undefined && this.#isWaiting()) {
      this.#silence = 0;
      this.#heartbeat = setInterval(() => this.#beat(), this.ping_ms);
    }
  }

  #isWaiting(): boolean {
    return this.#loads.size + this.#asks.size + this.#score_requests.size > 0;
  }

  // Counts pings instead of reading a clock: after the page slept, the engine is not dead.
  #beat(): void {
    if (!this.#isWaiting()) {
      clearInterval(this.#heartbeat);
      this.#heartbeat = undefined;
      return;
    }
    if (this.#silence >= (this.#loads.size > 0 ? LOAD_PATIENCE_PINGS : PATIENCE_PINGS)) {
      this.die("it does not answer any more");
      return;
    }
    this.#silence++;
    this.#send({ kind: "ping", nonce: this.#silence });
  }

  #receive(message: FromWorker): void {
    if (this.#cause) return;
    this.#silence = 0;
    const { kind } = message;
    if (kind === "dead") this.die(message.message);
    else if (kind === "load-failed" && message.fatal) this.die(message.message);
    else if (kind === "loaded") this.#loaded(message.model, message.backend);
    else if (kind === "load-failed") {
      remove(this.#loads, message.model)?.reject(new Error(message.message));
    } else if (kind === "scores") {
      const [first, ...others] = remove(this.#score_requests, message.client) ?? [];
      if (others.length > 0) this.#score_requests.set(message.client, others);
      first?.resolve(message.scores);
    } else if (kind === "progress" || kind === "result" || kind === "failed") {
      this.#answer(message);
    }
  }

  #loaded(model: string, backend: string): void {
    const load = remove(this.#loads, model);
    if (load === undefined) return; // asked twice: the first word was enough
    // Once begun, a start has no end but this.
    if (load.signal.aborted) this.#send({ kind: "unload", model });
    else {
      this.models.set(model, backend);
      load.resolve(backend);
    }
  }

  #answer(message: Extract<FromWorker, { kind: "progress" | "result" | "failed" }>): void {
    const { kind, client, id } = message;
    const asked = this.#asks.get(client);
    // Drops late messages about an older request.
    if (asked === undefined || asked.id !== id) return;
    if (kind === "progress") asked.handlers.onProgress(message.progress);
    else if (kind === "failed") remove(this.#asks, client)?.reject(new Error(message.message));
    else if (message.final) remove(this.#asks, client)?.resolve(message.result);
    else asked.handlers.onPartial(message.result);
  }
}

function remove<P>(map: Map<string, P>, key: string): P | undefined {
  const pending = map.get(key);
  map.delete(key);
  return pending;
}

function superseded(): DOMException {
  return new DOMException("A newer request took its place.", "AbortError");
}

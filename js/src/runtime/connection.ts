// One engine's life, seen from the page: what it was asked, what it answers, whether it is alive.

import type { Progress } from "../core/manifest";
import type { RawScores, Result } from "../core/types";
import type { FromWorker, ModelFiles, ToWorker } from "./protocol";
import { abortable } from "./shared";
import type { EngineHandle } from "./start";

/** The engine is gone; what it was asked may be asked again of a new one. */
export class EngineDied extends Error {}

/** Who asks wants to know these. */
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

interface PendingAsk extends Pending<Result> {
  readonly id: number;
  readonly handlers: AskHandlers;
}

const PING_MS = 5000;
/** Pings without any word before the engine counts as dead: a window may well take seconds… */
const PATIENCE_PINGS = 6;
/** …and starting a large model on a slow machine much longer. */
const LOAD_PATIENCE_PINGS = 36;

type Asking = Extract<ToWorker, { kind: "ask" | "decode" }>;

export class Connection {
  /** Loaded models: backend by key. */
  readonly models = new Map<string, string>();
  /** Whether onnxruntime's binary was handed over. */
  initialised = false;
  /** Why it is dead; "" while it lives. */
  private epitaph = "";
  private readonly loads = new Map<string, Pending<string>>();
  private readonly asks = new Map<string, PendingAsk>();
  /** By client; first is whose answer comes next. */
  private readonly wants = new Map<string, Pending<RawScores | null>[]>();
  private heartbeat: ReturnType<typeof setInterval> | undefined;
  private silence = 0;

  constructor(
    private readonly engine: EngineHandle,
    private readonly onDeath: (reason: string) => void,
    private readonly ping_ms = PING_MS,
  ) {
    engine.port.onmessage = ({ data }) => this.receive(data);
  }

  get notice(): string {
    return this.engine.notice;
  }

  init(wasm: Uint8Array): void {
    if (this.initialised) return;
    this.initialised = true;
    // Copied, not moved: another model's load may be waiting for the same bytes.
    const copy = wasm.slice().buffer;
    this.send({ kind: "init", wasm: copy, threads: this.engine.threads }, [copy]);
  }

  /** @throws EngineDied, or Error in words when the model cannot be started. */
  load(model: string, files: ModelFiles, signal: AbortSignal): Promise<string> {
    const backend = new Promise<string>((resolve, reject) => {
      this.loads.set(model, { resolve, reject });
      this.send({ kind: "load", model, files }, [files.onnx.buffer as ArrayBuffer]);
    });
    return abortable(backend, signal);
  }

  unload(model: string): void {
    if (this.models.delete(model)) this.send({ kind: "unload", model });
  }

  /** @throws EngineDied, AbortError when a newer request took its place, or Error in words. */
  async ask(message: Asking, handlers: AskHandlers): Promise<Result> {
    const { client, id } = message;
    this.asks.get(client)?.reject(superseded());
    const answer = new Promise<Result>((resolve, reject) => {
      this.asks.set(client, { id, handlers, resolve, reject });
      this.send(message);
    });
    const cancel = (): void => {
      if (this.asks.get(client)?.id !== id) return;
      this.asks.delete(client);
      this.send({ kind: "cancel", client });
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
      this.wants.set(client, [...(this.wants.get(client) ?? []), { resolve, reject }]);
      this.send({ kind: "scores", client, id: 0 });
    });
  }

  forget(client: string): void {
    this.asks.get(client)?.reject(superseded());
    this.asks.delete(client);
    if (!this.epitaph) this.send({ kind: "forget", client });
  }

  /** Ends the engine; everything that was asked of it is rejected with EngineDied. */
  die(reason: string): void {
    if (this.epitaph) return;
    this.epitaph = reason || "it stopped without a word";
    clearInterval(this.heartbeat);
    this.engine.stop();
    this.onDeath(this.epitaph);
    const waiting = [
      ...[this.loads, this.asks].flatMap((map) => [...map.values()]),
      ...[...this.wants.values()].flat(),
    ];
    for (const { reject } of waiting) reject(new EngineDied(this.epitaph));
  }

  private send(message: ToWorker, transfer: Transferable[] = []): void {
    if (this.epitaph) throw new EngineDied(this.epitaph);
    this.engine.port.postMessage(message, transfer);
    if (this.heartbeat === undefined && this.isWaiting()) {
      this.silence = 0;
      this.heartbeat = setInterval(() => this.beat(), this.ping_ms);
    }
  }

  private isWaiting(): boolean {
    return this.loads.size + this.asks.size + this.wants.size > 0;
  }

  // Counted in pings, not by the clock: a page that slept must not take the engine for dead.
  private beat(): void {
    if (!this.isWaiting()) {
      clearInterval(this.heartbeat);
      this.heartbeat = undefined;
      return;
    }
    if (this.silence >= (this.loads.size > 0 ? LOAD_PATIENCE_PINGS : PATIENCE_PINGS)) {
      this.die("it does not answer any more");
      return;
    }
    this.silence++;
    this.send({ kind: "ping", nonce: this.silence });
  }

  private receive(message: FromWorker): void {
    if (this.epitaph) return;
    this.silence = 0;
    const { kind } = message;
    if (kind === "dead") this.die(message.message);
    else if ((kind === "load-failed" || kind === "failed") && message.fatal) {
      this.die(message.message);
    } else if (kind === "loaded") {
      this.models.set(message.model, message.backend);
      take(this.loads, message.model)?.resolve(message.backend);
    } else if (kind === "load-failed") {
      take(this.loads, message.model)?.reject(new Error(message.message));
    } else if (kind === "scores") {
      const [first, ...others] = take(this.wants, message.client) ?? [];
      if (others.length > 0) this.wants.set(message.client, others);
      first?.resolve(message.scores);
    } else if (kind === "progress" || kind === "result" || kind === "failed") {
      this.answer(message);
    }
  }

  private answer(message: Extract<FromWorker, { kind: "progress" | "result" | "failed" }>): void {
    const { kind, client, id } = message;
    const asked = this.asks.get(client);
    // An older request's late words are dropped here.
    if (asked === undefined || asked.id !== id) return;
    if (kind === "progress") asked.handlers.onProgress(message.progress);
    else if (kind === "failed") take(this.asks, client)?.reject(new Error(message.message));
    else if (message.final) take(this.asks, client)?.resolve(message.result);
    else asked.handlers.onPartial(message.result);
  }
}

function take<P>(map: Map<string, P>, key: string): P | undefined {
  const pending = map.get(key);
  map.delete(key);
  return pending;
}

function superseded(): DOMException {
  return new DOMException("A newer request took its place.", "AbortError");
}

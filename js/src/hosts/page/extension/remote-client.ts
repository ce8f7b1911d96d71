// The model as a bar sees it: a client whose engine runs in the extension's offscreen document.
import type { Manifest } from "../../../core/manifest";
import type { RawScores, Result } from "../../../core/types";
import type { Client, Loaded, Question } from "../../../runtime/client";
import type { AskHandlers } from "../../../runtime/connection";
import { abortable, type Waiter } from "../../../runtime/shared";
import type { ChromePort } from "./chrome";
import type { FromModel, ToModel } from "./protocol";

const GONE = "The extension was switched off or updated. Reload this page, then try again.";

interface Load {
  readonly waiter: Waiter;
  resolve(loaded: Loaded): void;
  reject(error: Error): void;
}

interface Ask {
  readonly id: number;
  readonly handlers: AskHandlers;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

export class RemoteClient implements Client {
  readonly notice = "";
  private port: ChromePort | null = null;
  private loads: Load[] = [];
  private asking: Ask | null = null;
  private id = 0;
  private opening: Promise<Manifest> | null = null;
  /** Whether the model is loaded at the other end. */
  private loaded = false;

  /**
   * @param connect opens a port to the offscreen document, if that is there
   * @param wake has the offscreen document started
   */
  constructor(
    private readonly connect: () => ChromePort,
    private readonly wake: () => Promise<unknown>,
  ) {}

  /** Connects, once for all who want it at the same time. @throws Error for the reader. */
  open(): Promise<Manifest> {
    this.opening ??= this.reach().finally(() => {
      this.opening = null;
    });
    return this.opening;
  }

  private async reach(): Promise<Manifest> {
    for (const last of [false, true]) {
      await this.wake().catch(() => {
        throw new Error(GONE);
      });
      const manifest = await this.hello();
      if (manifest !== null) return manifest;
      if (last) break;
    }
    throw new Error("The extension's model does not answer. Close the bar and open it again.");
  }

  async load(_: Manifest, __: unknown, waiter: Waiter): Promise<Loaded> {
    if (this.port === null || this.opening !== null) await this.open();
    const loaded = new Promise<Loaded>((resolve, reject) => {
      this.loads.push({ waiter, resolve, reject });
      this.send({ kind: "load" });
    });
    return abortable(loaded, waiter.signal);
  }

  async ask(question: Question, handlers: AskHandlers): Promise<Result> {
    const id = ++this.id;
    this.asking?.reject(superseded());
    this.asking = null;
    if (!this.loaded) await this.load({} as Manifest, [], handlers);
    handlers.signal.throwIfAborted();
    // It may have come while the offscreen document was started again.
    if (id !== this.id) throw superseded();
    const answer = new Promise<Result>((resolve, reject) => {
      this.asking = { id, handlers, resolve, reject };
      this.send({ kind: "ask", id, question });
    });
    const stop = (): void => {
      if (this.asking?.id === id) this.send({ kind: "stop" });
    };
    handlers.signal.addEventListener("abort", stop, { once: true });
    return abortable(answer, handlers.signal);
  }

  /** No bar looks into the scores. */
  async scores(): Promise<RawScores | null> {
    return null;
  }

  release(): void {
    this.port?.disconnect();
    this.lose();
  }

  private hello(): Promise<Manifest | null> {
    return new Promise((resolve) => {
      const port = this.connect();
      this.port = port;
      port.onMessage.addListener((message) => {
        const heard = message as FromModel;
        if (heard.kind === "manifest") resolve(heard.manifest);
        else this.receive(heard);
      });
      port.onDisconnect.addListener(() => {
        resolve(null);
        if (this.port === port) this.lose();
      });
    });
  }

  private send(message: ToModel): void {
    this.port?.postMessage(message);
  }

  private receive(message: Exclude<FromModel, { kind: "manifest" }>): void {
    const { asking } = this;
    if (message.kind === "loading") {
      for (const { waiter } of this.loads) waiter.onProgress(message.progress);
    } else if (message.kind === "loaded") {
      this.loaded = true;
      for (const { resolve } of this.loads.splice(0)) resolve({ backend: message.backend });
    } else if (message.kind === "load-failed") {
      for (const { reject } of this.loads.splice(0)) reject(new Error(message.message));
    } else if (asking?.id === message.id) this.hear(asking, message);
  }

  private hear(asking: Ask, message: Extract<FromModel, { id: number }>): void {
    if (message.kind === "running") asking.handlers.onProgress(message.progress);
    else if (message.kind === "result" && !message.final) {
      asking.handlers.onPartial(message.result);
    } else {
      this.asking = null;
      if (message.kind === "failed") asking.reject(new Error(message.message));
      else asking.resolve(message.result);
    }
  }

  /** The offscreen document is gone; the next request starts it again. */
  private lose(): void {
    this.port = null;
    this.loaded = false;
    const error = new Error("The extension's model was stopped. Ask again.");
    for (const { reject } of this.loads.splice(0)) reject(error);
    this.asking?.reject(error);
    this.asking = null;
  }
}

function superseded(): DOMException {
  return new DOMException("A newer request came.", "AbortError");
}

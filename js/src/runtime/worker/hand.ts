// Holds onnxruntime's sessions and runs one window after another for the engine (crew.ts).
import { inWords } from "../../core/text";
import type { Feature } from "../../core/types";
import type { Bytes } from "../content";
import type { Port } from "../protocol";
import type { FromHand, Graph, ToHand } from "./hand-protocol";
import type { Session, SessionOptions } from "./session";

/** The hand's door to onnxruntime, so that tests can put another one in. */
export interface Sessions {
  /** Starts onnxruntime, so that it is compiled while a model is on its way. */
  init(wasm: ArrayBuffer, threads: number): Promise<void>;
  open(onnx: Uint8Array, options: SessionOptions): Promise<Session>;
}

/** Serves `port` until it is closed. */
export function serveHand(port: Port<FromHand, ToHand>, sessions: Sessions): void {
  const hand = new ServingHand(
    (message, transfer) => port.postMessage(message, transfer),
    sessions,
  );
  port.onmessage = ({ data }) => hand.receive(data);
}

class ServingHand {
  readonly #models = new Map<string, Promise<Session>>();
  #ready: Promise<void> = Promise.resolve();
  readonly #signal = new AbortController().signal;

  constructor(
    private readonly post: (message: FromHand, transfer?: Transferable[]) => void,
    private readonly sessions: Sessions,
  ) {}

  receive(message: ToHand): void {
    const { kind } = message;
    if (kind === "init") this.#ready = this.#init(message.wasm, message.threads);
    else if (kind === "open") void this.#open(message.model, message.graph);
    else if (kind === "close") void this.#close(message.model);
    else void this.#run(message.model, message.feature);
  }

  async #init(wasm: Bytes, threads: number): Promise<void> {
    await this.sessions.init((await unwrap(wasm)).buffer, threads);
  }

  async #open(key: string, { onnx, optimized }: Graph): Promise<void> {
    const opening = (async () => {
      await this.#ready;
      return this.sessions.open(await unwrap(onnx), { optimized });
    })();
    this.#models.set(key, opening);
    try {
      const { backend } = await opening;
      this.post({ kind: "opened", model: key, backend });
    } catch (error) {
      this.#models.delete(key);
      this.post({ kind: "not-opened", model: key, message: inWords(error), fatal: isFatal(error) });
    }
  }

  async #close(key: string): Promise<void> {
    const model = this.#models.get(key);
    this.#models.delete(key);
    await (await model?.catch(() => undefined))?.dispose();
  }

  async #run(key: string, feature: Feature): Promise<void> {
    try {
      const session = await this.#models.get(key);
      if (session === undefined) throw new Error("The model is not loaded. Reload the page.");
      const begun = performance.now();
      const [logits] = await session.run([feature], { signal: this.#signal });
      const { start_logits, end_logits } = logits!;
      const ms = performance.now() - begun;
      this.post({ kind: "ran", logits: { start_logits, end_logits }, ms });
    } catch (error) {
      this.post({ kind: "not-run", message: inWords(error), fatal: isFatal(error) });
    }
  }
}

async function unwrap(bytes: Bytes): Promise<Uint8Array<ArrayBuffer>> {
  return bytes instanceof Blob ? new Uint8Array(await bytes.arrayBuffer()) : bytes;
}

/** After these the wasm instance answers nothing any more: a trap, no memory, no threads. */
function isFatal(error: unknown): boolean {
  return (
    error instanceof WebAssembly.RuntimeError ||
    /Aborted\(|bad_alloc|out of memory|no available backend/i.test(inWords(error))
  );
}

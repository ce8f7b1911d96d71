// Answers the requests of many clients: one window after another, in turn between clients, so that
// a short question need not wait for a long passage. Its hands run the windows; it never stands still.

import { inWords } from "../../core/text";
import { createTokenizer } from "../../core/tokenizer";
import type { Logits } from "../../core/types";
import { WindowCache } from "../../core/window-cache";
import type { FromWorker, ModelFiles, Port, ToWorker } from "../protocol";
import { CREW_OPTIONS, Crew, type Hands, NotOpened } from "./crew";
import { defaultWorkers, thisMachine, worthwhileWorkers } from "./crew-size";
import { Job, type Model } from "./job";
import type { Task } from "./member";

/** Of logits that may be wanted again; a book of 500,000 characters takes about 4 MB. */
const KNOWN_BYTES = 32 << 20;

type Message<Kind> = Extract<ToWorker, { kind: Kind }>;

export interface EngineOptions {
  readonly crew?: Partial<typeof CREW_OPTIONS>;
  /** The most workers for one question that names no number. */
  readonly workers?: number;
}

/** Serves `port` until it is closed. Runs in the worker, or on the page where there is none. */
export function startEngine(
  port: Port<FromWorker, ToWorker>,
  hands: Hands,
  options: EngineOptions = {},
): void {
  const engine = new Engine((message) => port.postMessage(message), hands, options);
  port.onmessage = ({ data }) => engine.receive(data);
  port.postMessage({ kind: "hello" });
}

/** A client's newest request, finished or not. */
interface Asked {
  readonly job: Job;
  readonly model: string;
  /** Most workers. */
  readonly workers: number;
  /** When it last had its turn; 0: never. */
  served: number;
}

class Engine {
  readonly #models = new Map<string, Promise<Model>>();
  readonly #asked = new Map<string, Asked>();
  readonly #crew: Crew;
  readonly #workers: number;
  #turns = 0;

  constructor(
    private readonly post: (message: FromWorker) => void,
    hands: Hands,
    { crew, workers = defaultWorkers(thisMachine()) }: EngineOptions,
  ) {
    this.#workers = workers;
    const work = { next: () => this.#next(), hands: () => this.#worthwhileHands() };
    this.#crew = new Crew(hands, work, (reason) => this.#die(reason), { ...CREW_OPTIONS, ...crew });
  }

  receive(message: ToWorker): void {
    const { kind } = message;
    if (kind === "begin") this.#crew.begin(message.threads, message.script);
    else if (kind === "init") this.#crew.init(message.wasm);
    else if (kind === "load") void this.#load(message.model, message.files);
    else if (kind === "unload") this.#unload(message.model);
    else if (kind === "ask") void this.#ask(message);
    else if (kind === "decode") this.#decode(message);
    else if (kind === "scores") this.#scores(message);
    else if (kind === "ping") this.post({ kind: "pong", nonce: message.nonce });
    else {
      // A cancelled request stays: the next question is often about the same passage.
      this.#asked.get(message.client)?.job.stop();
      if (kind === "forget") this.#asked.delete(message.client);
    }
  }

  async #load(key: string, files: ModelFiles): Promise<void> {
    let model = this.#models.get(key);
    if (model === undefined) {
      model = this.#open(key, files);
      this.#models.set(key, model);
    }
    try {
      const { backend } = await model;
      this.post({ kind: "loaded", model: key, backend });
    } catch (error) {
      this.#models.delete(key);
      const message = `${files.manifest.title} could not be started. ${inWords(error)}`;
      const fatal = error instanceof NotOpened && error.fatal;
      this.post({ kind: "load-failed", model: key, message, fatal });
    }
  }

  async #open(key: string, files: ModelFiles): Promise<Model> {
    const { manifest, optimized, onnx, vocab } = files;
    // A hand opens the graph meanwhile.
    const opening = this.#crew.open(key, { onnx, optimized });
    opening.catch(() => undefined); // told of below
    const tokenizer = createTokenizer(vocab, manifest);
    const backend = await opening;
    return { manifest, tokenizer, backend, known: new WindowCache(KNOWN_BYTES) };
  }

  #unload(key: string): void {
    this.#models.delete(key);
    this.#crew.close(key);
  }

  async #ask({ client, id, request }: Message<"ask">): Promise<void> {
    const old = this.#asked.get(client);
    old?.job.stop();
    const { model: key, workers = this.#workers } = request;
    const job = new Job(id, request, performance.now(), old?.job);
    this.#asked.set(client, { job, model: key, workers, served: old?.served ?? 0 });
    try {
      // Messages get in before the work begins: newer questions, cancelling, pings.
      await new Promise((resolve) => setTimeout(resolve, 0));
      const model = await this.#models.get(key);
      if (model === undefined) throw new Error("The model is not loaded. Reload the page.");
      if (job.stopped) return;
      job.begin(model);
    } catch (error) {
      this.#fail(client, job, inWords(error));
      return;
    }
    if (job.finished || workers === 0) this.#answer(client, job);
    else this.#crew.pump();
  }

  #decode({ client, id, of, options }: Message<"decode">): void {
    const { job } = this.#asked.get(client) ?? {};
    if (job?.id !== of) {
      const message = "The scores of that question are gone. Ask it again.";
      this.post({ kind: "failed", client, id, message });
      return;
    }
    job.decodeAs(id, options);
    if (job.finished) this.#answer(client, job);
  }

  #scores({ client, id }: Message<"scores">): void {
    const scores = this.#asked.get(client)?.job.scores() ?? null;
    this.post({ kind: "scores", client, id, scores });
  }

  /** The next window of the client that waits longest. */
  #next(): Task | null {
    const waiting = [...this.#asked].sort(([, one], [, other]) => one.served - other.served);
    for (const [client, asked] of waiting) {
      const { job, model, workers } = asked;
      const window = job.take(workers);
      if (window === null) continue;
      asked.served = ++this.#turns;
      return {
        model,
        feature: job.feature(window),
        ran: (logits, ms) => this.#ran(client, job, window, logits, ms),
        failed: (message) => this.#fail(client, job, message),
        lost: (reason) => {
          // A window that has ended two hands may end them all.
          if (job.putBack(window) > 1 && !job.stopped) this.#die(reason);
        },
      };
    }
    return null;
  }

  #worthwhileHands(): number {
    let [windows, most] = [0, 0];
    for (const { job, workers } of this.#asked.values()) {
      windows += job.left;
      if (job.left > 0) most = Math.max(most, workers);
    }
    return worthwhileWorkers(windows, most);
  }

  #ran(client: string, job: Job, window: number, logits: Logits, ms: number): void {
    try {
      job.give(window, logits, ms);
    } catch (error) {
      this.#fail(client, job, inWords(error));
      return;
    }
    if (job.stopped) return;
    if (!job.finished) {
      this.post({ kind: "progress", client, id: job.id, progress: job.progress() });
    }
    if (job.finished || job.isDue(performance.now())) this.#answer(client, job);
  }

  #answer(client: string, job: Job): void {
    const result = job.result(performance.now());
    this.post({ kind: "result", client, id: job.id, final: job.finished, result });
  }

  #fail(client: string, job: Job, message: string): void {
    job.stop();
    if (this.#asked.get(client)?.job !== job) return;
    this.#asked.delete(client);
    this.post({ kind: "failed", client, id: job.id, message });
  }

  /** The page starts a new engine, and asks it again. */
  #die(message: string): void {
    this.post({ kind: "dead", message });
  }
}

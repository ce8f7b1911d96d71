// Answers the requests of many clients with the models it holds: one window after another, in
// turn between clients, so that a short question need not wait for a long passage.

import { contract } from "../../core/contract";
import { prepare } from "../../core/pipeline";
import { inWords } from "../../core/text";
import { createTokenizer } from "../../core/tokenizer";
import type { FromWorker, ModelFiles, Port, ToWorker } from "../protocol";
import { Job, type Model } from "./job";
import type { Session, SessionOptions } from "./session";

/** The runtime's door to onnxruntime, so that tests can put another one in. */
export interface Sessions {
  init(wasm: ArrayBuffer, threads: number): void;
  open(onnx: Uint8Array, options: SessionOptions): Promise<Session>;
}

/** A small input that a new session is tried with. */
const TRIAL = { question: "Where is the key?", passage: "The key lies on the table in the hall." };

type Message<Kind> = Extract<ToWorker, { kind: Kind }>;

/** Serves `port` until it is closed. Runs in the worker, or on the page where there is none. */
export function startEngine(port: Port<FromWorker, ToWorker>, sessions: Sessions): void {
  const engine = new Engine((message) => port.postMessage(message), sessions);
  port.onmessage = ({ data }) => engine.receive(data);
  port.postMessage({ kind: "hello" });
}

class Engine {
  private readonly models = new Map<string, Promise<Model>>();
  /** The newest request of each client, finished or not, in the order of their turns. */
  private readonly jobs = new Map<string, Job>();
  private looping = false;

  constructor(
    private readonly post: (message: FromWorker) => void,
    private readonly sessions: Sessions,
  ) {}

  receive(message: ToWorker): void {
    const { kind } = message;
    if (kind === "init") this.sessions.init(message.wasm, message.threads);
    else if (kind === "load") void this.load(message.model, message.files);
    else if (kind === "unload") void this.unload(message.model);
    else if (kind === "ask") this.ask(message);
    else if (kind === "decode") this.decode(message);
    else if (kind === "scores") this.scores(message);
    else if (kind === "ping") this.post({ kind: "pong", nonce: message.nonce });
    else {
      // A cancelled request stays: the next question is often about the same passage.
      this.jobs.get(message.client)?.stop();
      if (kind === "forget") this.jobs.delete(message.client);
    }
  }

  private async load(key: string, files: ModelFiles): Promise<void> {
    let model = this.models.get(key);
    if (model === undefined) {
      model = this.open(files);
      this.models.set(key, model);
    }
    try {
      const { session } = await model;
      this.post({ kind: "loaded", model: key, backend: session.backend });
    } catch (error) {
      this.models.delete(key);
      const message = `${files.manifest.title} could not be started. ${inWords(error)}`;
      this.post({ kind: "load-failed", model: key, message, fatal: isFatal(error) });
    }
  }

  private async open({ manifest, optimized, onnx, vocab }: ModelFiles): Promise<Model> {
    const tokenizer = createTokenizer(vocab, { lowercase: manifest.lowercase });
    const { question, passage } = TRIAL;
    const { max_seq_len } = manifest;
    const settings = { ...contract.limits, max_seq_len, doc_stride: max_seq_len };
    const trial = () => prepare(question, passage, tokenizer, settings).features;
    const session = await this.sessions.open(onnx, { optimized, trial });
    return { manifest, session, tokenizer };
  }

  private async unload(key: string): Promise<void> {
    const model = this.models.get(key);
    this.models.delete(key);
    const { session } = (await model?.catch(() => undefined)) ?? {};
    await session?.dispose();
  }

  private ask({ client, id, request }: Message<"ask">): void {
    const old = this.jobs.get(client);
    old?.stop();
    this.jobs.delete(client);
    const model = this.models.get(request.model);
    this.jobs.set(client, new Job(id, request, model, old?.tokens(request), performance.now()));
    void this.loop();
  }

  private decode({ client, id, of, options }: Message<"decode">): void {
    const job = this.jobs.get(client);
    if (job?.id !== of) {
      const message = "The scores of that question are gone. Ask it again.";
      this.post({ kind: "failed", client, id, message, fatal: false });
      return;
    }
    job.decodeAs(id, options);
    if (job.finished) this.answer(client, job);
  }

  private scores({ client, id }: Message<"scores">): void {
    const scores = this.jobs.get(client)?.scores() ?? null;
    this.post({ kind: "scores", client, id, scores });
  }

  private async loop(): Promise<void> {
    if (this.looping) return;
    this.looping = true;
    for (;;) {
      // Between two windows messages get in: newer questions, cancelling, pings.
      await new Promise((resolve) => setTimeout(resolve, 0));
      const turn = [...this.jobs].find(([, job]) => job.waiting);
      if (turn === undefined) break;
      const [client, job] = turn;
      await this.step(client, job);
      if (this.jobs.get(client) !== job) continue;
      // Moves to the end, so that the next turn is another client's.
      this.jobs.delete(client);
      this.jobs.set(client, job);
    }
    this.looping = false;
  }

  private async step(client: string, job: Job): Promise<void> {
    try {
      const ran = await job.step();
      if (!ran || this.jobs.get(client) !== job) return;
      if (!job.finished) {
        this.post({ kind: "progress", client, id: job.id, progress: job.progress() });
      }
      if (job.finished || job.isDue(performance.now())) this.answer(client, job);
    } catch (error) {
      if (this.jobs.get(client) !== job) return;
      this.jobs.delete(client);
      this.post({
        kind: "failed",
        client,
        id: job.id,
        message: inWords(error),
        fatal: isFatal(error),
      });
    }
  }

  private answer(client: string, job: Job): void {
    const result = job.result(performance.now());
    this.post({ kind: "result", client, id: job.id, final: job.finished, result });
  }
}

/** After these the wasm instance answers nothing any more: a trap, no memory, no threads. */
function isFatal(error: unknown): boolean {
  return (
    error instanceof WebAssembly.RuntimeError ||
    /Aborted\(|bad_alloc|out of memory|no available backend/i.test(inWords(error))
  );
}

// A kernel, one or two pages that show its widget, and the way between them.
import { type Component, createComponent } from "../../../../src/component/component";
import { DEFAULT_INPUTS, type Inputs } from "../../../../src/component/inputs";
import type { Answer, Result } from "../../../../src/core/types";
import { WidgetHost } from "../../../../src/hosts/widget/widget";
import type { Client, Loaded, Question } from "../../../../src/runtime/client";
import type { AskHandlers } from "../../../../src/runtime/connection";
import type { Waiter } from "../../../../src/runtime/shared";
import { MANIFEST, makeResult } from "../../states";
import type { Clock } from "./clock";
import { KernelTwin, type Models, type State } from "./kernel-twin";
import type { Random } from "./random";
import { type Published, type ToKernel, WidgetModel } from "./widget-model";

export const MODELS: Models = {
  atHand: ["auto", "bundled"],
  fetched: { "owner/slow": { ms: 900, comes: true }, "owner/gone": { ms: 400, comes: false } },
  // "auto" and "bundled" are one model by two names.
  manifest: (name) => ({
    ...MANIFEST,
    model: { ...MANIFEST.model, name: name === "auto" ? "bundled" : name, title: name },
  }),
};
/** Bytes of a message at which the server drops the connection, and the message with it. */
const MOST_BYTES = 10 * 1024 * 1024;

/** What happened to the kernel, for Python to go through the same. */
export type Step =
  | { readonly message: ToKernel }
  | { readonly name: string; readonly value: unknown };

export class World {
  readonly kernel: KernelTwin;
  readonly pages: Page[] = [];
  /** Kept where somebody asks for them. */
  steps: (Step & { readonly traits: State })[] | null = null;
  lost = 0;
  private readonly queue: { message: ToKernel; number: number; page: Page }[] = [];
  private number = 0;
  private busyUntil = 0;
  private arrived = 0;
  private readonly stop = new AbortController();

  /** @param latency milliseconds that a message takes at most */
  constructor(
    readonly clock: Clock,
    readonly random: Random,
    inputs: Partial<Inputs>,
    private readonly latency: number,
    pages: number,
  ) {
    this.kernel = new KernelTwin(
      { ...DEFAULT_INPUTS, ...inputs },
      MODELS,
      (message, parent) => this.publish(message, parent),
      (ms, call) => void clock.after(ms, call),
    );
    for (let i = 0; i < pages; i++) this.open();
  }

  private open(): void {
    this.pages.push(new Page(this, this.stop.signal, (message, page) => this.post(message, page)));
  }

  close(): void {
    this.stop.abort();
  }

  /** A cell runs: what pages say waits, whatever it is. */
  busy(ms: number): void {
    this.busyUntil = Math.max(this.busyUntil, this.clock.now + ms);
    this.clock.after(ms, () => this.work());
  }

  /** A cell sets an input; what it may not set raises there. */
  assign(name: string, value: unknown): void {
    try {
      this.kernel.assign(name, value);
      this.keep({ name, value });
    } catch {
      // Of no interest to anybody but the cell.
    }
  }

  private keep(step: Step): void {
    this.steps?.push({ ...step, traits: JSON.parse(JSON.stringify(this.kernel.traits)) as State });
  }

  private post(message: ToKernel, page: Page): number {
    const number = ++this.number;
    const text = JSON.stringify(message);
    if (text.length > MOST_BYTES / 3 && new TextEncoder().encode(text).length > MOST_BYTES) {
      this.lost++;
      return number;
    }
    // In order, each after a while of its own; of messages that are no changes, later ones may come
    // first, as they do when JupyterLab has opened a subshell.
    const soonest = this.clock.now + this.random.below(this.latency);
    const late = message.method === "custom" && this.random.chance(0.2);
    if (!late) this.arrived = Math.max(this.arrived, soonest);
    const arrives = late ? soonest + this.random.below(this.latency) : this.arrived;
    this.clock.after(arrives - this.clock.now, () => {
      this.queue.push({ message, number, page });
      this.work();
    });
    return number;
  }

  private work(): void {
    while (this.queue.length > 0 && this.clock.now >= this.busyUntil) {
      const { message, number, page } = this.queue.shift()!;
      this.kernel.handle(message, number);
      this.keep({ message });
      if (message.method === "update") this.publish({ method: "idle" }, number, page);
    }
  }

  private publish(message: Published, parent: number | null, only?: Page): void {
    const text = JSON.stringify(message);
    for (const page of only ? [only] : this.pages) {
      page.arrived = Math.max(page.arrived, this.clock.now + this.random.below(this.latency));
      this.clock.after(page.arrived - this.clock.now, () => page.deliver(text, parent));
    }
  }
}

export class Page {
  readonly component: Component;
  readonly model: WidgetModel;
  arrived = 0;
  private handled: Promise<void> = Promise.resolve();

  constructor(world: World, signal: AbortSignal, post: (message: ToKernel, page: Page) => number) {
    const state = JSON.parse(JSON.stringify(world.kernel.traits));
    this.model = new WidgetModel(state, (message) => post(message, this));
    const host = new WidgetHost(this.model, signal);
    this.component = createComponent(host, signal, new SlowClient(world.clock, world.random));
  }

  /** JupyterLab handles one message after the other. */
  deliver(text: string, parent: number | null): void {
    this.handled = this.handled.then(() => this.model.receive(JSON.parse(text), parent));
  }
}

/** A model whose answers depend on all that it is asked, after a while, and which may fail. */
class SlowClient implements Client {
  readonly notice = "";
  private title = "";
  private newest = 0;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  async load({ model }: { model: { title: string } }, _: unknown, waiter: Waiter): Promise<Loaded> {
    await this.wait(this.random.below(500), waiter.signal);
    if (this.random.chance(0.05)) throw new Error(`${model.title} could not be loaded.`);
    this.title = model.title;
    return { backend: "wasm, 1 thread" };
  }

  async ask(question: Question, { signal, onPartial }: AskHandlers): Promise<Result> {
    const own = ++this.newest;
    const windows = 1 + (question.passage.length % 3);
    for (let done = 1; ; done++) {
      await this.wait(this.random.below(250), signal);
      if (own !== this.newest) throw new DOMException("overtaken", "AbortError");
      if (this.random.chance(0.02)) throw new Error("The model stopped twice in a row.");
      const result = answer(question, this.title, done, windows);
      if (done === windows) return result;
      onPartial(result);
    }
  }

  async scores(): Promise<null> {
    return null;
  }

  release(): void {}

  private wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      this.clock.after(ms, resolve);
    });
  }
}

function answer(asked: Question, model: string, done: number, windows: number): Result {
  const { passage, question, options } = asked;
  const text = JSON.stringify([passage.length, question, options, model, done === windows]);
  const sum = [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7);
  const answers: Answer[] = Array.from({ length: Math.min(options.top_k, 3) }, (_, i) => {
    const start = (sum + i) % passage.length;
    const end = Math.min(passage.length, start + 3);
    return { text: passage.slice(start, end), start, end, score: sum / 100 - i, probability: 0.3 };
  });
  return makeResult({
    answers,
    null_score: sum / 50,
    question,
    passage_length: passage.length,
    windows_done: done,
    windows_total: windows,
    timing: { tokens: passage.length, windows, run_ms: 1, total_ms: 2 },
    model,
  });
}

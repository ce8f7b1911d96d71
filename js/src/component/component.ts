// One component: the host's inputs in, one state out. It loads the model at once, asks when typing
// pauses, and shows no answer but to the inputs as they are now.

import { isEqual } from "../core/equal";
import { inWords } from "../core/text";
import type { Result } from "../core/types";
import { type Client, pageRuntime } from "../runtime/client";
import { Asking } from "./asking";
import { type Asked, type Draft, History } from "./history";
import type { Host } from "./host";
import { askOptions, type Inputs, isBlank, sameInputs } from "./inputs";
import { ModelLoading } from "./model-loading";
import { ScoreReading } from "./score-reading";
import { Standing } from "./standing";
import { type Actions, type ComponentState, initialState, isStopped } from "./state";

export interface Component {
  readonly state: ComponentState;
  /** Calls back after each change of `state`, until the signal aborts. */
  subscribe(listener: (state: ComponentState) => void, signal: AbortSignal): void;
  readonly actions: Actions;
  /** Every final answer so far, whether or not a view shows it. */
  readonly history: History;
}

/** Milliseconds of rest after which what was typed is asked. */
const TYPING_MS = 250;
/** Milliseconds that a change of decoding options may stay undrawn: its answers mostly come first. */
const QUIET_MS = 60;

/**
 * Starts a component; it ends, and lets go of the model, when `signal` aborts.
 * @param client the page's model, or a stand-in for tests
 */
export function createComponent(
  host: Host,
  signal: AbortSignal,
  client: Client = pageRuntime().connect(),
): Component {
  return new QnaComponent(host, signal, client);
}

class QnaComponent implements Component {
  state: ComponentState;
  readonly history: History;
  readonly actions: Actions = {
    setPassage: (passage) => this.edit({ passage }),
    setQuestion: (question) => this.edit({ question }),
    setOptions: (options) => this.edit(options),
    confirm: () => this.confirm(),
    restore: (entry) => this.restore(entry),
    retry: () => this.retry(),
    cancel: () => this.cancel(),
    inspect: (until) => {
      if (!until.aborted && !this.signal.aborted) this.scores.begin(until);
    },
  };
  private readonly listeners = new Set<(state: ComponentState) => void>();
  private readonly loading: ModelLoading;
  private readonly standing = new Standing();
  private readonly scores: ScoreReading;
  private readonly asking: Asking;
  private quiet: ReturnType<typeof setTimeout> | undefined;
  /** What the host kept, and the inputs that it answers. */
  private readonly kept: Pick<ComponentState, "inputs" | "result">;

  constructor(
    private readonly host: Host,
    private readonly signal: AbortSignal,
    private readonly client: Client,
  ) {
    this.state = { ...initialState(host.readInputs()), examples: host.readExamples?.() ?? [] };
    const saved = host.readSaved?.() ?? null;
    if (saved !== null) this.set({ status: "ready", result: saved, model: saved.model });
    this.kept = this.state;
    this.history = host.history ?? new History();
    const show = (scores: ComponentState["scores"]) =>
      scores === null ? this.set({ scores }) : this.update({ scores });
    const renew = () => this.state.status === "ready" && !isStopped(this.state) && this.ask();
    this.scores = new ScoreReading(client, () => this.state, show, renew);
    this.asking = new Asking(client, {
      rested: () => this.ask(),
      progressed: (progress) => this.update({ progress }),
      answeredInPart: (result) => this.answeredInPart(result),
      answered: (result) => this.answered(result),
      failed: (error) => this.update({ status: "error", progress: null, error: inWords(error) }),
    });
    this.loading = new ModelLoading(host, client, {
      update: (changes) => this.updateIfNew(changes),
      ready: (manifest, backend) => {
        this.asking.stop();
        const { title, no_answer_threshold: model_threshold = 0 } = manifest.model;
        const done = { change: null, progress: null, result: null, scores: null, error: "" };
        const { note } = manifest.model;
        const { notice } = this.client;
        this.set({ ...done, notice, note, model: title, model_threshold, backend });
        this.ask();
      },
      takeBack: (model) => {
        this.host.writeInputs({ model });
        this.set({ inputs: { ...this.state.inputs, model } });
      },
    });
    signal.addEventListener("abort", () => this.end(), { once: true });
    host.onChange(() => this.hostChanged(), signal);
    this.loading.follow();
  }

  /** Whether a model is there to be asked. */
  private get loaded(): boolean {
    return this.loading.current !== null;
  }

  subscribe(listener: (state: ComponentState) => void, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.listeners.add(listener);
    signal.addEventListener("abort", () => this.listeners.delete(listener), { once: true });
  }

  /** The reader typed or chose something. */
  private edit(changes: Partial<Inputs>): void {
    if (this.signal.aborted) return;
    this.host.writeInputs(changes);
    this.change(changes, TYPING_MS, "reader");
    this.readLink();
  }

  private retry(): void {
    this.standing.confirm();
    if (this.loaded) this.ask();
    else this.loading.retry();
  }

  private confirm(): void {
    const { status } = this.state;
    this.standing.confirm();
    if (status === "idle" || status === "error" || isStopped(this.state)) this.retry();
    else this.update({});
  }

  /** After the inputs are set: the former text, drawn amid an edit, would take the caret away. */
  private readLink(): void {
    const link = this.host.readLink?.() ?? "";
    if (link !== this.state.link) this.update({ link, alone: this.host.alone ?? false });
  }

  private restore(entry: Asked | Draft): void {
    this.edit(this.history.restore(entry, this.state.inputs));
    this.standing.confirm();
  }

  private hostChanged(): void {
    const { inputs, link } = this.state;
    this.change(this.host.readInputs(), 0, "host");
    this.readLink();
    const examples = this.host.readExamples?.() ?? [];
    if (JSON.stringify(examples) !== JSON.stringify(this.state.examples)) this.update({ examples });
    // Also tries again what failed before: the change may come from a new kernel. What is said of
    // other models' coming does not.
    const news = link !== this.state.link || !isEqual(inputs, this.state.inputs);
    const failed = news && !this.loaded && this.state.status === "error";
    if (!this.loaded && this.loading.busy && this.host.readManifest() === null) this.cancel();
    if (failed) this.loading.retry();
    else this.loading.follow();
  }

  /** Sets new inputs, removes the answers to the old ones and stops what runs for them. */
  private change(changes: Partial<Inputs>, rest_ms: number, by: "reader" | "host"): void {
    const old = this.state.inputs;
    const inputs = { ...old, ...changes };
    this.standing.change(old, inputs, by);
    const differs = (...names: (keyof Inputs)[]): boolean =>
      names.some((name) => inputs[name] !== old[name]);
    // Without a model nothing else would bring these answers back.
    const kept = !this.loaded && sameInputs(inputs, this.kept.inputs);
    const result = kept ? this.kept.result : null;
    if (differs("passage", "question", "doc_stride")) {
      this.asking.stop();
      const waits = this.loaded && !isBlank(inputs);
      const status = this.loaded ? (waits ? "running" : "ready") : this.state.status;
      const error = this.loaded ? "" : this.state.error;
      this.update({
        inputs,
        result,
        scores: null,
        progress: this.loaded ? null : this.state.progress,
        status,
        error,
        held: false,
      });
      this.asking.wait(rest_ms);
    } else if (differs("top_k", "max_answer_len", "no_answer_threshold", "overlap")) {
      const stopped = isStopped(this.state);
      // Decoded anew without running the model: soon enough to spare the reader an empty list.
      this.set({ inputs, result });
      this.quiet ??= setTimeout(() => this.update({}), QUIET_MS);
      // If typing has just paused, the question that follows has the new options anyway.
      if (this.loaded && !this.asking.waits) this.ask(stopped);
    }
    if (differs("model")) this.set({ inputs });
    if (differs("workers")) this.update({ inputs });
    if (differs("model")) this.loading.choose(); // Python answers with another manifest
  }

  /** @param stopped what was read is decoded anew, and nothing more is read */
  private ask(stopped = false): void {
    if (this.signal.aborted) return;
    if (!this.loaded) {
      // Cancelled, and now there is something to ask again. A failed load waits for retry().
      const rests = this.state.status === "idle" || this.state.status === "ready";
      if (rests && !this.loading.busy) this.loading.retry();
      return;
    }
    const { inputs, model_threshold } = this.state;
    if (isBlank(inputs)) {
      this.asking.stop();
      this.update({ status: "ready", progress: null, result: null, error: "" });
      return;
    }
    const turn = this.asking.begin();
    if (!stopped) this.set({ status: "running", error: "", result: null, held: false });
    if (this.quiet === undefined) this.update({ progress: null });
    const { passage, question } = inputs;
    const workers = stopped ? 0 : inputs.workers;
    const options = askOptions(inputs, model_threshold);
    const most = workers === null ? {} : { workers };
    void this.asking.put(turn, { passage, question, options, ...most });
  }

  private answeredInPart(result: Result): void {
    const running = this.state.status === "running";
    if (!running || this.standing.isEnough(result)) {
      this.asking.stop();
      this.update({ status: "ready", progress: null, result, held: running || this.state.held });
    } else this.update({ result });
    void this.scores.fetch();
  }

  private answered(result: Result): void {
    const { backend } = result;
    // It may change with every answer.
    const { notice } = this.client;
    this.update({ status: "ready", progress: null, held: false, result, backend, notice });
    void this.scores.fetch();
  }

  private cancel(): boolean {
    const { status, change } = this.state;
    if (!this.loaded) {
      if (!this.loading.busy) return false; // Python's fetch goes on, whatever is said here
      this.loading.cancel();
      // Answers that were kept stay.
      this.update({ status: this.state.result === null ? "idle" : "ready", progress: null });
    } else if (status === "running") {
      this.asking.stop();
      // First answers stay: they are true as far as they go, and say how far.
      this.update({ status: "ready", progress: null });
      void this.scores.fetch();
    } else if (change !== null) this.edit({ model: change.former });
    else return false;
    return true;
  }

  private end(): void {
    this.loading.cancel();
    this.asking.stop();
    clearTimeout(this.quiet);
    this.listeners.clear();
    this.client.release();
  }

  private set(changes: Partial<ComponentState>): void {
    this.state = { ...this.state, ...changes };
  }

  private updateIfNew(changes: Partial<ComponentState>): void {
    const names = Object.keys(changes) as (keyof ComponentState)[];
    if (!names.every((name) => isEqual(changes[name], this.state[name]))) this.update(changes);
  }

  private update(changes: Partial<ComponentState>): void {
    if (this.signal.aborted) return;
    clearTimeout(this.quiet);
    this.quiet = undefined;
    this.set(changes);
    if (this.standing.isMeant) this.history.record(this.state, Date.now());
    this.host.report(this.state);
    for (const listener of this.listeners) listener(this.state);
  }
}

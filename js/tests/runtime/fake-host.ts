// A client and a host for the component's tests: both do what they are told, no more.
import type { Result } from "../../src/core/types";
import type { Host } from "../../src/hosts/host";
import type { Inputs } from "../../src/inputs";
import type { Client, Loaded, Question } from "../../src/runtime/client";
import type { AskHandlers } from "../../src/runtime/connection";
import type { Fetching, Manifest, ModelChoice } from "../../src/runtime/protocol";
import type { Waiter } from "../../src/runtime/shared";
import type { ComponentState } from "../../src/state";

interface Call<T, Args> {
  readonly args: Args;
  readonly waiter: Waiter;
  resolve(value: T): void;
  reject(error: Error): void;
}

/** A client that answers when told to, even to those who no longer want to hear it. */
export class FakeClient implements Client {
  readonly loads: Call<Loaded, Manifest>[] = [];
  readonly asks: (Call<Result, Question> & { handlers: AskHandlers })[] = [];
  notice = "";
  released = 0;

  load(manifest: Manifest, _: unknown, waiter: Waiter): Promise<Loaded> {
    return new Promise((resolve, reject) => {
      this.loads.push({ args: manifest, waiter, resolve, reject });
    });
  }

  ask(question: Question, handlers: AskHandlers): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.asks.push({ args: question, waiter: handlers, handlers, resolve, reject });
    });
  }

  async scores() {
    return null;
  }

  release(): void {
    this.released++;
  }
}

export class FakeHost implements Host {
  readonly sources = [];
  readonly states: ComponentState[] = [];
  readonly written: Partial<Inputs>[] = [];
  private changed: () => void = () => {};

  constructor(
    public inputs: Inputs,
    public manifest: Manifest | null,
  ) {}

  /** What Python tells besides inputs and manifest. */
  models: readonly ModelChoice[] = [];
  fetching: Fetching | null = null;

  readInputs = (): Inputs => this.inputs;
  readManifest = (): Manifest | null => this.manifest;
  readModels = (): readonly ModelChoice[] => this.models;
  readFetching = (): Fetching | null => this.fetching;
  onChange(callback: () => void): void {
    this.changed = callback;
  }
  writeInputs(changes: Partial<Inputs>): void {
    this.written.push(changes);
    this.inputs = { ...this.inputs, ...changes };
  }
  report(state: ComponentState): void {
    this.states.push(state);
  }
  set(inputs: Partial<Inputs>, manifest = this.manifest, fetching = this.fetching): void {
    this.fetching = fetching;
    this.inputs = { ...this.inputs, ...inputs };
    this.manifest = manifest;
    this.changed();
  }
}

/** A result with one answer. */
export function result(text: string, windows_done = 1, windows_total = 1): Result {
  return {
    answers: [{ text, start: 0, end: text.length, score: 1, probability: 1 }],
    null_score: 0,
    null_probability: 0,
    null_margin: -1,
    no_answer: false,
    question: "",
    passage_length: 0,
    windows_done,
    windows_total,
    warnings: [],
    timing: { tokens: 1, windows: 1, run_ms: 1, total_ms: 1 },
    backend: "wasm, 1 thread",
    model: "Fake model",
  };
}

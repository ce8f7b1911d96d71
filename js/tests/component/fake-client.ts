// A client for the component's tests: it does what it is told, no more.

import type { Manifest } from "../../src/core/manifest";
import type { RawScores, Result } from "../../src/core/types";
import type { Client, Loaded, Question } from "../../src/runtime/client";
import type { AskHandlers } from "../../src/runtime/connection";
import type { Waiter } from "../../src/runtime/shared";

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

  async scores(): Promise<RawScores | null> {
    return null;
  }

  release(): void {
    this.released++;
  }
}

/** A result with one answer. */
export function result(text: string, windows_done = 1, windows_total = 1): Result {
  return {
    answers: [{ text, start: 0, end: text.length, score: 1, probability: 1 }],
    null_score: 0,
    null_probability: 0,
    null_margin: -1,
    overlapping_probability: 0,
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

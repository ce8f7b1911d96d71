// The tests' door to the page: everything real, driven from outside. No part of the package.
import { type Component, createComponent } from "../../src/component/component";
import { askOptions, DEFAULT_INPUTS, type Inputs } from "../../src/component/inputs";
import type { ComponentState } from "../../src/component/state";
import { Inspection } from "../../src/core/inspection";
import type { Asset, Manifest, Progress } from "../../src/core/manifest";
import { AssetCache } from "../../src/runtime/assets/cache";
import {
  type AssetRead,
  type OnMessage,
  type RpcOptions,
  rpcSource,
} from "../../src/runtime/assets/kernel";
import type { AssetSource } from "../../src/runtime/assets/source";
import { httpSource } from "../../src/runtime/assets/sources";
import { type Client, pageRuntime, Runtime } from "../../src/runtime/client";
import type { EnginesOptions } from "../../src/runtime/engines";
import { mountView } from "../../src/view/view";
import { ScriptedHost } from "./scripted";

/** A kernel in the page: answers asset.read from the server, unless `misbehave` has it be silent. */
export class ScriptedKernel {
  /** What was asked for, in order. */
  readonly asked: AssetRead[] = [];
  private readonly listeners = new Set<Parameters<OnMessage>[0]>();
  private readonly files = new Map<string, Promise<ArrayBuffer>>();

  constructor(
    private readonly base: string,
    private readonly assets: readonly Asset[],
    /** Called before each answer with its number from 1. */
    private readonly misbehave: (count: number) => "silence" | "" = () => "",
  ) {}

  onMessage: OnMessage = (callback, signal) => {
    this.listeners.add(callback);
    signal.addEventListener("abort", () => this.listeners.delete(callback));
  };

  send = async (read: AssetRead): Promise<void> => {
    if (this.misbehave(this.asked.push(read)) === "silence") return;
    const { request, sha256, offset, length } = read;
    const asset = this.assets.find((known) => known.sha256 === sha256)!;
    const whole = await this.file(asset);
    // As Jupyter does: a view into something larger.
    const buffer = new DataView(whole, offset, Math.min(length, whole.byteLength - offset));
    const reply = { kind: "asset.chunk", request, sha256, offset, total: whole.byteLength };
    for (const listener of this.listeners) listener(reply, [buffer]);
  };

  private file(asset: Asset): Promise<ArrayBuffer> {
    const file =
      this.files.get(asset.sha256) ??
      fetch(new URL(asset.path, this.base)).then((response) => response.arrayBuffer());
    this.files.set(asset.sha256, file);
    return file;
  }
}

export interface MountOptions {
  readonly inputs?: Partial<Inputs>;
  readonly sources?: readonly AssetSource[];
  readonly client?: Client;
}

export interface Mounted {
  readonly component: Component;
  readonly host: ScriptedHost;
  readonly stop: AbortController;
  /** Resolves at the first state, now or later, that `test` accepts. */
  until(test: (state: ComponentState) => boolean): Promise<ComponentState>;
}

function mount(root: HTMLElement, manifest: Manifest, options: MountOptions = {}): Mounted {
  const stop = new AbortController();
  const inputs = { ...DEFAULT_INPUTS, ...options.inputs };
  const host = new ScriptedHost(inputs, manifest, options.sources ?? [httpSource(packageUrl())]);
  const component = createComponent(host, stop.signal, options.client);
  mountView(root, component, component.actions, stop.signal);
  const until = (test: (state: ComponentState) => boolean): Promise<ComponentState> =>
    new Promise((resolve) => {
      if (test(component.state)) return resolve(component.state);
      const found = new AbortController();
      component.subscribe((state) => {
        if (!test(state)) return;
        found.abort();
        resolve(state);
      }, found.signal);
    });
  return { component, host, stop, until };
}

/** Where the test server offers the package's folder. */
function packageUrl(): string {
  return new URL("/qna_widget/", location.href).href;
}

/** What a question's way through the browser looks like, as plain numbers. */
async function ask(client: Client, inputs: Partial<Inputs>) {
  const given = { ...DEFAULT_INPUTS, ...inputs };
  const { passage, question, workers } = given;
  const options = askOptions(given, 0);
  const signal = new AbortController().signal;
  const handlers = { signal, onProgress: () => {}, onPartial: () => {} };
  const result = await client.ask(
    { passage, question, options, ...(workers === null ? {} : { workers }) },
    handlers,
  );
  const scores = await client.scores();
  if (scores === null) throw new Error("The engine holds no scores after an answer.");
  return {
    result,
    question_ids: Array.from(scores.question.input_ids),
    passage_ids: Array.from(scores.passage.input_ids),
    passage_starts: Array.from(scores.passage.starts),
    passage_ends: Array.from(scores.passage.ends),
    windows: scores.features.map((feature, index) => ({
      input_ids: Array.from(feature.input_ids),
      token_type_ids: Array.from(feature.token_type_ids),
      window_start: feature.window_start,
      window_length: feature.window_length,
      start_logits: Array.from(scores.logits[index]!.start_logits),
      end_logits: Array.from(scores.logits[index]!.end_logits),
    })),
  };
}

/** The inspector's matrix around the best span, `size` tokens on a side; NaN: no candidate. */
async function matrix(client: Client, inputs: Partial<Inputs>, size: number) {
  const asked = await ask(client, inputs);
  const scores = (await client.scores())!;
  const { max_answer_len } = { ...DEFAULT_INPUTS, ...inputs };
  const inspection = new Inspection(scores, max_answer_len);
  const { first_token, size: side, scores: cells } = inspection.region(inspection.best, size);
  return { ...asked, matrix: { first_token, size: side, cells: Array.from(cells) } };
}

/** The real model in the real worker, loaded and ready for `ask`. */
async function open(
  manifest: Manifest,
  onProgress: (progress: Progress) => void = () => {},
  runtime: Runtime = pageRuntime(),
) {
  const client = runtime.connect();
  const signal = new AbortController().signal;
  const loaded = await client.load(manifest, [httpSource(packageUrl())], { signal, onProgress });
  return { client, loaded };
}

const harness = {
  open,
  ask,
  matrix,
  mount,
  pageRuntime,
  httpSource,
  packageUrl,
  runtime: (options: Omit<EnginesOptions, "start">) =>
    new Runtime({ cache: new AssetCache(), ...options }),
  kernel: (
    assets: readonly Asset[],
    misbehave?: (count: number) => "silence" | "",
    options?: RpcOptions,
  ) => {
    const kernel = new ScriptedKernel(packageUrl(), assets, misbehave);
    return {
      kernel,
      source: rpcSource((message) => void kernel.send(message), kernel.onMessage, options),
    };
  },
};

declare global {
  interface Window {
    qna: typeof harness;
  }
}
window.qna = harness;

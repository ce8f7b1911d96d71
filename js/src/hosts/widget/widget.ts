// Jupyter (and whatever speaks its widget protocol): traits in, one report out, files by message.
import { type Component, createComponent } from "../../component/component";
import type { Host } from "../../component/host";
import type { Inputs } from "../../component/inputs";
import type { ComponentState } from "../../component/state";
import * as contract from "../../core/contract";
import { crc32 } from "../../core/crc32";
import type { Fetching, Manifest, ModelChoice } from "../../core/manifest";
import type { Result } from "../../core/types";
import { rpcSource } from "../../runtime/assets/kernel";
import type { AssetSource } from "../../runtime/assets/source";
import { mountView } from "../../view/view";
import { examplesOf, fetchingOf, inputsOf, manifestOf, modelsOf } from "../heard";
import { type Outputs, outputsOf, sound } from "../outputs";
import { isTooLong, tooLongForPage, tooLongForPython } from "./long-texts";
import { attempt, type Model, watchKernel } from "./model";
import { answerRequests } from "./requests";
import { type Saved, savedResult } from "./saved";
import { SILENT, Silence } from "./silence";

const INPUTS = Object.keys(contract.inputs) as (keyof Inputs)[];
/** Milliseconds of quiet before what is typed goes to Python. */
const WRITE_DELAY = 300;
/** Milliseconds between reports that differ in nothing but the progress. */
const REPORT_DELAY = 200;

export class WidgetHost implements Host {
  readonly sources: readonly AssetSource[];
  /** Tells the pages of one widget apart. */
  readonly page = Math.random().toString(36).slice(2);
  private writing = false;
  alone = false;
  private changed: () => void = () => {};
  /** What the reader changed and Python does not have yet. */
  private readonly unsaved = new Map<string, unknown>();
  /** Texts of the reader's that no message to the kernel can hold: Python keeps the former ones. */
  private readonly tooLong = new Map<string, unknown>();
  private writeTimer: ReturnType<typeof setTimeout> | undefined;
  private reportTimer: ReturnType<typeof setTimeout> | undefined;
  private newest: ComponentState | undefined;
  private sent = "";
  /** How many reports were sent. */
  private reports = 0;
  private passage = { text: "", crc32: 0 };
  private readonly silence: Silence;

  constructor(
    private readonly model: Model,
    signal: AbortSignal,
  ) {
    this.sources = [
      rpcSource(
        (message) => {
          try {
            model.send(message);
          } catch (cause) {
            throw new Error("it was restarted or is gone. Run the cell again.", { cause });
          }
        },
        (callback, until) => {
          model.on("msg:custom", callback);
          until.addEventListener("abort", () => model.off("msg:custom", callback));
        },
      ),
    ];
    this.silence = new Silence(model, () => this.changed(), signal);
    signal.addEventListener("abort", () => {
      this.save();
      clearTimeout(this.reportTimer);
    });
  }

  readInputs(): Inputs {
    const readers = [...this.unsaved, ...this.tooLong];
    return { ...this.pythons(), ...Object.fromEntries(readers) };
  }

  /** The inputs that Python has, or will have. */
  private pythons(): Inputs {
    return inputsOf((name) => this.model.get(name));
  }

  readLink(): string {
    if (this.alone) return "Run the notebook to ask more.";
    if (this.tooLong.size > 0) return tooLongForPage([...this.tooLong.keys()]);
    return this.silence.lasts ? SILENT : "";
  }

  readSaved(): Result | null {
    const read = <T>(name: string): T => this.model.get(name) as T;
    return savedResult(this.pythons(), {
      answers: read<Saved["answers"]>("answers") ?? [],
      null_score: read<number | null>("null_score") ?? null,
      timing: read<Saved["timing"]>("timing") ?? {},
      backend: read<string>("backend") ?? "",
      model: manifestOf(this.model.get("_manifest"))?.model.title ?? "",
    });
  }

  /** Without a kernel nothing can be loaded, and what was saved is all there is. */
  connect(kernel: boolean): void {
    if (this.alone === !kernel) return;
    this.alone = !kernel;
    this.changed();
  }

  readManifest(): Manifest | null {
    return this.alone ? null : manifestOf(this.model.get("_manifest"));
  }

  readModels(): readonly ModelChoice[] {
    return modelsOf(this.model.get("_models"));
  }

  readFetching(): Fetching | null {
    return fetchingOf(this.model.get("_fetching"));
  }

  fetchAgain(): void {
    if (this.alone) return;
    attempt(() => this.model.send({ kind: "model.retry" }));
    this.silence.ask();
  }

  readExamples(): readonly string[] {
    return examplesOf(this.model.get("examples"));
  }

  onChange(callback: () => void, signal: AbortSignal): void {
    this.changed = callback;
    let due = false;
    // Traits that Python sets together arrive one by one; they are one change.
    const changed = (name: string): void => {
      if (this.writing) return;
      this.tooLong.delete(name);
      if (due) return;
      due = true;
      queueMicrotask(() => {
        due = false;
        if (signal.aborted) return;
        // Jupyter echoes what was saved before: it must not undo what was typed since. Set within
        // the model's own change it would not count as one, and not be saved.
        this.setUnsaved();
        callback();
      });
    };
    const names = [...INPUTS, "_manifest", "_models", "_fetching", "examples"];
    const listeners = names.map((name) => [name, () => changed(name)] as const);
    for (const [name, listener] of listeners) this.model.on(`change:${name}`, listener);
    signal.addEventListener("abort", () => {
      for (const [name, listener] of listeners) this.model.off(`change:${name}`, listener);
    });
  }

  /** The page's own model has the changes at once, Python after a pause in the typing. */
  writeInputs(changes: Partial<Inputs>): void {
    for (const [name, value] of Object.entries(sound(changes))) {
      const [keeps, drops] = isTooLong(name, value)
        ? [this.tooLong, this.unsaved]
        : [this.unsaved, this.tooLong];
      keeps.set(name, value);
      drops.delete(name);
    }
    this.setUnsaved();
    clearTimeout(this.writeTimer);
    this.writeTimer = setTimeout(() => this.save(), WRITE_DELAY);
  }

  private setUnsaved(): void {
    this.writing = true;
    for (const [name, value] of this.unsaved) this.model.set(name, value);
    this.writing = false;
  }

  report(state: ComponentState): void {
    const progressOnly = this.newest !== undefined && sameButProgress(this.newest, state);
    this.newest = state;
    if (!progressOnly) this.post();
    else this.reportTimer ??= setTimeout(() => this.post(), REPORT_DELAY);
  }

  private save(): void {
    if (this.writeTimer === undefined) return;
    clearTimeout(this.writeTimer);
    this.writeTimer = undefined;
    this.unsaved.clear();
    attempt(() => this.model.save_changes());
  }

  private post(): void {
    clearTimeout(this.reportTimer);
    this.reportTimer = undefined;
    const { inputs: asked, outputs } = this.forPython(this.newest!);
    const { passage, ...inputs } = asked;
    if (this.passage.text !== passage) this.passage = { text: passage, crc32: crc32(passage) };
    const said = { inputs, passage_crc32: this.passage.crc32, outputs };
    const text = JSON.stringify(said);
    if (text === this.sent) return;
    this.sent = text;
    // The kernel may hear them in another order: JupyterLab opens it a second way in.
    const number = ++this.reports;
    attempt(() => this.model.send({ kind: "report", page: this.page, number, ...said }));
    if (!this.alone) this.silence.ask();
  }

  /** Of a text that Python cannot have, it is told no more than that there is one. */
  private forPython(state: ComponentState): { inputs: Inputs; outputs: Outputs } {
    const inputs = sound(state.inputs);
    const outputs = outputsOf(state);
    const here = [...this.tooLong].filter(([name, text]) => inputs[name as keyof Inputs] === text);
    if (here.length === 0) return { inputs, outputs };
    const names = here.map(([name]) => name);
    const { answers: _, null_score: __, timing: ___, ...moment } = outputs;
    const known = this.pythons();
    return {
      inputs: {
        ...inputs,
        ...Object.fromEntries(names.map((name) => [name, known[name as keyof Inputs]])),
      },
      outputs: { ...moment, status: "error", error: tooLongForPython(names) },
    };
  }
}

function sameButProgress(a: ComponentState, b: ComponentState): boolean {
  return (
    a.inputs === b.inputs && a.status === b.status && a.result === b.result && a.error === b.error
  );
}

interface Mounted {
  readonly component: Component;
  readonly host: WidgetHost;
  readonly stop: AbortController;
}

// By the widget's own id: hosts hand a different `model` object to each call, and may share the
// module between widgets.
const mounted = new Map<string, Mounted>();

function mount(model: Model): Mounted {
  const id = String(model.get("_id"));
  let found = mounted.get(id);
  if (found === undefined) {
    const stop = new AbortController();
    const host = new WidgetHost(model, stop.signal);
    const component = createComponent(host, stop.signal);
    answerRequests(model, component, host.page, stop.signal);
    found = { component, host, stop };
    mounted.set(id, found);
    stop.signal.addEventListener("abort", () => mounted.delete(id));
  }
  return found;
}

export default {
  /** Once per widget and page. Waits for nothing: the kernel's messages are held back until it returns. */
  initialize({ model }: { model: Model }): () => void {
    const { stop } = mount(model);
    return () => stop.abort();
  },

  /** Once per view. */
  render({ model, el }: { model: Model; el: HTMLElement }): () => void {
    const { component, host, stop } = mount(model);
    const closed = new AbortController();
    const signal = AbortSignal.any([closed.signal, stop.signal]);
    // Not before: while it is initialized, the page waits for it to be there.
    watchKernel(model, (kernel) => host.connect(kernel), signal);
    mountView(el, component, component.actions, signal);
    return () => closed.abort();
  },
};

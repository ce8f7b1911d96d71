// A page with a view and a scripted state source: what tests/e2e/test_view.py drives.
import { type Asked, type Draft, History } from "../../src/component/history";
import { DEFAULT_INPUTS, type Inputs } from "../../src/component/inputs";
import { type Actions, type ComponentState, initialState } from "../../src/component/state";
import { mountView, type StateSource } from "../../src/view/view";
import { type Case, ScriptedModel } from "./scripted-model";

type Change = Partial<Omit<ComponentState, "inputs">> & { readonly inputs?: Partial<Inputs> };

/** Keeps a state, and does with edits what a component does: the result for old inputs is gone. */
class Script implements StateSource, Actions {
  state: ComponentState = initialState(DEFAULT_INPUTS);
  readonly history = new History();
  readonly listeners = new Set<(state: ComponentState) => void>();
  /** What the view asked for, in order. */
  readonly calls: unknown[][] = [];
  /** What answers and explains, where a test wants scores that fit the answers. */
  model: ScriptedModel | null = null;
  private inspecting = 0;

  /** As if the question had been asked of a model that finds these spans. */
  answer(given: Case): void {
    this.model = new ScriptedModel(given);
    const { passage, question } = given;
    const inputs = { ...this.state.inputs, passage, question };
    const scores = this.inspecting > 0 ? this.model.scores : null;
    this.set({ inputs, status: "ready", result: this.model.decode(inputs), scores });
  }

  subscribe(listener: (state: ComponentState) => void, signal: AbortSignal): void {
    this.listeners.add(listener);
    signal.addEventListener("abort", () => this.listeners.delete(listener));
  }

  set(change: Change): void {
    const inputs = { ...this.state.inputs, ...change.inputs };
    this.state = { ...this.state, ...change, inputs };
    this.history.record(this.state, Date.now());
    for (const listener of this.listeners) listener(this.state);
  }

  setPassage(passage: string): void {
    this.calls.push(["setPassage", passage]);
    this.set({ inputs: { passage }, result: null, scores: null, status: "running" });
  }

  setQuestion(question: string): void {
    this.calls.push(["setQuestion", question]);
    this.set({ inputs: { question }, result: null, scores: null, status: "running" });
  }

  setOptions(options: Partial<Omit<Inputs, "passage" | "question">>): void {
    this.calls.push(["setOptions", options]);
    this.set({ inputs: options });
    if (this.model !== null) this.set({ result: this.model.decode(this.state.inputs) });
  }

  restore(entry: Asked | Draft): void {
    const { passage, question, ...options } = this.history.restore(entry, this.state.inputs);
    if (passage !== undefined) this.setPassage(passage);
    if (question !== undefined) this.setQuestion(question);
    if (Object.keys(options).length > 0) this.setOptions(options);
  }

  confirm(): void {
    this.calls.push(["confirm"]);
  }

  retry(): void {
    this.calls.push(["retry"]);
  }

  inspect(until: AbortSignal): void {
    this.calls.push(["inspect"]);
    this.inspecting++;
    this.set({ scores: this.model?.scores ?? null });
    until.addEventListener("abort", () => {
      this.calls.push(["inspect", "ended"]);
      if (--this.inspecting === 0) this.set({ scores: null });
    });
  }

  cancel(): boolean {
    this.calls.push(["cancel"]);
    this.set({ status: "ready", progress: null });
    return true;
  }
}

const script = new Script();
let mounted: AbortController | null = null;

const harness = {
  script,
  /** Mounts a view of the one state into #host or another element. */
  mount(shadow: boolean, id = "host"): void {
    const host = document.getElementById(id)!;
    const root = shadow ? (host.shadowRoot ?? host.attachShadow({ mode: "open" })) : host;
    mounted ??= new AbortController();
    mountView(root, script, script, mounted.signal);
  },
  unmount(): void {
    mounted?.abort();
    mounted = null;
  },
};

declare global {
  interface Window {
    harness: typeof harness;
  }
}

window.harness = harness;

// The page's half of a Jupyter widget as @jupyter-widgets/base 6 and Backbone have it, as far as
// values go: what it sends, holds back while the kernel works, takes from echoes, and loses.
import type { Model } from "../../../../src/hosts/widget/model";

type State = Record<string, unknown>;

/** What the kernel publishes. */
export type Published =
  | { readonly method: "update" | "echo_update"; readonly state: State }
  | { readonly method: "custom"; readonly content: unknown }
  | { readonly method: "idle" };

export type ToKernel =
  | { readonly method: "update"; readonly state: State }
  | { readonly method: "custom"; readonly content: unknown };

export class WidgetModel implements Model {
  private attributes: State;
  private previous: State = {};
  private changed: State = {};
  private changing = false;
  private readonly listeners = new Map<string, Set<(...args: never[]) => void>>();
  /** Changes since they were last saved. */
  private diff: State = {};
  /** What a message of the kernel sets just now: no news for the kernel. */
  private lock: State | null = null;
  private toUpdate = new Set<string>();
  private readonly expectedEcho = new Map<string, number>();
  private buffer: State | null = null;
  private pending = 0;
  private stateChange: Promise<void> = Promise.resolve();

  /** @param post sends a message to the kernel and gives its number */
  constructor(
    attributes: State,
    private readonly post: (message: ToKernel) => number,
  ) {
    this.attributes = { ...attributes };
  }

  get(name: string): unknown {
    return this.attributes[name];
  }

  set(name: string, value: unknown): void {
    this.setAll({ [name]: value });
  }

  /** Backbone's set, which may be called from within its own events, and then ipywidgets'. */
  private setAll(values: State): void {
    const outer = !this.changing;
    this.changing = true;
    if (outer) {
      this.previous = { ...this.attributes };
      this.changed = {};
    }
    const now: string[] = [];
    for (const [name, value] of Object.entries(values)) {
      if (!equal(this.attributes[name], value)) now.push(name);
      if (equal(this.previous[name], value)) delete this.changed[name];
      else this.changed[name] = value;
      this.attributes[name] = value;
    }
    for (const name of now) for (const call of this.listeners.get(`change:${name}`) ?? []) call();
    if (outer) this.changing = false;
    const changed = { ...this.changed };
    for (const [name, value] of Object.entries(this.lock ?? {})) {
      if (changed[name] === value) delete changed[name];
    }
    this.diff = { ...this.diff, ...changed };
  }

  save_changes(): void {
    const state = this.diff;
    this.setAll(state);
    this.diff = {};
    for (const name of Object.keys(state)) this.toUpdate.add(name);
    if (Object.keys(state).length === 0) return;
    if (this.pending >= 1) this.buffer = { ...this.buffer, ...state };
    else this.sendState(state);
  }

  private sendState(state: State): void {
    const number = this.post({ method: "update", state: copy(state) });
    this.pending++;
    for (const name of this.toUpdate) this.expectedEcho.set(name, number);
    this.toUpdate = new Set();
  }

  send(content: unknown): void {
    this.post({ method: "custom", content: copy(content) });
  }

  /** A message of the kernel's, about the page's message `parent` or about none. */
  receive(message: Published, parent: number | null): Promise<void> {
    if (message.method === "idle") this.onIdle();
    else if (message.method === "custom") {
      for (const call of this.listeners.get("msg:custom") ?? []) call(message.content as never);
    } else {
      this.stateChange = this.stateChange.then(async () => {
        const state = { ...message.state };
        if (message.method === "echo_update") this.dropOldEchoes(state, parent);
        await null; // deserializing
        this.lock = state;
        this.setAll(state);
        this.lock = null;
      });
      return this.stateChange;
    }
    return Promise.resolve();
  }

  private dropOldEchoes(state: State, parent: number | null): void {
    for (const name of Object.keys(state)) {
      if (!this.expectedEcho.has(name)) continue;
      if (this.expectedEcho.get(name) !== parent) delete state[name];
      else {
        this.expectedEcho.delete(name);
        if (this.buffer !== null && name in this.buffer) delete state[name];
      }
    }
  }

  /** The kernel is done with a change of this page's. */
  private onIdle(): void {
    this.pending--;
    if (this.buffer === null || this.pending >= 1) return;
    const state = this.buffer;
    this.buffer = null;
    this.sendState(state);
  }

  on(event: string, callback: (...args: never[]) => void): void {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(callback));
  }

  off(event: string, callback: (...args: never[]) => void): void {
    this.listeners.get(event)?.delete(callback);
  }
}

function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function equal(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

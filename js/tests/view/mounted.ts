// A view over a component whose state the tests set. Importing this cleans up between them.
import { afterEach, beforeEach, vi } from "vitest";
import { History } from "../../src/component/history";
import { DEFAULT_INPUTS, type Inputs } from "../../src/component/inputs";
import { type Actions, type ComponentState, initialState } from "../../src/component/state";
import { mountView } from "../../src/view/view";

export let controller: AbortController;
let history: History;
let state: ComponentState;
export let listeners: Set<(state: ComponentState) => void>;
export let actions: { [K in keyof Actions]: ReturnType<typeof vi.fn<Actions[K]>> };

/** The component changes so. */
export function set(
  change: Partial<Omit<ComponentState, "inputs">> & { inputs?: Partial<Inputs> },
) {
  state = { ...state, ...change, inputs: { ...state.inputs, ...change.inputs } };
  for (const listener of listeners) listener(state);
}

export function mount(root: HTMLElement | ShadowRoot = document.body) {
  const source = {
    history,
    get state() {
      return state;
    },
    subscribe(listener: (state: ComponentState) => void, signal: AbortSignal) {
      listeners.add(listener);
      signal.addEventListener("abort", () => listeners.delete(listener));
    },
  };
  mountView(root, source, actions, controller.signal);
}

export const find = <E extends HTMLElement = HTMLElement>(selector: string) =>
  document.querySelector<E>(selector)!;

/** After the view was closed: the next one may live. */
export function renew(): void {
  controller = new AbortController();
}

beforeEach(() => {
  vi.useFakeTimers();
  // jsdom lays nothing out.
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      disconnect() {}
    },
  );
  renew();
  history = new History();
  listeners = new Set();
  state = initialState(DEFAULT_INPUTS);
  actions = {
    setPassage: vi.fn((passage: string) => set({ inputs: { passage }, result: null })),
    setQuestion: vi.fn((question: string) => set({ inputs: { question }, result: null })),
    setOptions: vi.fn((options: Partial<Inputs>) => set({ inputs: options })),
    restore: vi.fn(),
    confirm: vi.fn(),
    retry: vi.fn(),
    cancel: vi.fn(() => true),
    inspect: vi.fn(),
  };
});

afterEach(() => {
  controller.abort();
  document.body.replaceChildren();
  vi.useRealTimers();
});

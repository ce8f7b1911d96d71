// A component on a scripted host and a fake client, under fake timers: one for each test.
import { afterEach, beforeEach, vi } from "vitest";
import { type Component, createComponent } from "../../src/component/component";
import { DEFAULT_INPUTS, type Inputs } from "../../src/component/inputs";
import { ScriptedHost } from "../page/scripted";
import { makeModel } from "../runtime/fake-model";
import { FakeClient } from "./fake-client";

export const { manifest } = makeModel("one");
export const TEXTS = { passage: "It is a zebra.", question: "What is it?" };
export let host: ScriptedHost;
export let client: FakeClient;
export let stop: AbortController;
export let component: Component;
/** Lets promises settle. */
export const settle = () => vi.advanceTimersByTimeAsync(0);
export const rest = () => vi.advanceTimersByTimeAsync(250);

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  stop.abort();
  vi.useRealTimers();
});

export function start(inputs: Partial<Inputs> = TEXTS): void {
  stop = new AbortController();
  client = new FakeClient();
  host = new ScriptedHost({ ...DEFAULT_INPUTS, ...inputs }, manifest);
  component = createComponent(host, stop.signal, client);
}

export async function startLoaded(inputs?: Partial<Inputs>): Promise<void> {
  start(inputs);
  client.loads[0]!.resolve({ backend: "wasm, 1 thread" });
  await settle();
}

export const shown = () => component.state.result?.answers[0]?.text ?? null;

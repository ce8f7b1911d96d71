// A model that behaves as Backbone's does: `set` calls back at once.
import type { Model } from "../../../src/hosts/widget/model";

export class FakeModel implements Model {
  readonly sent: Record<string, unknown>[] = [];
  /** Beside each of `sent`. */
  readonly buffers: (readonly ArrayBufferView[])[] = [];
  /** What Python has, as of each save. */
  readonly saves: Record<string, unknown>[] = [];
  gone = false;
  private readonly listeners = new Map<string, Set<(...args: never[]) => void>>();

  constructor(readonly values: Record<string, unknown>) {}

  get(name: string): unknown {
    return this.values[name];
  }

  set(name: string, value: unknown): void {
    if (this.values[name] === value) return;
    this.values[name] = value;
    for (const listener of this.listeners.get(`change:${name}`) ?? []) listener();
  }

  save_changes(): void {
    if (this.gone) throw new Error("Cannot send");
    this.saves.push({ ...this.values });
  }

  send(content: unknown, _callbacks?: undefined, buffers: readonly ArrayBufferView[] = []): void {
    if (this.gone) throw new Error("Cannot send");
    this.sent.push(content as Record<string, unknown>);
    this.buffers.push(buffers);
  }

  /** A message from Python. */
  receive(message: unknown): void {
    for (const listener of this.listeners.get("msg:custom") ?? []) listener(message as never);
  }

  /** What ipywidgets says when a comm was opened or lost. */
  emit(event: "comm_live_update"): void {
    for (const listener of this.listeners.get(event) ?? []) listener();
  }

  on(event: string, callback: (...args: never[]) => void): void {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(callback));
  }

  off(event: string, callback: (...args: never[]) => void): void {
    this.listeners.get(event)?.delete(callback);
  }

  listening(): number {
    return [...this.listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }
}

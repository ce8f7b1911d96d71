// The part of anywidget's model that every page which shows widgets has.
import type { Buffers } from "../../runtime/assets/kernel";

export type CustomCallback = (message: unknown, buffers: Buffers) => void;

export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown, callbacks?: undefined, buffers?: readonly ArrayBufferView[]): void;
  on(event: "msg:custom", callback: CustomCallback): void;
  on(event: `change:${string}` | "comm_live_update", callback: () => void): void;
  off(event: "msg:custom", callback: CustomCallback): void;
  off(event: `change:${string}` | "comm_live_update", callback: () => void): void;
  /** Absent in hosts that have none. */
  readonly widget_manager?:
    | undefined
    | { get_model?(id: string): Promise<{ comm_live?: unknown }> };
}

/**
 * Says whether a kernel stands behind a model that is shown, and later when one comes: some pages draw
 * a widget from its state and connect it afterwards. A kernel that goes is noticed by its silence.
 */
export function watchKernel(
  model: Model,
  say: (kernel: boolean) => void,
  signal: AbortSignal,
): void {
  const look = async (only: boolean): Promise<void> => {
    const kernel = await hasKernel(model);
    if (!signal.aborted && (kernel || !only)) say(kernel);
  };
  const came = (): void => void look(true);
  model.on("comm_live_update", came);
  signal.addEventListener("abort", () => model.off("comm_live_update", came), { once: true });
  void look(false);
}

/** A saved notebook has the model alone. */
async function hasKernel(model: Model): Promise<boolean> {
  try {
    const own = await model.widget_manager?.get_model?.(String(model.get("_id")));
    return own?.comm_live !== false;
  } catch {
    return true; // a widget of an older version, which has another id
  }
}

/** Sends to the kernel, if it can. Without a kernel the widget goes on; only Python learns nothing. */
export function attempt(send: () => void): boolean {
  try {
    send();
    return true;
  } catch (error) {
    console.warn("qna-widget: the kernel is gone.", error);
    return false;
  }
}

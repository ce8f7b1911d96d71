// Gets the model that Python names into the page, while the former one answers on. Python's half:
// qna_widget/hosts/widget/model_loading.py.

import type { Fetching, Manifest, Progress } from "../core/manifest";
import { inWords } from "../core/text";
import type { Client } from "../runtime/client";
import type { Host } from "./host";
import type { ComponentState, ModelChange } from "./state";

/** What the owner, a component, is told. */
export interface LoadingEvents {
  /** Something about the wait changed. */
  update(changes: Partial<ComponentState>): void;
  /** Another model answers from now on. */
  ready(manifest: Manifest, backend: string): void;
  /** The model that was chosen did not come: its name is taken back, here and in Python. */
  takeBack(former: string): void;
}

export class ModelLoading {
  /** Whose model answers; null while there is none. */
  current: Manifest | null = null;
  private wanted: Manifest | null = null;
  private stop: AbortController | null = null;
  private progress: Progress | null = null;
  /** The last news, as text: what has not changed is not told again. */
  private told = "";
  /** The last choice that failed here, not in Python. */
  private failed: { readonly model: string; readonly error: string } | null = null;
  /** Python's refusal of what is tried again now: it says nothing of this time. */
  private past: Fetching | null = null;

  constructor(
    private readonly host: Host,
    private readonly client: Client,
    private readonly events: LoadingEvents,
  ) {}

  /** Whether files are on their way to this page. */
  get busy(): boolean {
    return this.stop !== null;
  }

  /** Takes over what the host says now, and loads what it names. */
  follow(): void {
    const manifest = this.host.readManifest();
    const { model } = this.host.readInputs();
    // A manifest for another name is older than the choice that stands, but better than no model.
    const { asked = model } = manifest ?? {};
    const stands = this.current === null || asked === model;
    if (manifest !== null && stands && manifest !== this.wanted) void this.load(manifest);
    else this.tell();
  }

  /** Another name stands in the inputs: what was on its way for the former choice stops. */
  choose(): void {
    this.failed = null;
    if (this.current !== null) {
      this.cancel();
      const told = this.host.readFetching?.() ?? null;
      if (told?.error && told.model === this.host.readInputs().model) this.past = told;
    }
    this.follow();
  }

  /** Loads what did not come, or was not let come, before. */
  retry(): void {
    const manifest = this.host.readManifest();
    if (manifest !== null) void this.load(manifest);
  }

  /** Ends the load under way; the model that answers stays. */
  cancel(): void {
    this.stop?.abort();
    this.stop = null;
    this.progress = null;
    this.wanted = this.current ?? this.wanted;
  }

  private async load(manifest: Manifest): Promise<void> {
    if (this.stop !== null && isSame(manifest, this.wanted)) {
      // The same model by another name.
      this.wanted = manifest;
      this.tell();
      return;
    }
    this.cancel();
    this.wanted = manifest;
    if (isSame(manifest, this.current)) {
      this.current = manifest;
      this.tell();
      return;
    }
    const own = new AbortController();
    this.stop = own;
    this.failed = null;
    this.tell();
    const onProgress = (progress: Progress): void => {
      if (this.stop !== own) return;
      this.progress = progress;
      this.tell();
    };
    try {
      const { signal } = own;
      const waiter = { signal, onProgress };
      const { backend } = await this.client.load(manifest, this.host.sources, waiter);
      if (this.stop !== own) return;
      this.stop = null;
      this.progress = null;
      this.current = this.wanted!;
      this.events.ready(this.current, backend);
    } catch (error) {
      if (this.stop !== own) return;
      this.cancel();
      this.fail(manifest.asked ?? manifest.model.name, inWords(error));
    }
  }

  private fail(model: string, error: string): void {
    const former = this.current?.asked;
    if (this.current === null) this.events.update({ status: "error", progress: null, error });
    else {
      this.failed = { model, error };
      if (former !== undefined) this.events.takeBack(former);
      this.told = "";
      this.tell();
    }
  }

  /** What the component's state says of the wait. */
  tell(): void {
    const models = this.host.readModels?.() ?? [];
    const told = this.host.readFetching?.() ?? null;
    const fetching = told === this.past ? null : told;
    if (this.current !== null) {
      const { model } = this.host.readInputs();
      const { asked } = this.current;
      if (fetching?.error && fetching.model === model && asked !== undefined && model !== asked) {
        this.fail(model, fetching.error);
        return;
      }
      const news = { models, change: this.change(this.current, fetching) };
      const text = JSON.stringify(news);
      if (text !== this.told) this.events.update(news);
      this.told = text;
    } else if (fetching !== null && fetching.error !== "") {
      this.events.update({ models, status: "error", progress: null, error: fetching.error });
    } else if (this.stop !== null || fetching !== null) {
      const progress = this.progress ?? progressOf(fetching);
      const notice = this.wanted?.model.note ?? "";
      this.events.update({ models, status: "loading", progress, error: "", notice });
    }
  }

  private change(current: Manifest, fetching: Fetching | null): ModelChange | null {
    const model = this.host.readInputs().model;
    const { asked: former = model } = current;
    if (this.stop !== null || model !== former) {
      // Python says nothing yet, fetches it, or has it and this page loads it.
      const told = fetching?.model === model ? fetching : null;
      const progress = this.progress ?? progressOf(told);
      return { model, former, progress, error: told?.error ?? "" };
    }
    const failed = this.failed ?? (fetching?.error ? fetching : null);
    return failed && { model: failed.model, former, progress: null, error: failed.error };
  }
}

function progressOf(fetching: Fetching | null): Progress | null {
  if (fetching === null || fetching.what === "") return null;
  const { what: name, done: loaded, total } = fetching;
  return { stage: "fetch", name, loaded, total, unit: "bytes" };
}

/** Whether both name the same files in the same words, whatever name was asked for. */
function isSame(a: Manifest, b: Manifest | null): boolean {
  if (b === null) return false;
  const { asked: _, ...mine } = a;
  const { asked: __, ...other } = b;
  return JSON.stringify(mine) === JSON.stringify(other);
}

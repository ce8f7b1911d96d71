// Gets the model that Python names into the page, while the former one answers on: does what the
// phases (model-phase.ts) ask for. Python's half: qna_widget/hosts/widget/model_loading.py.
import type { Manifest, Progress } from "../core/manifest";
import { inWords } from "../core/text";
import type { Client } from "../runtime/client";
import type { Host } from "./host";
import {
  changesOf,
  currentOf,
  isSame,
  type LoadingEvent,
  nextPhase,
  type Phase,
  type Said,
  START,
  wantedOf,
} from "./model-phase";
import type { ComponentState } from "./state";

/** What the loading does to its owner, a component. */
export interface LoadingOwner {
  /** What the state says of the wait; mostly it says so already. */
  update(changes: Partial<ComponentState>): void;
  /** Another model answers from now on. */
  ready(manifest: Manifest, backend: string): void;
  /** The model that was chosen did not come: its name is taken back, here and in Python. */
  takeBack(former: string): void;
}

interface Load {
  readonly manifest: Manifest;
  readonly stop: AbortController;
}

export class ModelLoading {
  private phase: Phase = START;
  private load: Load | null = null;

  constructor(
    private readonly host: Host,
    private readonly client: Client,
    private readonly owner: LoadingOwner,
  ) {}

  /** The model that answers; null while there is none. */
  get current(): Manifest | null {
    return currentOf(this.phase);
  }

  /** Whether files are on their way to this page. */
  get busy(): boolean {
    return wantedOf(this.phase) !== null;
  }

  /** Python may have said something. */
  follow(): void {
    this.receive({ kind: "said", said: this.said() });
  }

  /** Another name stands in the inputs. */
  choose(): void {
    this.receive({ kind: "chosen", said: this.said() });
  }

  /** Loads what did not come, or was cancelled. */
  retry(): void {
    this.receive({ kind: "retried", said: this.said() });
  }

  /** Ends the load under way; the model that answers stays. */
  cancel(): void {
    this.receive({ kind: "cancelled" });
  }

  private said(): Said {
    const { host } = this;
    return {
      model: host.readInputs().model,
      manifest: host.readManifest(),
      models: host.readModels?.() ?? [],
      fetching: host.readFetching?.() ?? null,
    };
  }

  private receive(event: LoadingEvent): void {
    const before = this.phase;
    const phase = nextPhase(before, event);
    this.phase = phase;
    const wanted = wantedOf(phase);
    if (this.load !== null && (wanted === null || !isSame(this.load.manifest, wanted))) {
      this.load.stop.abort();
      this.load = null;
    }
    if (event.kind === "loaded") this.owner.ready(this.current!, event.backend);
    if (phase !== before && phase.kind === "failed" && phase.current?.asked !== undefined) {
      this.owner.takeBack(phase.current.asked);
    }
    this.owner.update(changesOf(phase, this.said()));
    if (wanted !== null && this.load === null) void this.start(wanted);
  }

  private async start(manifest: Manifest): Promise<void> {
    const own = { manifest, stop: new AbortController() };
    this.load = own;
    const stands = () => this.load === own;
    const { signal } = own.stop;
    const onProgress = (progress: Progress): void => {
      if (stands()) this.receive({ kind: "progressed", progress });
    };
    try {
      const waiter = { signal, onProgress };
      const { backend } = await this.client.load(manifest, this.host.sources, waiter);
      if (!stands()) return;
      this.load = null;
      this.receive({ kind: "loaded", said: this.said(), backend });
    } catch (error) {
      if (!stands()) return;
      this.load = null;
      this.receive({ kind: "broke", error: inWords(error) });
    }
  }
}

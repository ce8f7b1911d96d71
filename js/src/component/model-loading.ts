// Loads the model that Python names into the page while the former one still answers: carries out
// the phases of model-phase.ts. Python's half: qna_widget/hosts/widget/model_loading.py.
import type { Manifest, Progress } from "../core/manifest";
import { inWords } from "../core/text";
import type { Client } from "../runtime/client";
import type { Host } from "./host";
import {
  changesOf,
  currentOf,
  type HostState,
  isSame,
  type LoadingEvent,
  nextPhase,
  type Phase,
  START,
  wantedOf,
} from "./model-phase";
import type { ComponentState } from "./state";

/** The owner of the loading, a component. */
export interface LoadingOwner {
  /** Called after each event; most changes are in the state already. */
  update(changes: Partial<ComponentState>): void;
  /** Another model answers from now on. */
  ready(manifest: Manifest, backend: string): void;
  /** The chosen model did not come: sets the former name again, here and in Python. */
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

  /** Reads the host again, which may have changed. */
  follow(): void {
    this.receive({ kind: "host changed", host: this.readHost() });
  }

  /** To be called when the inputs name another model. */
  choose(): void {
    this.receive({ kind: "chosen", host: this.readHost() });
  }

  /** Loads again what failed or was cancelled, or has Python fetch it again. */
  retry(): void {
    const host = this.readHost();
    if (host.manifest === null && host.fetching?.error) this.host.fetchAgain?.();
    this.receive({ kind: "retried", host });
  }

  /** Ends the load under way; the current model stays. */
  cancel(): void {
    this.receive({ kind: "cancelled" });
  }

  private readHost(): HostState {
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
    this.owner.update(changesOf(phase, this.readHost()));
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
      this.receive({ kind: "loaded", host: this.readHost(), backend });
    } catch (error) {
      if (!stands()) return;
      this.load = null;
      this.receive({ kind: "broke", error: inWords(error) });
    }
  }
}

// The change of a model as a state machine: `nextPhase` gives the phase after an event, `changesOf`
// what the component's state shows of a phase. Pure.
import { isEqual } from "../core/equal";
import type { Fetching, Manifest, ModelChoice, Progress } from "../core/manifest";
import type { ComponentState, ModelChange } from "./state";

/** What the host says about models at one moment. */
export interface HostState {
  /** The name in the inputs. */
  readonly model: string;
  /** The newest model that Python has; it may answer an older name. */
  readonly manifest: Manifest | null;
  readonly models: readonly ModelChoice[];
  readonly fetching: Fetching | null;
}

/** What this page has reacted to, and ignores when the host says it again. */
interface Handled {
  readonly manifest: Manifest | null;
  /** Python's refusal of a model that the reader has since chosen again. */
  readonly refusal: Fetching | null;
}

interface None {
  readonly kind: "none";
}

/** The first model. `wanted`: its files are loading here; null while Python fetches it. */
interface Loading {
  readonly kind: "loading";
  readonly wanted: Manifest | null;
  readonly progress: Progress | null;
}

interface Answering {
  readonly kind: "answering";
  readonly current: Manifest;
}

/** `current` answers until the chosen model, `wanted` as above, is ready. */
interface Changing {
  readonly kind: "changing";
  readonly current: Manifest;
  readonly wanted: Manifest | null;
  readonly progress: Progress | null;
}

/** `model` did not come. `current` still answers, if there is one. */
interface Failed {
  readonly kind: "failed";
  readonly current: Manifest | null;
  readonly model: string;
  /** As sentences. */
  readonly error: string;
}

export type Phase = (None | Loading | Answering | Changing | Failed) & {
  readonly handled: Handled;
};

export const START: Phase = { kind: "none", handled: { manifest: null, refusal: null } };

export type LoadingEvent =
  /** The host may say something new. */
  | { readonly kind: "host changed"; readonly host: HostState }
  /** The inputs name another model. A load for the former choice stops. */
  | { readonly kind: "chosen"; readonly host: HostState }
  /** Load again what failed or was cancelled. */
  | { readonly kind: "retried"; readonly host: HostState }
  /** The reader cancelled the load. */
  | { readonly kind: "cancelled" }
  /** The load of `wanted`: a step, its end, its failure. */
  | { readonly kind: "progressed"; readonly progress: Progress }
  | { readonly kind: "loaded"; readonly host: HostState; readonly backend: string }
  | { readonly kind: "broke"; readonly error: string };

/** The model that answers; null when there is none. */
export function currentOf(phase: Phase): Manifest | null {
  return "current" in phase ? phase.current : null;
}

/** The model whose files are loading here; null when there is none. */
export function wantedOf(phase: Phase): Manifest | null {
  return "wanted" in phase ? phase.wanted : null;
}

/** @returns `phase` itself when the event changes nothing */
export function nextPhase(phase: Phase, event: LoadingEvent): Phase {
  const current = currentOf(phase);
  const wanted = wantedOf(phase);
  const { handled } = phase;
  switch (event.kind) {
    case "host changed":
      return follow(phase, event.host);
    case "chosen":
      return current === null
        ? follow(phase, event.host)
        : follow(startAnew(phase, current, event.host), event.host);
    case "retried": {
      const { manifest } = event.host;
      return follow(manifest === null ? phase : begin(phase, manifest), event.host);
    }
    case "cancelled":
      return current === null ? { kind: "none", handled } : { kind: "answering", current, handled };
    case "progressed":
      return wanted === null ? phase : ({ ...phase, progress: event.progress } as Phase);
    case "loaded":
      return wanted === null
        ? phase
        : follow({ kind: "answering", current: wanted, handled }, event.host);
    case "broke": {
      return fail(phase, wanted?.asked ?? wanted?.model.name ?? "", event.error);
    }
  }
}

/** The phase after the host was read. */
function follow(phase: Phase, host: HostState): Phase {
  const current = currentOf(phase);
  if (current === null) return followFirst(phase, host);
  const { manifest, model } = host;
  // A manifest for another name belongs to an older choice.
  const stands = manifest !== null && (manifest.asked ?? model) === model;
  const next = stands && manifest !== phase.handled.manifest ? begin(phase, manifest) : phase;
  return compareNames(next, currentOf(next)!, host);
}

/** Without a model, one for another name is better than none. */
function followFirst(phase: Phase, host: HostState): Phase {
  const { handled } = phase;
  const { manifest, fetching } = host;
  if (manifest !== null && manifest !== handled.manifest) return begin(phase, manifest);
  if (wantedOf(phase) !== null) return phase;
  // Taken away, as where a kernel is not there yet: given again, it is new.
  if (manifest === null && handled.manifest !== null) {
    return followFirst({ ...phase, handled: { ...handled, manifest } }, host);
  }
  if (fetching === null) return phase.kind === "loading" ? { kind: "none", handled } : phase;
  const { model, error } = fetching;
  if (error !== "") return fail(phase, model, error);
  return phase.kind === "loading"
    ? phase
    : { kind: "loading", wanted: null, progress: null, handled };
}

function startAnew(phase: Phase, current: Manifest, { model, fetching }: HostState): Phase {
  const again = fetching !== null && fetching.error !== "" && fetching.model === model;
  const refusal = again ? fetching : phase.handled.refusal;
  return { kind: "answering", current, handled: { manifest: null, refusal } };
}

/** The phase in which `manifest` is loaded, unless it is loading or loaded already. */
function begin(phase: Phase, manifest: Manifest): Phase {
  const handled = { ...phase.handled, manifest };
  const current = currentOf(phase);
  const wanted = wantedOf(phase);
  // The same model under another name.
  if (wanted !== null && isSame(manifest, wanted)) {
    return { ...phase, wanted: manifest, handled } as Phase;
  }
  if (current === null) return { kind: "loading", wanted: manifest, progress: null, handled };
  if (isSame(manifest, current)) {
    return phase.kind === "failed"
      ? { ...phase, current: manifest, handled }
      : { kind: "answering", current: manifest, handled };
  }
  return { kind: "changing", current, wanted: manifest, progress: null, handled };
}

/** The phase when the current model's name is compared with the one in the inputs. */
function compareNames(phase: Phase, current: Manifest, host: HostState): Phase {
  const { model } = host;
  const { handled } = phase;
  const { asked = model } = current;
  const refusal = refusalOf(phase, host);
  if (refusal?.model === model && model !== asked) return fail(phase, model, refusal.error);
  if (wantedOf(phase) !== null) return phase;
  if (model !== asked) {
    return phase.kind === "changing"
      ? phase
      : { kind: "changing", current, wanted: null, progress: null, handled };
  }
  return phase.kind === "changing" ? { kind: "answering", current, handled } : phase;
}

function fail(phase: Phase, model: string, error: string): Phase {
  if (phase.kind === "failed" && phase.model === model && phase.error === error) return phase;
  return { kind: "failed", current: currentOf(phase), model, error, handled: phase.handled };
}

/** Python's refusal of a model, unless it was handled before. */
function refusalOf({ handled }: Phase, { fetching }: HostState): Fetching | null {
  return fetching === null || fetching.error === "" || fetching === handled.refusal
    ? null
    : fetching;
}

/** What the component's state shows of the phase. */
export function changesOf(phase: Phase, host: HostState): Partial<ComponentState> {
  const { models, fetching } = host;
  switch (phase.kind) {
    case "none":
      return {};
    case "loading": {
      const progress = phase.progress ?? progressOf(fetching);
      const note = phase.wanted?.model.note ?? "";
      return { models, status: "loading", progress, error: "", note };
    }
    case "failed":
      if (phase.current !== null) return { models, change: changeOf(phase, phase.current, host) };
      return { models, status: "error", progress: null, error: phase.error };
    default:
      return { models, change: changeOf(phase, phase.current, host) };
  }
}

function changeOf(phase: Phase, current: Manifest, host: HostState): ModelChange | null {
  const { model, fetching } = host;
  const { asked: former = model } = current;
  if (phase.kind === "changing") {
    // Python has not answered yet, fetches the model, or has it and this page loads it.
    const progress = phase.progress ?? progressOf(fetching?.model === model ? fetching : null);
    return { model, former, progress, error: "" };
  }
  const failed = phase.kind === "failed" ? phase : refusalOf(phase, host);
  return failed && { model: failed.model, former, progress: null, error: failed.error };
}

function progressOf(fetching: Fetching | null): Progress | null {
  if (fetching === null || fetching.what === "") return null;
  const { what: name, done: loaded, total } = fetching;
  return { stage: "fetch", name, loaded, total, unit: "bytes" };
}

/** Whether both are the same model with the same title and note, under whatever name. */
export function isSame(one: Manifest, other: Manifest): boolean {
  const { asked: _, ...mine } = one;
  const { asked: __, ...its } = other;
  return isEqual(mine, its);
}

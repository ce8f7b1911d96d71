// How far this page is with the model that was chosen, as a state machine: `nextPhase` says what an
// event makes of a phase, `changesOf` what the component's state says of it. Pure.
import { isEqual } from "../core/equal";
import type { Fetching, Manifest, ModelChoice, Progress } from "../core/manifest";
import type { ComponentState, ModelChange } from "./state";

/** What Python says at one moment. */
export interface Said {
  /** The name that stands in the inputs. */
  readonly model: string;
  /** The newest model that Python has; it may answer an older name. */
  readonly manifest: Manifest | null;
  readonly models: readonly ModelChoice[];
  readonly fetching: Fetching | null;
}

/** What was dealt with, and counts no more when Python says it again. */
interface Settled {
  readonly manifest: Manifest | null;
  /** A refusal of what is tried again now. */
  readonly refusal: Fetching | null;
}

interface None {
  readonly kind: "none";
}

/** `wanted` is the model whose files come to this page; null while Python fetches it. */
interface Loading {
  readonly kind: "loading";
  readonly wanted: Manifest | null;
  readonly progress: Progress | null;
}

interface Answering {
  readonly kind: "answering";
  readonly current: Manifest;
}

/** `current` answers until `wanted`, as above, is there. */
interface Changing {
  readonly kind: "changing";
  readonly current: Manifest;
  readonly wanted: Manifest | null;
  readonly progress: Progress | null;
}

/** `model` did not come; `current`, if there is one, answers on. */
interface Failed {
  readonly kind: "failed";
  readonly current: Manifest | null;
  readonly model: string;
  /** As sentences. */
  readonly error: string;
}

export type Phase = (None | Loading | Answering | Changing | Failed) & {
  readonly settled: Settled;
};

export const START: Phase = { kind: "none", settled: { manifest: null, refusal: null } };

export type LoadingEvent =
  /** Python said something, or nothing new. */
  | { readonly kind: "said"; readonly said: Said }
  /** Another name stands in the inputs: what was on its way for the former choice stops. */
  | { readonly kind: "chosen"; readonly said: Said }
  /** What did not come, or was not let come, is wanted after all. */
  | { readonly kind: "retried"; readonly said: Said }
  /** The reader waits no longer. */
  | { readonly kind: "cancelled" }
  /** Of the load of `wanted`: one step, its end, its failure in words. */
  | { readonly kind: "progressed"; readonly progress: Progress }
  | { readonly kind: "loaded"; readonly said: Said; readonly backend: string }
  | { readonly kind: "broke"; readonly error: string };

/** The model that answers; null while there is none. */
export function currentOf(phase: Phase): Manifest | null {
  return "current" in phase ? phase.current : null;
}

/** The model whose files are on their way to this page; null for none. */
export function wantedOf(phase: Phase): Manifest | null {
  return "wanted" in phase ? phase.wanted : null;
}

/** @returns `phase` itself when the event changes nothing */
export function nextPhase(phase: Phase, event: LoadingEvent): Phase {
  const current = currentOf(phase);
  const wanted = wantedOf(phase);
  const { settled } = phase;
  switch (event.kind) {
    case "said":
      return follow(phase, event.said);
    case "chosen":
      return current === null
        ? follow(phase, event.said)
        : follow(chooseAnew(phase, current, event.said), event.said);
    case "retried": {
      const { manifest } = event.said;
      return follow(manifest === null ? phase : begin(phase, manifest), event.said);
    }
    case "cancelled":
      return current === null ? { kind: "none", settled } : { kind: "answering", current, settled };
    case "progressed":
      return wanted === null ? phase : ({ ...phase, progress: event.progress } as Phase);
    case "loaded":
      return wanted === null
        ? phase
        : follow({ kind: "answering", current: wanted, settled }, event.said);
    case "broke": {
      return fail(phase, wanted?.asked ?? wanted?.model.name ?? "", event.error);
    }
  }
}

/** What Python says now decides. */
function follow(phase: Phase, said: Said): Phase {
  const current = currentOf(phase);
  if (current === null) return followFirst(phase, said);
  const { manifest, model } = said;
  // A manifest for another name is older than the choice that stands.
  const stands = manifest !== null && (manifest.asked ?? model) === model;
  const next = stands && manifest !== phase.settled.manifest ? begin(phase, manifest) : phase;
  return settle(next, currentOf(next)!, said);
}

/** While no model answers, one for another name is better than none. */
function followFirst(phase: Phase, { manifest, fetching }: Said): Phase {
  const { settled } = phase;
  if (manifest !== null && manifest !== settled.manifest) return begin(phase, manifest);
  if (wantedOf(phase) !== null) return phase;
  if (fetching === null) return phase.kind === "loading" ? { kind: "none", settled } : phase;
  const { model, error } = fetching;
  if (error !== "") return fail(phase, model, error);
  return phase.kind === "loading"
    ? phase
    : { kind: "loading", wanted: null, progress: null, settled };
}

function chooseAnew(phase: Phase, current: Manifest, { model, fetching }: Said): Phase {
  const again = fetching !== null && fetching.error !== "" && fetching.model === model;
  const refusal = again ? fetching : phase.settled.refusal;
  return { kind: "answering", current, settled: { manifest: null, refusal } };
}

/** Python has a model that this page shall have. */
function begin(phase: Phase, manifest: Manifest): Phase {
  const settled = { ...phase.settled, manifest };
  const current = currentOf(phase);
  const wanted = wantedOf(phase);
  // The same model by another name.
  if (wanted !== null && isSame(manifest, wanted)) {
    return { ...phase, wanted: manifest, settled } as Phase;
  }
  if (current === null) return { kind: "loading", wanted: manifest, progress: null, settled };
  if (isSame(manifest, current)) {
    return phase.kind === "failed"
      ? { ...phase, current: manifest, settled }
      : { kind: "answering", current: manifest, settled };
  }
  return { kind: "changing", current, wanted: manifest, progress: null, settled };
}

/** Whether the model that answers is the one that the inputs name, or will it be, or cannot be. */
function settle(phase: Phase, current: Manifest, said: Said): Phase {
  const { model } = said;
  const { settled } = phase;
  const { asked = model } = current;
  const refusal = refusalOf(phase, said);
  if (refusal?.model === model && model !== asked) return fail(phase, model, refusal.error);
  if (wantedOf(phase) !== null) return phase;
  if (model !== asked) {
    return phase.kind === "changing"
      ? phase
      : { kind: "changing", current, wanted: null, progress: null, settled };
  }
  return phase.kind === "changing" ? { kind: "answering", current, settled } : phase;
}

function fail(phase: Phase, model: string, error: string): Phase {
  if (phase.kind === "failed" && phase.model === model && phase.error === error) return phase;
  return { kind: "failed", current: currentOf(phase), model, error, settled: phase.settled };
}

/** Why Python could not bring a model, unless that was dealt with. */
function refusalOf({ settled }: Phase, { fetching }: Said): Fetching | null {
  return fetching === null || fetching.error === "" || fetching === settled.refusal
    ? null
    : fetching;
}

/** What the component's state says of the phase. */
export function changesOf(phase: Phase, said: Said): Partial<ComponentState> {
  const { models, fetching } = said;
  switch (phase.kind) {
    case "none":
      return {};
    case "loading": {
      const progress = phase.progress ?? progressOf(fetching);
      const notice = phase.wanted?.model.note ?? "";
      return { models, status: "loading", progress, error: "", notice };
    }
    case "failed":
      if (phase.current !== null) return { models, change: changeOf(phase, phase.current, said) };
      return { models, status: "error", progress: null, error: phase.error };
    default:
      return { models, change: changeOf(phase, phase.current, said) };
  }
}

function changeOf(phase: Phase, current: Manifest, said: Said): ModelChange | null {
  const { model, fetching } = said;
  const { asked: former = model } = current;
  if (phase.kind === "changing") {
    // Python says nothing yet, fetches it, or has it and this page loads it.
    const progress = phase.progress ?? progressOf(fetching?.model === model ? fetching : null);
    return { model, former, progress, error: "" };
  }
  const failed = phase.kind === "failed" ? phase : refusalOf(phase, said);
  return failed && { model: failed.model, former, progress: null, error: failed.error };
}

function progressOf(fetching: Fetching | null): Progress | null {
  if (fetching === null || fetching.what === "") return null;
  const { what: name, done: loaded, total } = fetching;
  return { stage: "fetch", name, loaded, total, unit: "bytes" };
}

/** Whether both name the same files in the same words, whatever name was asked for. */
export function isSame(one: Manifest, other: Manifest): boolean {
  const { asked: _, ...mine } = one;
  const { asked: __, ...its } = other;
  return isEqual(mine, its);
}

import { describe, expect, it } from "vitest";
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
} from "../../src/component/model-phase";
import type { Fetching, Manifest } from "../../src/core/manifest";
import { makeModel } from "../runtime/fake-model";

/** A manifest that answers the name that was asked for; each call makes another object. */
function named(asked: string, content = asked): Manifest {
  return { asked, ...structuredClone(makeModel(content).manifest) };
}

const host = (changes: Partial<HostState> = {}): HostState => ({
  model: "old",
  manifest: null,
  models: [],
  fetching: null,
  ...changes,
});
const fetching = (changes: Partial<Fetching>): Fetching => ({
  model: "new",
  what: "",
  done: 0,
  total: 0,
  error: "",
  ...changes,
});
const reach = (phase: Phase, ...events: LoadingEvent[]): Phase => events.reduce(nextPhase, phase);
const STEP = { stage: "asset", name: "model.onnx", loaded: 1, total: 2, unit: "bytes" } as const;
const OLD = named("old");
const NEW = named("new");
const ANSWERING = reach(
  START,
  { kind: "host changed", host: host({ manifest: OLD }) },
  { kind: "loaded", host: host({ manifest: OLD }), backend: "wasm" },
);
const CHOSEN = host({ model: "new", manifest: OLD });
const CHANGING = reach(ANSWERING, { kind: "chosen", host: CHOSEN });

describe("a first model", () => {
  it("goes from none by loading to answering", () => {
    const loading = reach(START, { kind: "host changed", host: host({ manifest: OLD }) });
    expect(loading).toMatchObject({ kind: "loading", wanted: OLD, progress: null });
    expect(reach(loading, { kind: "progressed", progress: STEP })).toMatchObject({
      progress: STEP,
    });
    expect(ANSWERING).toMatchObject({ kind: "answering", current: OLD });
  });

  it("is fetched by Python, refused, and brought after all", () => {
    const fetched = reach(START, { kind: "host changed", host: host({ fetching: fetching({}) }) });
    expect(fetched).toMatchObject({ kind: "loading", wanted: null });
    const error = "There is none.";
    const failed = reach(fetched, {
      kind: "host changed",
      host: host({ fetching: fetching({ error }) }),
    });
    expect(failed).toMatchObject({ kind: "failed", current: null, error });
    expect(reach(failed, { kind: "host changed", host: host() })).toBe(failed);
    const manifest = OLD;
    expect(reach(failed, { kind: "retried", host: host({ manifest }) }).kind).toBe("loading");
    // Its fetch goes on: what was refused before is no error any more.
    const again = host({ fetching: fetching({ what: "Downloading" }) });
    expect(reach(failed, { kind: "retried", host: again }).kind).toBe("loading");
  });

  it("that was cancelled, or broke, is loaded when it is asked for, not by itself", () => {
    const word = host({ manifest: OLD });
    const loading = reach(START, { kind: "host changed", host: word });
    for (const event of [{ kind: "cancelled" }, { kind: "broke", error: "Gone." }] as const) {
      const ended = reach(loading, event);
      expect(wantedOf(ended)).toBeNull();
      expect(reach(ended, { kind: "host changed", host: word })).toBe(ended);
      expect(wantedOf(reach(ended, { kind: "retried", host: word }))).toBe(OLD);
    }
  });

  it("shows its own load, not an older refusal of Python's", () => {
    const word = host({ manifest: OLD, fetching: fetching({ error: "There is no model 'new'." }) });
    const loading = reach(START, { kind: "host changed", host: word });
    expect(changesOf(loading, word)).toMatchObject({ status: "loading", error: "" });
  });
});

describe("another model", () => {
  it("changes while Python fetches it and while its files come", () => {
    expect(CHANGING).toMatchObject({ kind: "changing", current: OLD, wanted: null });
    const here = { kind: "host changed", host: host({ model: "new", manifest: NEW }) } as const;
    const loading = reach(CHANGING, here);
    expect(loading).toMatchObject({ kind: "changing", current: OLD, wanted: NEW });
    expect(reach(loading, { ...here, kind: "loaded", backend: "wasm" })).toMatchObject({
      kind: "answering",
      current: NEW,
    });
    const broken = reach(loading, { kind: "broke", error: "Gone." });
    expect(broken).toMatchObject({ kind: "failed", current: OLD, model: "new", error: "Gone." });
    // The name was taken back: the manifest is late, and another one for the old model no news.
    expect(reach(broken, { kind: "host changed", host: host({ manifest: NEW }) })).toBe(broken);
    const renewed = reach(broken, { kind: "host changed", host: host({ manifest: named("old") }) });
    expect(renewed).toMatchObject({ kind: "failed", error: "Gone." });
  });

  it("fails by Python's refusal, which counts once, and is no answer to a second try", () => {
    const refusal = fetching({ error: "There is none." });
    const refused = host({ model: "new", manifest: OLD, fetching: refusal });
    const failed = reach(CHANGING, { kind: "host changed", host: refused });
    expect(failed).toMatchObject({ kind: "failed", current: OLD, model: "new" });
    expect(reach(failed, { kind: "host changed", host: refused })).toBe(failed);
    const again = reach(failed, { kind: "chosen", host: refused });
    expect(again.kind).toBe("changing");
    expect(reach(again, { kind: "host changed", host: refused })).toBe(again);
    const anew = { ...refused, fetching: { ...refusal } };
    expect(reach(again, { kind: "host changed", host: anew }).kind).toBe("failed");
  });

  it("by another name of the same model is answered at once", () => {
    const alias = host({ model: "alias", manifest: named("alias", "old") });
    const chosen = reach(ANSWERING, { kind: "chosen", host: { ...alias, manifest: OLD } });
    expect(chosen.kind).toBe("changing");
    expect(reach(chosen, { kind: "host changed", host: alias }).kind).toBe("answering");
  });

  it("leaves the former one when the choice is taken back", () => {
    const loading = reach(CHANGING, {
      kind: "host changed",
      host: host({ model: "new", manifest: NEW }),
    });
    const back = reach(loading, { kind: "chosen", host: host({ manifest: NEW }) });
    expect(back).toMatchObject({ kind: "answering", current: OLD });
  });
});

describe("whatever happens", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const oneOf = <T>(...values: T[]): T => values[random(values.length)]!;
  const manifests = [OLD, NEW, named("alias", "old"), named("third")];
  const word = (): HostState =>
    host({
      model: oneOf("old", "new", "alias", "third"),
      manifest: oneOf(null, ...manifests, named("new")),
      fetching: oneOf(null, fetching({ what: "Downloading" }), fetching({ error: "None." })),
    });
  const event = (): LoadingEvent =>
    oneOf<() => LoadingEvent>(
      () => ({ kind: "host changed", host: word() }),
      () => ({ kind: "chosen", host: word() }),
      () => ({ kind: "retried", host: word() }),
      () => ({ kind: "cancelled" }),
      () => ({ kind: "progressed", progress: STEP }),
      () => ({ kind: "loaded", host: word(), backend: "wasm" }),
      () => ({ kind: "broke", error: "Gone." }),
    )();

  it("the phases hold together, and what is said twice is said once", () => {
    const kinds = new Set<string>();
    let phase = START;
    for (let i = 0; i < 20_000; i++) {
      const happened = event();
      // Only a load that is under way ends.
      if (["loaded", "broke"].includes(happened.kind) && wantedOf(phase) === null) continue;
      const former = currentOf(phase);
      phase = nextPhase(phase, happened);
      kinds.add(phase.kind);
      const [current, wanted] = [currentOf(phase), wantedOf(phase)];
      expect(former === null || current !== null, "a model that answers is never lost").toBe(true);
      expect(current !== null && wanted !== null && isSame(current, wanted)).toBe(false);
      if (phase.kind === "failed") expect(phase.error).not.toBe("");
      if (!("host" in happened)) continue;
      expect(nextPhase(phase, { kind: "host changed", host: happened.host })).toBe(phase);
      const { change } = changesOf(phase, happened.host);
      if (phase.kind === "changing") expect(change).toMatchObject({ error: "" });
      if (random(500) === 0) phase = START;
    }
    expect([...kinds].sort()).toEqual(["answering", "changing", "failed", "loading", "none"]);
  });
});

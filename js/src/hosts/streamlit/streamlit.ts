// Streamlit components v2: inputs by `data`, files beside this module, a rerun per new answer.
import { createComponent } from "../../component/component";
import { History } from "../../component/history";
import type { Host } from "../../component/host";
import { type Inputs, sameInputs } from "../../component/inputs";
import { takesLonger } from "../../component/standing";
import type { ComponentState } from "../../component/state";
import { isEqual } from "../../core/equal";
import type { Fetching, Manifest, ModelChoice } from "../../core/manifest";
import { httpSource } from "../../runtime/assets/sources";
import { mountView } from "../../view/view";
import { outputsOf, sound } from "../outputs";
import { keepLetters, StreamlitApp } from "./app";

/** What qna_widget/hosts/streamlit/component.py sends. */
export interface Data {
  readonly key: string;
  /** Another one means that Python knows nothing of this page: its server was restarted, say. */
  readonly memory: string;
  /** Another one means that Python's arguments or its model changed. */
  readonly revision: string;
  /** The revision at which each argument last overrode what the reader changed. */
  readonly since: Readonly<Partial<Record<keyof Inputs, string>>>;
  readonly arguments: Inputs;
  /** What the reader changed, as far as Python knows. */
  readonly changes: Partial<Inputs>;
  /** Number of the last report that reached Python. */
  readonly heard: number;
  /** Null while the first model is fetched. */
  readonly manifest: Manifest | null;
  readonly models: readonly ModelChoice[];
  readonly fetching: Fetching | null;
  /** Questions to offer. */
  readonly examples: readonly string[];
}

/** What Streamlit calls the default export with. */
export interface Arguments {
  readonly data: Data;
  readonly parentElement: HTMLElement | ShadowRoot;
  setStateValue(name: string, value: unknown): void;
}

/** What outlives a component that Python hides and shows again. */
interface Kept {
  memory: string;
  readonly revision: string;
  readonly since: Data["since"];
  changes: Partial<Inputs>;
  /** The last report, without what differs from run to run. */
  reported: string;
  /** Reports so far. */
  number: number;
}

/** What Python offers besides the inputs: models and questions. */
const OFFERS = ["manifest", "models", "fetching", "examples"] as const;
const NO_RESULT = { answers: [], null_score: null, timing: {}, progress: {} };
/** What Python is told of a question that is not answered yet. */
const UNANSWERED = { ...NO_RESULT, status: "loading", error: "", backend: "" };
/** A rest of this many milliseconds is long. */
const PATIENCE_MS = 3000;
/** Until an element that may be gone is looked at again. */
const LOOK_AGAIN_MS = 1000;
const SUBMIT = "Submit sends it to the app.";
const SERVER_LOST =
  "The app's server is gone. Questions are answered here all the same, once Streamlit's message is " +
  "closed (Esc); the app hears of them when it is back.";

const kept = new Map<string, Kept>();
/** By key, as long as the page stands. */
const histories = new Map<string, History>();

export class StreamlitHost implements Host {
  readonly sources = [httpSource(new URL("../", import.meta.url))];
  readonly history: History;
  private kept: Kept;
  /** The component's newest state. */
  private state: ComponentState | null = null;
  private changed: () => void = () => {};
  private readonly app: StreamlitApp;
  private link = "";

  constructor(
    private args: Arguments,
    signal: AbortSignal,
  ) {
    this.app = new StreamlitApp(args.parentElement);
    keepLetters(args.parentElement, signal);
    this.kept = recall(args.data);
    this.history = histories.get(args.data.key) ?? new History();
    histories.set(args.data.key, this.history);
    // A report that was under way when Python hid the component is lost.
    this.forgetLost();
    this.app.onConnection((connected) => {
      if (connected) this.resend();
      this.tellLink();
    }, signal);
  }

  /** Streamlit's newest call. */
  update(args: Arguments): void {
    const { revision } = this.kept;
    const before = this.args.data;
    this.args = args;
    this.kept = recall(args.data);
    // A restarted server gives equal arguments an equal revision, and has heard nothing yet.
    const anew = args.data.memory !== before.memory;
    if (anew) this.forgetLost();
    if (
      args.data.revision === revision &&
      OFFERS.every((name) => isEqual(args.data[name], before[name]))
    ) {
      if (anew) this.resend();
      this.tellLink();
      return;
    }
    this.changed();
    // Python may ask what is answered here already: then the component has nothing to do.
    if (this.state !== null && sameInputs(this.state.inputs, this.readInputs()))
      this.report(this.state);
  }

  readInputs(): Inputs {
    return { ...this.args.data.arguments, ...this.kept.changes };
  }

  readManifest(): Manifest | null {
    return this.args.data.manifest;
  }

  readModels(): readonly ModelChoice[] {
    return this.args.data.models;
  }

  readFetching(): Fetching | null {
    return this.args.data.fetching;
  }

  readExamples(): readonly string[] {
    return this.args.data.examples;
  }

  onChange(callback: () => void, signal: AbortSignal): void {
    this.changed = callback;
    signal.addEventListener("abort", () => {
      this.changed = () => {};
    });
  }

  readLink(): string {
    if (this.app.isLost) return SERVER_LOST;
    const unheard = this.kept.number !== this.args.data.heard;
    return this.app.hasForm && unheard ? SUBMIT : "";
  }

  private tellLink(): void {
    const link = this.readLink();
    if (link === this.link) return;
    this.link = link;
    // Not within the component's own report.
    queueMicrotask(() => this.changed());
  }

  /**
   * Python gets the changes together with the answers, or once it is clear that those will take
   * long, so that typing alone reruns nothing.
   */
  writeInputs(changes: Partial<Inputs>): void {
    this.kept.changes = { ...this.kept.changes, ...sound(changes) };
    // In a form nothing reruns, and its button may be pressed before there are answers.
    if (this.app.hasForm) this.send(UNANSWERED);
  }

  /** A report that did not reach Python counts as not sent. */
  private forgetLost(): void {
    if (this.kept.number !== this.args.data.heard) this.kept.reported = "";
  }

  /** Sends the last report again: Streamlit drops a report while it has no server. */
  private resend(): void {
    if (this.kept.number === this.args.data.heard || this.state === null) return;
    this.kept.reported = "";
    this.report(this.state);
  }

  report(state: ComponentState): void {
    this.state = state;
    if (isLong(state)) this.send(UNANSWERED);
    if (state.status === "loading" || state.status === "running") return;
    this.send({ ...NO_RESULT, ...outputsOf(state) });
  }

  /** Equal answers are sent once, however long they took. */
  private send(outputs: object & { timing?: unknown; backend?: unknown }): void {
    const { revision, changes } = this.kept;
    const { timing, backend, ...steady } = outputs;
    const reported = JSON.stringify([changes, steady]);
    if (reported === this.kept.reported) return;
    this.kept.reported = reported;
    this.args.setStateValue("report", {
      revision,
      number: ++this.kept.number,
      changes,
      outputs,
    });
    this.tellLink();
  }
}

/** The app is not left with the former text and question while another one is read for long. */
function isLong({ status, result }: ComponentState): boolean {
  return status === "running" && result !== null && takesLonger(result, PATIENCE_MS);
}

function recall({ key, memory, revision, since, changes }: Data): Kept {
  const known = kept.get(key);
  if (known?.revision === revision) {
    known.memory = memory; // what this one lets override from now on counts
    return known;
  }
  // Only the page knows typed changes without answers; a new memory of Python's knows none at all.
  const typed = Object.entries(known?.changes ?? {}).filter(
    ([name]) =>
      memory !== known?.memory ||
      since[name as keyof Inputs] === known?.since[name as keyof Inputs],
  );
  const all: Partial<Inputs> = { ...changes, ...Object.fromEntries(typed) };
  const fresh = { memory, revision, since, changes: all, reported: "", number: 0 };
  kept.set(key, fresh);
  return fresh;
}

interface Mounted {
  readonly host: StreamlitHost;
  readonly stop: AbortController;
  calls: number;
}

const mounted = new WeakMap<object, Mounted>();

/** Called again, without a cleanup in between, whenever data or theme change. */
export default function qna(args: Arguments): () => void {
  const { parentElement } = args;
  let instance = mounted.get(parentElement);
  if (instance === undefined) {
    const stop = new AbortController();
    const host = new StreamlitHost(args, stop.signal);
    instance = { host, stop, calls: 0 };
    mounted.set(parentElement, instance);
    const component = createComponent(host, stop.signal);
    mountView(parentElement, component, component.actions, stop.signal);
  } else {
    instance.host.update(args);
  }
  const call = ++instance.calls;
  return () => leave(parentElement, instance, call);
}

/**
 * Streamlit runs the cleanup of an overtaken call, too: after the newer call, or, where that one's
 * module is still on its way, before it. So only the newest speaks for the element, and what still
 * stands in the page is not over.
 */
function leave(parent: Node, instance: Mounted, call: number): void {
  if (instance.calls !== call) return;
  if (parent.isConnected) {
    setTimeout(() => leave(parent, instance, call), LOOK_AGAIN_MS);
    return;
  }
  mounted.delete(parent);
  instance.stop.abort();
}

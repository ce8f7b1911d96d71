// The engine's hands: workers that run windows, started when there is enough to do, ended after a
// rest, replaced when they die. A death costs the window under way, which is handed out again.
import { inWords } from "../../core/text";
import { type Content, whatIsLeft } from "../content";
import type { FromHand, Graph } from "./hand-protocol";
import { type HandHandle, Member, type Task } from "./member";

/**
 * A new worker.
 * @param onDeath called when it crashes later
 * @param script what it is to run, where the engine was given it
 */
export type Spawn = (
  onDeath: (reason: string) => void,
  script: Blob | undefined,
) => Promise<HandHandle>;

/** Where hands come from. */
export interface Hands {
  /** A new worker; null where there is none to be had. */
  readonly spawn: Spawn | null;
  /** A hand in this thread; once. It cannot be replaced. */
  here(): HandHandle;
}

/** Where the crew gets its work. */
export interface Work {
  /** The next window; null when there is none. */
  next(): Task | null;
  /** How many hands the waiting windows are worth. */
  hands(): number;
}

export interface CrewOptions {
  /** Milliseconds of rest after which all hands but one end. */
  readonly rest_ms: number;
  /** Milliseconds after which a window, or the opening of a model, counts as never to come. */
  readonly run_ms: number;
  readonly open_ms: number;
}

export const CREW_OPTIONS: CrewOptions = { rest_ms: 60_000, run_ms: 60_000, open_ms: 180_000 };

/** The model could not be opened. `fatal`: nor can another one there. */
export class NotOpened extends Error {
  constructor(
    message: string,
    readonly fatal: boolean,
  ) {
    super(message);
  }
}

/** A graph that several hands open. */
interface SharedGraph extends Omit<Graph, "onnx"> {
  readonly onnx: Content;
}

interface Opening {
  readonly member: Member;
  readonly resolve: (backend: string) => void;
  readonly reject: (error: NotOpened) => void;
}

export class Crew {
  readonly #members: Member[] = [];
  readonly #graphs = new Map<string, SharedGraph>();
  readonly #openings = new Map<string, Opening>();
  #wasm: Content | undefined;
  #script: Blob | undefined;
  #threads = 1;
  #joining: Promise<Member> | null = null;
  #spawn: Hands["spawn"];
  /** Whether a worker was started before. */
  #spawns = false;
  /** Falls when one dies: most die because memory is short. */
  #most = Number.POSITIVE_INFINITY;

  /** @param onDead called when no hand is left and none can be had */
  constructor(
    private readonly hands: Hands,
    private readonly work: Work,
    private readonly onDead: (reason: string) => void,
    private readonly options: CrewOptions = CREW_OPTIONS,
  ) {
    this.#spawn = hands.spawn;
  }

  /** Starts the first hand, which gets onnxruntime's binary when it comes. */
  begin(threads: number, script: Blob | undefined): void {
    this.#threads = threads;
    this.#script = script;
    this.#join().catch(() => undefined); // open() tells why
  }

  init(wasm: Content): void {
    this.#wasm = wasm;
    for (const member of this.#members) this.#sendWasm(member);
  }

  /** The backend of the model, when a hand has it. @throws NotOpened */
  async open(model: string, graph: SharedGraph): Promise<string> {
    this.#graphs.set(model, graph);
    const member = this.#members[0] ?? (await this.#join());
    return new Promise((resolve, reject) => {
      this.#openings.set(model, { member, resolve, reject });
      this.#sendGraph(member, model);
      member.watch(this.options.open_ms);
    });
  }

  close(model: string): void {
    this.#graphs.delete(model);
    for (const member of this.#members) {
      if (member.models.delete(model)) member.send({ kind: "close", model });
    }
  }

  /** To be called when there is work: hands out windows, and starts a hand where it pays. */
  pump(): void {
    for (const member of [...this.#members]) {
      if (member.task !== null) continue;
      const task = this.work.next();
      if (task === null) break;
      const { run_ms, open_ms } = this.options;
      if (!member.models.has(task.model)) this.#sendGraph(member, task.model);
      // It comes after what the hand opens, be that the task's own model or another one.
      member.run(task, member.opening ? open_ms : run_ms);
    }
    void this.#grow();
  }

  async #grow(): Promise<void> {
    // One after the other: to open a model takes twice its memory for a while.
    if (this.#members.some(({ opening }) => opening)) return;
    const several = this.#spawn !== null && this.#threads === 1;
    const wanted = Math.min(this.work.hands(), several ? this.#most : 1);
    if (this.#members.length >= wanted) return;
    try {
      await this.#join(); // whoever it was called for: what waits must be handed out
    } catch (error) {
      this.#most = Math.max(1, this.#members.length);
      if (this.#members.length === 0) this.onDead(inWords(error));
      return;
    }
    this.pump();
  }

  #join(): Promise<Member> {
    this.#joining ??= this.#start().finally(() => {
      this.#joining = null;
    });
    return this.#joining;
  }

  async #start(): Promise<Member> {
    let member: Member | undefined;
    const handle = await this.#hire((reason) => member && this.#lose(member, reason));
    const made = new Member(handle, (reason) => this.#lose(made, reason));
    member = made;
    handle.port.onmessage = ({ data }) => this.#receive(made, data);
    this.#sendWasm(made);
    this.#members.push(made);
    this.#rest(made);
    return made;
  }

  async #hire(onDeath: (reason: string) => void): Promise<HandHandle> {
    if (this.#spawn === null) return this.hands.here();
    try {
      const handle = await this.#spawn(onDeath, this.#script);
      this.#spawns = true;
      return handle;
    } catch (refusal) {
      if (this.#spawns) throw refusal;
      // A browser in which workers cannot start workers.
      this.#spawn = null;
      return this.hands.here();
    }
  }

  #sendWasm(member: Member): void {
    const [wasm, threads] = [this.#wasm, this.#threads];
    if (wasm !== undefined) member.send({ kind: "init", wasm: whatIsLeft(wasm), threads });
  }

  #sendGraph(member: Member, model: string): void {
    const graph = this.#graphs.get(model);
    if (graph === undefined) return; // the hand says that it lacks it
    member.models.add(model);
    member.opening = true;
    member.send({ kind: "open", model, graph: { ...graph, onnx: whatIsLeft(graph.onnx) } });
  }

  #receive(member: Member, message: FromHand): void {
    if (!this.#members.includes(member)) return;
    const { kind } = message;
    if (kind === "opened") {
      this.#takeOpening(member, message.model)?.resolve(message.backend);
      this.#opened(member);
      void this.#grow();
    } else if (kind === "not-opened") this.#notOpened(member, message);
    else if (kind === "not-run" && message.fatal) this.#lose(member, message.message);
    else if (kind === "ran" || kind === "not-run") {
      const task = member.clear()!;
      if (kind === "ran") task.ran(message.logits, message.ms);
      else task.failed(message.message);
      this.pump();
      if (member.task === null) this.#rest(member);
    }
  }

  /** No model is being opened any more; the window behind it is run now. */
  #opened(member: Member): void {
    member.opening = false;
    if (member.task === null) this.#rest(member);
    else member.watch(this.options.run_ms);
  }

  #notOpened(member: Member, message: Extract<FromHand, { kind: "not-opened" }>): void {
    const { model, fatal, message: reason } = message;
    member.models.delete(model);
    const opening = this.#takeOpening(member, model);
    if (opening !== undefined) this.#graphs.delete(model);
    if (opening === undefined || fatal) this.#lose(member, reason);
    else this.#opened(member);
    opening?.reject(new NotOpened(reason, fatal));
  }

  #takeOpening(member: Member, model: string): Opening | undefined {
    const opening = this.#openings.get(model);
    if (opening?.member !== member) return undefined;
    this.#openings.delete(model);
    return opening;
  }

  /** Unless work comes first, the hand ends; the last one stays. */
  #rest(member: Member): void {
    if (member.opening) {
      member.watch(this.options.open_ms);
      return;
    }
    member.watch(this.options.rest_ms, () => {
      if (this.#members.length > 1) this.#remove(member);
    });
  }

  #remove(member: Member): void {
    this.#members.splice(this.#members.indexOf(member), 1);
    member.clear();
    member.stop();
  }

  /** A hand died, or hangs. */
  #lose(member: Member, reason: string): void {
    if (!this.#members.includes(member)) return;
    const { task } = member;
    this.#remove(member);
    this.#threads = 1;
    this.#most = Math.max(1, this.#members.length);
    for (const [model, opening] of this.#openings) {
      if (opening.member !== member) continue;
      this.#openings.delete(model);
      opening.reject(new NotOpened(reason, true));
    }
    if (this.#spawn === null) {
      this.onDead(reason);
      return;
    }
    task?.lost(reason);
    this.pump();
  }
}

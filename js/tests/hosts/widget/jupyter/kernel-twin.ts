// The kernel's half of a widget, for tests of the page: qna_widget/hosts/widget in TypeScript, as
// far as values go. tests/parity/test_kernel_twin.py holds it against the Python code.
import * as contract from "../../../../src/core/contract";
import { crc32 } from "../../../../src/core/crc32";
import type { Published, ToKernel } from "./widget-model";

export type State = Record<string, unknown>;

interface Report {
  readonly page: string;
  readonly number: number;
  readonly inputs: State;
  readonly passage_crc32: number;
  readonly outputs: State;
}

const INPUTS = Object.keys(contract.inputs);
const RESULT = ["answers", "null_score", "timing"] as const;
const MOMENT = ["status", "progress", "error"] as const;

/** Python's models: at hand, to be had by waiting, or not to be had. */
export interface Models {
  readonly atHand: readonly string[];
  /** Milliseconds until it is there, or is known not to come. */
  readonly fetched: Readonly<Record<string, { readonly ms: number; readonly comes: boolean }>>;
  manifest(name: string): State;
}

export class KernelTwin {
  readonly traits: State;
  private newest: Report | null = null;
  private answered: Report | null = null;
  private readonly lastOfPage = new Map<string, Report>();
  /** What set_state of a page has locked: it is not sent back. */
  private lock: State = {};
  private fromPage = false;
  private job = 0;
  private parent: number | null = null;

  /**
   * @param publish to all pages, in answer to the message `parent`
   * @param after lets time go by
   */
  constructor(
    inputs: State,
    private readonly models: Models,
    private readonly publish: (message: Published, parent: number | null) => void,
    private readonly after: (ms: number, call: () => void) => void,
  ) {
    const outputs = Object.entries(contract.outputs).map(([name, { default: d }]) => [name, d]);
    const model = String(inputs.model);
    this.traits = {
      ...inputs,
      ...(Object.fromEntries(outputs) as State),
      _manifest: { asked: model, ...models.manifest(model) },
      _fetching: {},
      _models: [],
      _id: "w",
    };
  }

  handle(message: ToKernel, parent: number | null): void {
    this.parent = parent;
    if (message.method === "update") this.setState(message.state);
    else {
      const { kind, request } = message.content as { kind: string; request?: string };
      if (kind === "report") this.take(message.content as Report);
      if (kind === "python.ping") {
        this.publish({ method: "custom", content: { kind: "python.pong", request } }, parent);
      }
    }
    this.parent = null;
  }

  /** As a cell does. Throws where Python raises. */
  assign(name: string, value: unknown): void {
    this.change({ [name]: value });
  }

  private setState(state: State): void {
    this.publish({ method: "echo_update", state }, this.parent);
    this.lock = { ...state };
    this.fromPage = true;
    try {
      this.change(state);
    } finally {
      this.lock = {};
      this.fromPage = false;
    }
    if ("model" in state && state.model !== this.traits.model) this.sendState(["model"]);
  }

  /** Values first, then what follows from all of them. */
  private change(values: State): void {
    const before = { ...this.traits };
    const changed = Object.keys(values).filter((name) => values[name] !== before[name]);
    for (const name of changed) this.traits[name] = values[name];
    // A cell may ask again for what was refused.
    if (changed.includes("model") || (!this.fromPage && "model" in values)) {
      try {
        this.traits.model = this.takeModel(String(values.model), String(before.model));
      } catch (error) {
        Object.assign(this.traits, before);
        throw error;
      }
    }
    for (const name of changed) this.sendState([name]);
    if (changed.some((name) => INPUTS.includes(name))) this.settle();
  }

  private takeModel(name: string, _former: string): string {
    const former = (this.traits._manifest as { asked: string }).asked;
    if (this.models.atHand.includes(name)) {
      this.job++;
      this.tell({ _manifest: { asked: name, ...this.models.manifest(name) }, _fetching: {} });
      return name;
    }
    const { [name]: fetched } = this.models.fetched;
    if (fetched === undefined) {
      if (!this.fromPage) throw new Error(`There is no model '${name}'.`); // a fetch goes on
      this.job++;
      this.tell({ _fetching: fetching(name, "refused") });
      return former;
    }
    const job = ++this.job;
    this.tell({ _fetching: fetching(name, "") });
    this.after(fetched.ms, () => {
      if (this.job !== job) return;
      if (fetched.comes) {
        this.tell({ _manifest: { asked: name, ...this.models.manifest(name) }, _fetching: {} });
      } else {
        this.tell({ _fetching: fetching(name, "did not come") });
        this.assign("model", former);
        this.tell({ _fetching: fetching(name, "did not come") });
      }
    });
    return name;
  }

  private tell(values: State): void {
    for (const [name, value] of Object.entries(values)) {
      if (JSON.stringify(this.traits[name]) === JSON.stringify(value)) continue;
      this.traits[name] = value;
      this.sendState([name]);
    }
  }

  private sendState(names: readonly string[]): void {
    const news = names.filter((name) => this.lock[name] !== this.traits[name]);
    if (news.length === 0) return;
    const state = Object.fromEntries(news.map((name) => [name, this.traits[name]]));
    this.publish({ method: "update", state }, this.parent);
  }

  private take(report: Report): void {
    const { answered } = this;
    const last = this.lastOfPage.get(report.page);
    if (last !== undefined && follows(last, report)) {
      if (!("answers" in report.outputs)) return;
      const overtaken = answered !== null && follows(answered, report);
      if (!overtaken && !(isStop(last) && sameInputs(last, report))) this.answered = report;
    } else {
      this.lastOfPage.set(report.page, report);
      this.newest = report;
      if ("answers" in report.outputs) this.answered = report;
      else if (isStop(report) && answered !== null && sameInputs(report, answered)) {
        this.answered = null;
      }
    }
    this.settle();
  }

  private settle(): void {
    const outputs: State = {};
    for (const name of [...RESULT, ...MOMENT]) outputs[name] = contract.outputs[name].default;
    const { answered, newest } = this;
    if (answered !== null && this.fits(answered)) {
      for (const name of RESULT) outputs[name] = answered.outputs[name];
    }
    if (newest !== null) {
      const fitting = this.fits(newest) ? [...MOMENT, "backend"] : ["backend"];
      for (const name of fitting) if (name in newest.outputs) outputs[name] = newest.outputs[name];
    }
    const changed = Object.keys(outputs).filter(
      (name) => JSON.stringify(outputs[name]) !== JSON.stringify(this.traits[name]),
    );
    Object.assign(this.traits, outputs);
    this.sendState(changed);
  }

  private fits(report: Report): boolean {
    const passage_crc32 = crc32(String(this.traits.passage));
    return sameInputs(report, { inputs: this.traits, passage_crc32 });
  }
}

function follows(one: Report, other: Report): boolean {
  return one.page === other.page && one.number > other.number;
}

/** Asked anew, and stopped. */
function isStop({ outputs }: Report): boolean {
  return outputs.status === "ready" && !("answers" in outputs);
}

type About = Pick<Report, "inputs" | "passage_crc32">;

function sameInputs(one: About, other: About): boolean {
  const names = INPUTS.filter((name) => name !== "passage");
  const same = names.every((name) => one.inputs[name] === other.inputs[name]);
  return same && one.passage_crc32 === other.passage_crc32;
}

function fetching(model: string, error: string): State {
  return { model, what: "", done: 0, total: 0, error };
}

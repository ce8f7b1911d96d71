// A page without a view, asked from outside: qna_widget/evaluation/browser.py measures with it what
// a reader gets. Python serves the page, this script and each file under its sha256, then calls
// `qna_widget.start(given)` once and `qna_widget.ask(inputs, seconds)` per question.
import { createComponent } from "../component/component";
import type { Host } from "../component/host";
import { DEFAULT_INPUTS, type Inputs, sameInputs } from "../component/inputs";
import type { ComponentState } from "../component/state";
import type { Asset, Manifest } from "../core/manifest";
import type { AssetSource, OpenOptions } from "../runtime/assets/source";
import { httpSource } from "../runtime/assets/sources";
import { type Outputs, outputsOf } from "./outputs";

/** What the page is started with. */
interface Given {
  readonly inputs: Partial<Inputs>;
  readonly manifest: Manifest;
}

/** What a question came to; offsets in code points. */
interface Answered extends Pick<Outputs, "answers"> {
  /** What is compared with the threshold: spans that are no answers count, too. */
  readonly null_margin: number | null;
}

interface Pending {
  readonly resolve: (answered: Answered) => void;
  readonly reject: (error: Error) => void;
}

export class HeadlessHost implements Host {
  readonly sources = [bySha256(new URL(".", location.href))];
  private inputs: Inputs;
  private newest: ComponentState | null = null;
  private pending: Pending | null = null;
  private changed: () => void = () => {};

  constructor(private readonly given: Given) {
    this.inputs = { ...DEFAULT_INPUTS, ...given.inputs };
  }

  /**
   * Asks one question; the next waits for its answer.
   * @throws Error for the reader when the model fails, or has not answered after `seconds`
   */
  ask(inputs: Partial<Inputs>, seconds: number): Promise<Answered> {
    const asked = new Promise<Answered>((resolve, reject) => {
      this.pending = { resolve, reject };
    });
    const late = new Error(`no answer after ${seconds} seconds`);
    const timer = setTimeout(() => this.pending?.reject(late), 1000 * seconds);
    this.inputs = { ...this.inputs, ...inputs };
    this.changed();
    // The component reports nothing when nothing has changed.
    if (this.newest !== null) this.report(this.newest);
    return asked.finally(() => clearTimeout(timer));
  }

  readInputs(): Inputs {
    return this.inputs;
  }

  readManifest(): Manifest {
    return this.given.manifest;
  }

  onChange(callback: () => void): void {
    this.changed = callback;
  }

  /** There is no reader. */
  writeInputs(): void {}

  report(state: ComponentState): void {
    this.newest = state;
    if (!sameInputs(state.inputs, this.inputs)) return;
    const { status, error, answers } = outputsOf(state);
    const null_margin = state.result?.null_margin ?? null;
    if (status === "error") this.pending?.reject(new Error(error));
    else if (status === "ready" && answers) this.pending?.resolve({ answers, null_margin });
  }
}

function bySha256(base: URL): AssetSource {
  const { name, open } = httpSource(base);
  const place = (asset: Asset): Asset => ({ ...asset, path: asset.sha256 });
  return { name, open: (asset: Asset, options: OpenOptions) => open(place(asset), options) };
}

let host: HeadlessHost | undefined;

const page = {
  start(given: Given): void {
    host = new HeadlessHost(given);
    createComponent(host, new AbortController().signal);
  },

  ask(inputs: Partial<Inputs>, seconds: number): Promise<Answered> {
    if (host === undefined) throw new Error("The page was not started: call start() first.");
    return host.ask(inputs, seconds);
  },
};

declare global {
  interface Window {
    qna_widget: typeof page;
  }
}
window.qna_widget = page;

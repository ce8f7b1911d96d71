// Find by question: reads the page, asks the component, marks what it finds, goes from place to place.
import { type Component, createComponent } from "../../component/component";
import type { Host } from "../../component/host";
import { DEFAULT_INPUTS, type Inputs } from "../../component/inputs";
import type { ComponentState } from "../../component/state";
import type { Manifest } from "../../core/manifest";
import { inWords } from "../../core/text";
import type { AssetSource } from "../../runtime/assets/source";
import type { Client } from "../../runtime/client";
import { Bar, type BarActions, stepOf } from "./bar";
import { type Found, foundIn, lineOf, spokenPlace } from "./found";
import { Places } from "./places";

/** What answers: the files beside the script, or the extension. */
export interface Model {
  readonly manifest: Manifest;
  readonly sources: readonly AssetSource[];
  readonly client: Client;
}

export interface FindOptions {
  /** What is read; looked up anew each time. @throws Error for the reader when it is not there. */
  readonly target: () => Element;
  /** The bar's element, which is not read. */
  readonly host: Element;
  readonly root: ShadowRoot;
  /** Called when the reader first goes to the bar: until then a page loads nothing. */
  readonly open: () => Promise<Model>;
  /** After Esc, or the close button. */
  readonly closed?: () => void;
  readonly label?: string;
  /** What stands in the field at first. */
  readonly question?: string;
  /** Stands over the page instead of in it. */
  readonly float?: boolean;
}

/** Milliseconds of rest after which what was typed is asked. */
const TYPING_MS = 250;

export class Find implements BarActions {
  private readonly bar: Bar;
  private readonly places: Places;
  private model: Promise<void> | null = null;
  private component: Component | null = null;
  private inputs: Inputs = DEFAULT_INPUTS;
  private changed: () => void = () => {};
  private typing: ReturnType<typeof setTimeout> | undefined;
  /** Why there is no model; why the page was not read for the question at hand; or "". */
  private unopened = "";
  private unread = "";
  private found: Found | null = null;
  /** Which place is shown; whether the reader chose it. */
  private at = 0;
  private chosen = false;
  private shown: string | null = null;
  /** Between the first look at the bar and Esc. */
  private active = false;

  constructor(
    private readonly options: FindOptions,
    private readonly signal: AbortSignal,
  ) {
    const { root, label, question = "", float = false, target, host } = options;
    this.bar = new Bar(root, this, signal, { float, question, ...(label ? { label } : {}) });
    this.places = new Places(target, host, () => this.draw());
    signal.addEventListener("abort", () => this.end(), { once: true });
    const keys = (event: KeyboardEvent): void => {
      const step = stepOf(event);
      if (step === null || !this.active || this.found === null) return;
      event.preventDefault();
      this.step(step);
    };
    document.addEventListener("keydown", keys, { signal });
  }

  /** Puts the cursor into the question. */
  enter(): void {
    this.bar.focus();
  }

  /** What stands in the field. */
  get question(): string {
    return this.bar.question.trim();
  }

  focus(): void {
    // On the way here the reader may have shown another part, as tabs of :checked do unnoticed.
    this.places.forget();
    if (this.active) return;
    this.active = true;
    this.model ??= this.start();
    if (this.question !== "") this.ask(this.bar.question);
    this.draw();
  }

  ask(question: string): void {
    clearTimeout(this.typing);
    if (question.trim() === this.inputs.question) {
      this.unread = "";
      this.draw();
      return;
    }
    this.places.clear();
    this.typing = setTimeout(() => this.put(), TYPING_MS);
  }

  step(by: 1 | -1): void {
    if (this.question !== this.inputs.question) {
      clearTimeout(this.typing);
      this.put();
      return;
    }
    const count = this.found?.places.length ?? 0;
    if (count === 0) return;
    // What came nearest is not shown unasked; the first key goes there.
    const first = this.found?.kind === "near" && !this.chosen;
    this.at = first ? 0 : (this.at + by + count) % count;
    this.chosen = true;
    this.shown = null;
    this.draw();
  }

  act(): void {
    if (this.unopened !== "") {
      this.unopened = "";
      this.model = this.start();
    } else if (this.component?.state.status === "error") this.component.actions.retry();
    else {
      this.put();
      this.component?.actions.confirm();
    }
    this.draw();
    this.bar.focus();
  }

  /** Leaves what was found selected, as a browser's find does. */
  close(): void {
    this.active = false;
    clearTimeout(this.typing);
    this.bar.blur();
    this.places.select(this.found?.kind === "answer" ? this.at : -1);
    this.places.clear();
    this.places.stop();
    this.inputs = { ...this.inputs, question: "" };
    this.unread = "";
    this.found = null;
    this.changed();
    this.draw();
    this.options.closed?.();
  }

  private async start(): Promise<void> {
    try {
      const { manifest, sources, client } = await this.options.open();
      if (this.signal.aborted) {
        client.release();
        return;
      }
      const host: Host = {
        sources,
        readManifest: () => manifest,
        readInputs: () => this.inputs,
        onChange: (callback) => {
          this.changed = callback;
        },
        writeInputs: () => {},
        report: () => {},
      };
      this.component = createComponent(host, this.signal, client);
      this.component.subscribe((state) => this.update(state), this.signal);
      this.update(this.component.state);
    } catch (error) {
      this.unopened = inWords(error);
      this.draw();
    }
  }

  /** Asks what stands in the field of the page as it is now. */
  private put(): void {
    if (!this.active) return;
    let [question, passage] = [this.question, ""];
    this.unread = "";
    try {
      passage = this.places.read();
    } catch (error) {
      this.unread = inWords(error);
      question = ""; // nothing is asked, and no answer to a former question stays
    }
    this.inputs = { ...this.inputs, passage, question };
    this.found = null;
    this.at = 0;
    this.chosen = false;
    this.shown = null;
    this.changed();
    this.draw();
  }

  private update(state: ComponentState): void {
    const before = this.found?.places[this.at];
    this.found = this.active ? foundIn(state.result) : null;
    if (this.found !== null) {
      // Later windows may bring better answers; the reader stays where they went.
      const same = this.found.places.findIndex((place) => place.start === before?.start);
      this.at = this.chosen ? Math.max(0, same) : 0;
    }
    this.draw();
  }

  private draw(): void {
    if (this.signal.aborted) return;
    const { component } = this;
    // While another question is typed, answers to the former one mark nothing and scroll nowhere.
    const found = this.question === this.inputs.question ? this.found : null;
    const marked = this.places.mark(found, this.at);
    if (found !== null && (found.kind === "answer" || this.chosen)) this.show(found);
    const state = component?.state;
    const stale = found !== null && this.places.changed;
    const known = state === undefined ? this.waitLine() : lineOf(state, found);
    const line = stale ? "The page has changed since it was read." : known;
    const error = this.unopened || state?.error || this.unread;
    const count = found === null || marked === 0 ? "" : `${this.at + 1} of ${found.places.length}`;
    this.bar.draw({
      count: found?.kind === "near" && !this.chosen ? "" : count,
      steps: marked > 0,
      line: error || line,
      alert: error !== "",
      progress: this.active && state !== undefined ? shareOf(state) : null,
      action: error !== "" ? "Try again" : stale ? "Read again" : "",
      said: stale ? line : this.spoken(found, count, line),
    });
  }

  private waitLine(): string {
    return this.active ? "Loading the model" : "";
  }

  private spoken(found: Found | null, count: string, line: string): string {
    const place = found?.places[this.at];
    // Where there is no text, nothing is waited for.
    if (found === null) return this.inputs.passage.trim() === "" ? line : "";
    if (!found.final) return "";
    if (place === undefined || (found.kind === "near" && !this.chosen)) return line;
    return `${spokenPlace(this.inputs.passage, place, count)} ${line}`;
  }

  /** Scrolls to the place at hand, once. */
  private show(found: Found): void {
    const place = found.places[this.at];
    if (place === undefined) return;
    const key = `${place.start} ${place.end}`;
    if (this.shown === key || (!found.final && this.shown !== null)) return;
    this.shown = key;
    this.places.reveal(this.at);
  }

  private end(): void {
    clearTimeout(this.typing);
    this.places.clear();
    this.places.stop();
  }
}

/** Windows from which reading is long enough to be shown. */
const LONG_RUN = 4;

/** How far a wait is, 0…1; null when there is none that is worth a word. */
function shareOf({ status, progress }: ComponentState): number | null {
  if (progress === null || (status !== "loading" && status !== "running")) return null;
  const { stage, loaded, total } = progress;
  return total < (stage === "run" ? LONG_RUN : 1) ? null : Math.min(1, loaded / total);
}

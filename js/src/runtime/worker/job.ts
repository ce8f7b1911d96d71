// One question on its way through the stages, window by window, in any order.
import { SHOWN } from "../../core/borders";
import * as contract from "../../core/contract";
import { createDecoder, type Decoder } from "../../core/decoding";
import type { ModelManifest, Progress } from "../../core/manifest";
import { conclude, type Prepared, prepare } from "../../core/pipeline";
import { readingOrder } from "../../core/relevance";
import type { Tokenizer } from "../../core/tokenizer";
import type { AskOptions, Feature, Logits, RawScores, Result } from "../../core/types";
import type { WindowCache } from "../../core/window-cache";
import type { Request } from "../protocol";

/** A model, ready to be asked. */
export interface Model {
  readonly manifest: ModelManifest;
  readonly tokenizer: Tokenizer;
  readonly backend: string;
  /** Logits of windows that were run. */
  readonly known: WindowCache;
}

/** Milliseconds between first answers of a long passage. */
const FIRST_ANSWERS_MS = 250;

export class Job {
  finished = false;
  stopped = false;
  readonly #previous: Prepared | undefined;
  #model: Model | undefined;
  #prepared: Prepared | undefined;
  #decoder: Decoder | undefined;
  #logits: (Logits | null)[] = [];
  #order: Iterator<number> = [].values();
  /** Windows under way that did not come to their end. */
  readonly #lost: number[] = [];
  /** How often each window was lost. */
  readonly #losses = new Map<number, number>();
  #running = 0;
  #most_running = 0;
  #done = 0;
  /** Those among them that had been run before. */
  #known = 0;
  #run_ms = 0;
  #total_ms = 0;
  #answered: number;
  /** The place of the first answer, and how many windows were done when it came to be the first. */
  #best = { place: "", since: 0 };

  /**
   * @param begun milliseconds, as `performance.now()`
   * @param old the client's request before this one, which often has the same passage
   */
  constructor(
    public id: number,
    private request: Request,
    private readonly begun: number,
    old: Job | undefined,
  ) {
    this.#answered = begun;
    if (old?.request.model === request.model) this.#previous = old.#prepared ?? old.#previous;
  }

  /** Windows that are not done. */
  get left(): number {
    return this.stopped ? 0 : this.#logits.length - this.#done;
  }

  /** Runs nothing more. */
  stop(): void {
    this.stopped = true;
  }

  /** Tokenises, and takes the logits of those windows that are known. */
  begin(model: Model): void {
    this.#model = model;
    this.#prepared = this.#prepare(model);
    const { index, question, features } = this.#prepared;
    this.#decoder = createDecoder(features);
    this.#logits = features.map(() => null);
    features.forEach((feature, window) => {
      const logits = model.known.get(feature);
      if (logits !== undefined) this.#count(window, logits);
    });
    this.#known = this.#done;
    this.#finish();
    if (this.finished) return;
    this.#order = readingOrder(index, question.input_ids, features);
  }

  /** The next window to run, now under way; null when there is none, or `most` are. */
  take(most: number): number | null {
    if (this.stopped || this.#running >= most) return null;
    const window = this.#lost.pop() ?? this.#next();
    if (window === null) return null;
    this.#most_running = Math.max(this.#most_running, ++this.#running);
    return window;
  }

  /** The next window that nobody runs yet; null when there is none. */
  #next(): number | null {
    for (;;) {
      const { value, done } = this.#order.next();
      if (done) return null;
      if (this.#logits[value] === null) return value;
    }
  }

  feature(window: number): Feature {
    return this.#prepared!.features[window]!;
  }

  /** A window under way came to its end. `ms`: milliseconds inside the model. */
  give(window: number, logits: Logits, ms: number): void {
    this.#running--;
    this.#run_ms += ms;
    this.#model!.known.add(this.feature(window), logits);
    this.#count(window, logits);
    this.#finish();
  }

  /** A window under way did not come to its end; how often that was so. */
  putBack(window: number): number {
    this.#running--;
    this.#lost.push(window);
    const losses = (this.#losses.get(window) ?? 0) + 1;
    this.#losses.set(window, losses);
    return losses;
  }

  /** Continues under a new id with other decoding options. */
  decodeAs(id: number, options: AskOptions): void {
    this.id = id;
    this.request = { ...this.request, options };
  }

  /** Whether first answers may be given at this time (milliseconds, as `performance.now()`). */
  isDue(now: number): boolean {
    return now - this.#answered >= FIRST_ANSWERS_MS;
  }

  progress(): Progress {
    return {
      stage: "run",
      name: this.#model!.manifest.title,
      loaded: this.#done,
      total: this.#logits.length,
      unit: "windows",
    };
  }

  result(now: number): Result {
    this.#answered = now;
    const prepared = this.#prepared!;
    const { manifest, backend } = this.#model!;
    const workers = this.#most_running;
    const ways = { ...SHOWN, cut_share: manifest.cut_share ?? SHOWN.cut_share };
    const decoded = conclude(prepared, this.#decoder!, this.request.options, ways);
    const [first] = decoded.answers;
    const place = `${first?.start} ${first?.end}`;
    if (place !== this.#best.place) this.#best = { place, since: this.#done };
    return {
      ...decoded,
      question: this.request.question,
      passage_length: this.request.passage.length,
      windows_done: this.#done,
      windows_total: prepared.features.length,
      windows_known: this.#known,
      ...(this.finished ? {} : { unchanged_for: this.#done - this.#best.since }),
      warnings: prepared.warnings,
      timing: {
        tokens: prepared.question.input_ids.length + prepared.passage.input_ids.length,
        windows: prepared.features.length,
        run_ms: this.#run_ms,
        total_ms: this.finished ? this.#total_ms : now - this.begun,
      },
      backend: workers > 1 ? `${backend}, ${workers} workers` : backend,
      model: manifest.title,
    };
  }

  scores(): RawScores | null {
    if (this.#prepared === undefined) return null;
    const { question, passage, features } = this.#prepared;
    return { question, passage, features, logits: this.#logits };
  }

  #count(window: number, logits: Logits): void {
    this.#decoder!.add(window, logits);
    this.#logits[window] = logits;
    this.#done++;
  }

  #finish(): void {
    this.finished = this.#done === this.#logits.length;
    if (this.finished) this.#total_ms = performance.now() - this.begun;
  }

  #prepare({ manifest, tokenizer }: Model): Prepared {
    const { question, passage, options } = this.request;
    return prepare(
      question,
      passage,
      tokenizer,
      {
        max_seq_len: manifest.max_seq_len,
        doc_stride: options.doc_stride,
        max_question_tokens: contract.limits.max_question_tokens,
      },
      this.#previous,
    );
  }
}

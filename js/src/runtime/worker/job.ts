// One question on its way through the stages, window by window.
import { contract } from "../../core/contract";
import { createDecoder, type Decoder } from "../../core/decoding";
import type { ModelManifest, Progress } from "../../core/manifest";
import { conclude, type Prepared, prepare } from "../../core/pipeline";
import type { Tokenizer } from "../../core/tokenizer";
import type { AskOptions, Logits, RawScores, Result } from "../../core/types";
import type { Request } from "../protocol";
import type { Session } from "./session";

/** A model, ready to be asked. */
export interface Model {
  readonly manifest: ModelManifest;
  readonly session: Session;
  readonly tokenizer: Tokenizer;
}

/** Milliseconds between first answers of a long passage. */
const FIRST_ANSWERS_MS = 250;

export class Job {
  finished = false;
  private readonly stopped = new AbortController();
  private readonly logits: Logits[] = [];
  private prepared: Prepared | undefined;
  private decoder: Decoder | undefined;
  private loaded: Model | undefined;
  private run_ms = 0;
  private total_ms = 0;
  private answered: number;

  constructor(
    public id: number,
    private request: Request,
    private readonly model: Promise<Model> | undefined,
    private readonly previous: Prepared | undefined,
    private readonly begun: number,
  ) {
    this.answered = begun;
  }

  /** Whether there is something left to run. */
  get waiting(): boolean {
    return !this.finished && !this.stopped.signal.aborted;
  }

  /** Tokens for the client's next request, which often has the same passage. */
  tokens(next: Request): Prepared | undefined {
    return next.model === this.request.model ? (this.prepared ?? this.previous) : undefined;
  }

  /** Runs nothing more; the result of a window under way is dropped. */
  stop(): void {
    this.stopped.abort();
  }

  /** Runs the next windows; false when the job was stopped meanwhile. */
  async step(): Promise<boolean> {
    const { signal } = this.stopped;
    if (this.model === undefined) throw new Error("The model is not loaded. Reload the page.");
    this.loaded ??= await this.model;
    const { session } = this.loaded;
    this.prepared ??= this.prepare(this.loaded);
    this.decoder ??= createDecoder(this.prepared.features);
    if (signal.aborted) return false;
    const { features } = this.prepared;
    const done = this.logits.length;
    const begun = performance.now();
    const batch = await session.run(features.slice(done, done + session.batch_size), { signal });
    this.run_ms += performance.now() - begun;
    if (signal.aborted) return false;
    for (const logits of batch) this.decoder.add(this.logits.push(logits) - 1, logits);
    this.finished = this.logits.length === features.length;
    if (this.finished) this.total_ms = performance.now() - this.begun;
    return true;
  }

  /** Continues under a new id with other decoding options. */
  decodeAs(id: number, options: AskOptions): void {
    this.id = id;
    this.request = { ...this.request, options };
  }

  /** Whether first answers may be given at this time (milliseconds, as `performance.now()`). */
  isDue(now: number): boolean {
    return now - this.answered >= FIRST_ANSWERS_MS;
  }

  progress(): Progress {
    const { features } = this.prepared!;
    return {
      stage: "run",
      name: this.loaded!.manifest.title,
      loaded: this.logits.length,
      total: features.length,
      unit: "windows",
    };
  }

  result(now: number): Result {
    this.answered = now;
    const prepared = this.prepared!;
    const { manifest, session } = this.loaded!;
    return {
      ...conclude(prepared, this.decoder!, this.request.options),
      question: this.request.question,
      passage_length: this.request.passage.length,
      windows_done: this.logits.length,
      windows_total: prepared.features.length,
      warnings: prepared.warnings,
      timing: {
        tokens: prepared.question.input_ids.length + prepared.passage.input_ids.length,
        windows: prepared.features.length,
        run_ms: this.run_ms,
        total_ms: this.finished ? this.total_ms : now - this.begun,
      },
      backend: session.backend,
      model: manifest.title,
    };
  }

  scores(): RawScores | null {
    if (this.prepared === undefined) return null;
    const { question, passage, features } = this.prepared;
    return { question, passage, features, logits: this.logits };
  }

  private prepare({ manifest, tokenizer }: Model): Prepared {
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
      this.previous,
    );
  }
}

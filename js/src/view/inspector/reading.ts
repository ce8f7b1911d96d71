// Keeps what is computed from the scores until they change; of a long text it is computed in slices.
import { inspecting } from "../../core/inspecting";
import type { Inspection } from "../../core/inspection";
import type { RawScores } from "../../core/types";
import { type TokenWord, tokenPieces, tokenWords } from "../../core/words";
import { nextTask, Slices } from "../slices";

/** Steps of a slice, each the work of one window: some milliseconds in all. */
const STEPS = 128;
/** Tokens that are gathered into words while one window is counted. */
const TOKENS = 512;

/** What the inspector looks into. */
export interface Subject {
  readonly scores: RawScores;
  readonly max_answer_len: number;
  readonly passage: string;
  /** Word pieces instead of words. */
  readonly pieces: boolean;
}

export class Reading {
  #inspection: Inspection | null = null;
  #words: readonly TokenWord[] = [];
  #wordsOf: { readonly passage: RawScores["passage"]; readonly pieces: boolean } | null = null;
  #subject: Subject | null = null;
  readonly #slices = new Slices(STEPS, nextTask);

  /** @param onReady called when `inspect` gave null and would now give what was asked for */
  constructor(
    private readonly onReady: () => void,
    signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => this.stop(), { once: true });
  }

  /** What the scores amount to; null while that is computed: of a short text it is there at once. */
  inspect(subject: Subject): Inspection | null {
    const { scores, max_answer_len } = subject;
    const same =
      this.#subject?.scores === scores && this.#subject.max_answer_len === max_answer_len;
    this.#subject = subject;
    if (same && (this.#slices.busy || this.#inspection !== null)) return this.#inspection;
    this.#inspection = null;
    let waited = false;
    this.#slices.begin(this.#steps(scores, max_answer_len), () => waited && this.onReady());
    this.#slices.slice();
    waited = true;
    return this.#inspection;
  }

  /** Computes nothing more. */
  stop(): void {
    this.#slices.stop();
  }

  /** The words, or pieces, of a subject. */
  words({ passage: text, scores: { passage }, pieces }: Subject): readonly TokenWord[] {
    if (this.#wordsOf?.passage !== passage || this.#wordsOf.pieces !== pieces) {
      this.#wordsOf = { passage, pieces };
      this.#words = pieces ? tokenPieces(passage) : tokenWords(text, passage);
    }
    return this.#words;
  }

  *#steps(scores: RawScores, max_answer_len: number): Generator<number, void> {
    const inspection = yield* inspecting(scores, max_answer_len);
    this.words(this.#subject!);
    yield scores.passage.starts.length / TOKENS;
    this.#inspection = inspection;
  }
}

// A model that a test scripts: it finds the spans it is told to, and real decoding ranks them.

import { askOptions, DEFAULT_INPUTS, type Inputs } from "../../src/component/inputs";
import { createDecoder } from "../../src/core/decoding";
import { conclude, type Prepared, prepare } from "../../src/core/pipeline";
import { createTokenizer } from "../../src/core/tokenizer";
import type { Feature, Logits, RawScores, Result } from "../../src/core/types";

export interface Case {
  readonly passage: string;
  readonly question: string;
  /** Text (its first occurrence) and score, about. */
  readonly spans: readonly (readonly [string, number])[];
  readonly null_score: number;
  readonly max_seq_len?: number;
  readonly doc_stride?: number;
}

const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"];
/** Longer words are cut into pieces. */
const PIECE = 8;

export class ScriptedModel {
  readonly scores: RawScores;
  private readonly prepared: Prepared;

  constructor(private readonly given: Case) {
    const { passage, question, max_seq_len = 384, doc_stride = DEFAULT_INPUTS.doc_stride } = given;
    const tokenizer = createTokenizer(vocabularyOf(`${passage} ${question}`), { lowercase: true });
    const options = { max_seq_len, doc_stride, max_question_tokens: 64 };
    this.prepared = prepare(question, passage, tokenizer, options);
    const { features } = this.prepared;
    const logits = features.map((feature, window) => this.logits(feature, window));
    this.scores = {
      question: this.prepared.question,
      passage: this.prepared.passage,
      features,
      logits,
    };
  }

  decode(inputs: Inputs): Result {
    const { features, logits } = this.scores;
    const decoder = createDecoder(features);
    for (const [window, given] of logits.entries()) decoder.add(window, given!);
    return {
      ...conclude(this.prepared, decoder, askOptions(inputs, 0)),
      question: inputs.question,
      passage_length: inputs.passage.length,
      windows_done: features.length,
      windows_total: features.length,
      warnings: [],
      timing: {
        tokens: this.scores.question.input_ids.length + this.scores.passage.input_ids.length,
        windows: features.length,
        run_ms: 80,
        total_ms: 96.3,
      },
      backend: "wasm, 1 thread",
      model: "MiniLM-L6 (bundled)",
    };
  }

  /** Noise, with hills where the spans begin and end; a window's edge sees less of them. */
  private logits(feature: Feature, window: number): Logits {
    const { input_ids, passage_position, window_start, window_length } = feature;
    const random = randoms(window + 1);
    const noise = () => -4.5 + 2.5 * random();
    const start_logits = Float32Array.from(input_ids, noise);
    const end_logits = Float32Array.from(input_ids, noise);
    start_logits[0] = this.given.null_score / 2 + window * 0.3;
    end_logits[0] = this.given.null_score / 2 + window * 0.3;
    const { starts, ends } = this.prepared.passage;
    for (const [text, score] of [...this.given.spans].reverse()) {
      const at = this.given.passage.indexOf(text);
      const first = starts.indexOf(at) - window_start;
      const last = ends.indexOf(at + text.length) - window_start;
      const edge = Math.min(first, window_length - 1 - last);
      if (edge < 0) continue;
      const weaker = 3 / (1 + edge / 4);
      start_logits[passage_position + first] = score / 2 + 0.4 - weaker;
      end_logits[passage_position + last] = score / 2 - 0.4 - weaker / 2;
    }
    return { start_logits, end_logits };
  }
}

function vocabularyOf(text: string): Uint8Array {
  const words = text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? [];
  const pieces = words.flatMap((word) => {
    const cut = word.normalize("NFD").replace(/\p{Mn}/gu, "");
    const parts = [cut.slice(0, PIECE)];
    for (let at = PIECE; at < cut.length; at += PIECE) parts.push(`##${cut.slice(at, at + PIECE)}`);
    return parts;
  });
  return new TextEncoder().encode([...SPECIAL, ...new Set(pieces)].join("\n"));
}

function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

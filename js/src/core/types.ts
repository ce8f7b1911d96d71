// The values that flow through the stages:
//   (question, passage) -> Encoding -> Feature[] -> Logits[] -> Span[] -> Answer[]
// Offsets are UTF-16 code units into the original text unless a name says otherwise.

/** A text as WordPiece tokens; all arrays have one entry per token. */
export interface Encoding {
  readonly input_ids: Int32Array;
  /** First UTF-16 unit of each token in the original text. */
  readonly starts: Int32Array;
  /** One past the last UTF-16 unit of each token in the original text. */
  readonly ends: Int32Array;
}

/** One window: [CLS] question [SEP] passage tokens [SEP]. */
export interface Feature {
  readonly input_ids: Int32Array;
  readonly token_type_ids: Int32Array;
  /** Position in `input_ids` of the window's first passage token. */
  readonly passage_position: number;
  /** Which passage token that is (index into the passage's Encoding). */
  readonly window_start: number;
  /** Number of passage tokens in the window. */
  readonly window_length: number;
}

/** The model's output for one feature; both arrays are as long as its `input_ids`. */
export interface Logits {
  readonly start_logits: Float32Array;
  readonly end_logits: Float32Array;
}

/** What the model saw and said, window by window. */
export interface RawScores {
  readonly question: Encoding;
  readonly passage: Encoding;
  readonly features: readonly Feature[];
  /** One entry per window, null while it was not run: windows are run in any order. */
  readonly logits: readonly (Logits | null)[];
}

/** A candidate: passage tokens start_token..end_token, both included. */
export interface Span {
  readonly start_token: number;
  readonly end_token: number;
  /** start_logits[i] + end_logits[j] in the window that gives the start its maximal context. */
  readonly score: number;
  /** Index of the feature that gave this score. */
  readonly window: number;
}

export type Overlap = "none" | "nested" | "allow";

export interface DecodingOptions {
  /** Most answers to return, "no answer" included when it ranks first. */
  readonly top_k: number;
  /** Tokens. */
  readonly max_answer_len: number;
  /** "No answer" ranks first when null_score - best score > threshold (logits). */
  readonly no_answer_threshold: number;
  readonly overlap: Overlap;
}

/** How answers take their borders in the text. Python has these among DecodingOptions. */
export interface Ways {
  /** Widen answers to whole words, versions, addresses, paths, numbers with signs and units. */
  readonly align_to_words: boolean;
  /** Trim brackets and markup or pair them, and want a letter or digit. */
  readonly neat: boolean;
  /** Spans over a sentence's end rank as if they had so many logits less; 0: as all others. */
  readonly sentence_margin: number;
  /** How much of the probability of other cuts of an answer counts for it, 0 to 1. */
  readonly cut_share: number;
}

export interface FeatureOptions {
  /** Tokens of a whole window, special tokens included. */
  readonly max_seq_len: number;
  /** Step from one window to the next, in passage tokens. */
  readonly doc_stride: number;
  /** Question tokens kept; the rest is cut off with a warning. */
  readonly max_question_tokens: number;
}

export type AskOptions = DecodingOptions & Pick<FeatureOptions, "doc_stride">;

/** One ranked answer. `text` is passage.slice(start, end); "no answer" is the empty text at 0. */
export interface Answer {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Logits: start + end for a span, the null score for "no answer". */
  readonly score: number;
  /**
   * Its share of the softmax over all merged candidates and the null, with the model's `cut_share`
   * of its other cuts' shares; independent of top_k.
   */
  readonly probability: number;
}

/** What decoding makes of one question about one passage. */
export interface Decoded {
  /** Best first; the empty text comes first when "no answer" wins, else it is absent. */
  readonly answers: readonly Answer[];
  /** Minimum over the windows of start_logits[0] + end_logits[0]; null when nothing was run. */
  readonly null_score: number | null;
  readonly null_probability: number;
  /** null_score - best span's score, against which the threshold stands. */
  readonly null_margin: number | null;
  /**
   * Share of the candidates that overlap the best span, itself left out, as far as they do not
   * count for it: mostly longer and shorter cuts of the same answer. null: answers that were kept
   * do not say.
   */
  readonly overlapping_probability: number | null;
  readonly no_answer: boolean;
}

export interface Timing {
  /** Question and passage tokens, each counted once. */
  readonly tokens: number;
  readonly windows: number;
  /** Milliseconds inside the model. */
  readonly run_ms: number;
  /** Milliseconds from the request to the result. */
  readonly total_ms: number;
}

export interface Result extends Decoded {
  readonly question: string;
  /** UTF-16 length of the passage that was asked. */
  readonly passage_length: number;
  readonly windows_done: number;
  readonly windows_total: number;
  /** How many of those done had been run before, for another question or text. */
  readonly windows_known?: number;
  /** While windows are to come: for how many at least the first answer has been the same. */
  readonly unchanged_for?: number;
  /** Sentences for the reader, such as "The question was cut to 64 tokens." */
  readonly warnings: readonly string[];
  readonly timing: Timing;
  readonly backend: string;
  /** Title of the model that answered. */
  readonly model: string;
}

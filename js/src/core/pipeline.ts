// The stages joined: texts in, features out; logits in, answers out. No clock, no model.
import { Borders, SHOWN } from "./borders";
import type { Decoder } from "./decoding";
import { createFeatures } from "./features";
import { readingTrouble } from "./readable";
import { PassageIndex } from "./relevance";
import { cut, type Tokenizer } from "./tokenizer";
import type {
  Answer,
  Decoded,
  DecodingOptions,
  Encoding,
  Feature,
  FeatureOptions,
  Ways,
} from "./types";
import { MAX_WORD_CHARS } from "./wordpiece";

/** No tokens are left of the question once white space and controls are removed. */
export class BlankQuestionError extends Error {
  override readonly name = "BlankQuestionError";
  constructor() {
    super("The question is blank. Give a text with at least one visible character.");
  }
}

/** The same of the passage. */
export class BlankPassageError extends Error {
  override readonly name = "BlankPassageError";
  constructor() {
    super("The passage is blank. Give a text with at least one visible character.");
  }
}

/** One question about one passage, ready for the model. */
export interface Prepared {
  readonly question_text: string;
  readonly passage_text: string;
  /** At most `max_question_tokens` tokens. */
  readonly question: Encoding;
  readonly passage: Encoding;
  readonly features: readonly Feature[];
  /** Sentences for the reader. */
  readonly warnings: readonly string[];
  /** Where answers may begin and end in the passage. */
  readonly borders: Borders;
  /** Where each piece of the passage stands, for `readingOrder`. */
  readonly index: PassageIndex;
}

/**
 * Tokenises and cuts into windows. Neither text is altered.
 *
 * @param previous of an earlier question with the same tokenizer: its passage tokens are used
 *   again when the passage is the same text, so that typing a question costs nothing per passage.
 * @throws {BlankPassageError} checked first; {BlankQuestionError}.
 * @throws {RangeError} when the question leaves no room for the passage.
 */
export function prepare(
  question_text: string,
  passage_text: string,
  tokenizer: Tokenizer,
  options: FeatureOptions,
  previous?: Prepared,
): Prepared {
  const known = previous?.passage_text === passage_text ? previous : undefined;
  const passage = known?.passage ?? tokenizer.encodePassage(passage_text);
  if (passage.input_ids.length === 0) throw new BlankPassageError();
  const whole = tokenizer.encode(question_text);
  if (whole.input_ids.length === 0) throw new BlankQuestionError();
  const borders = known?.borders ?? new Borders(passage_text, passage, tokenizer);
  const index = known?.index ?? new PassageIndex(passage.input_ids);
  const limit = options.max_question_tokens;
  const warnings: string[] = [];
  let question = whole;
  if (whole.input_ids.length > limit) {
    question = cut(whole, 0, limit);
    warnings.push(
      `The question has ${whole.input_ids.length} tokens; only its first ${limit} were used.`,
    );
  }
  if (borders.unread > 0) {
    const words = borders.unread === 1 ? "A word" : `${borders.unread} words`;
    warnings.push(`${words} of more than ${MAX_WORD_CHARS} characters could not be read.`);
  }
  const trouble = readingTrouble(passage_text, passage, tokenizer.unk_id);
  if (trouble !== "") warnings.push(trouble);
  const features = createFeatures(question, passage, tokenizer, options);
  return { question_text, passage_text, question, passage, features, warnings, borders, index };
}

/**
 * Ranks what the decoder was given so far. Cheap: call it again with other options, or after each
 * batch of windows for first answers, without running the model.
 *
 * @param decoder made by createDecoder(prepared.features)
 */
export function conclude(
  { passage_text, borders }: Prepared,
  decoder: Decoder,
  options: DecodingOptions,
  ways: Ways = SHOWN,
): Decoded {
  const { spans, ...rest } = decoder.decode(options, borders, ways);
  const { no_answer, null_score, null_probability } = rest;
  const answers: Answer[] = [];
  if (no_answer && null_score !== null) {
    answers.push({ text: "", start: 0, end: 0, score: null_score, probability: null_probability });
  }
  for (const { start_token, end_token, score, probability } of spans) {
    const found = borders.range(start_token, end_token, ways);
    if (found === null) continue; // only what has a place is ranked
    const [start, end] = found;
    answers.push({ text: passage_text.slice(start, end), start, end, score, probability });
  }
  return { answers, ...rest };
}

// What a component is given. The defaults and bounds stand in the contract, once for both languages.
import * as contract from "../core/contract";
import type { AskOptions, Overlap } from "../core/types";

/** What a person chooses per question. */
export interface Options extends Omit<AskOptions, "no_answer_threshold"> {
  /** Null: the model's own. */
  readonly no_answer_threshold: number | null;
}

export interface Inputs extends Options {
  readonly passage: string;
  readonly question: string;
  readonly model: string;
  /** How many workers read one long text together; null: as many as suit the machine. */
  readonly workers: number | null;
}

// Not taken apart, or all of the contract would be in the bundles.
const inputs = contract.inputs;

export const DEFAULT_INPUTS: Inputs = {
  passage: inputs.passage.default,
  question: inputs.question.default,
  top_k: inputs.top_k.default,
  max_answer_len: inputs.max_answer_len.default,
  doc_stride: inputs.doc_stride.default,
  no_answer_threshold: inputs.no_answer_threshold.default,
  overlap: inputs.overlap.default as Overlap,
  model: inputs.model.default,
  workers: inputs.workers.default,
};

/**
 * What is asked when a person chose these.
 * @param own the model's own no-answer threshold
 */
export function askOptions(chosen: Options, own: number): AskOptions {
  const { top_k, max_answer_len, doc_stride, overlap, no_answer_threshold } = chosen;
  return {
    top_k,
    max_answer_len,
    doc_stride,
    overlap,
    no_answer_threshold: no_answer_threshold ?? own,
  };
}

/** Whether there is nothing to answer yet. */
export function isBlank({ passage, question }: Inputs): boolean {
  return passage.trim() === "" || question.trim() === "";
}

/** Whether both ask the same, whoever made them. */
export function sameInputs(one: Inputs, other: Inputs): boolean {
  return (Object.keys(one) as (keyof Inputs)[]).every((name) => one[name] === other[name]);
}

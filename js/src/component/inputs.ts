// What a component is given. The defaults and bounds stand in the contract, once for both languages.
import { contract } from "../core/contract";
import type { AskOptions, Overlap } from "../core/types";

export interface Inputs extends AskOptions {
  readonly passage: string;
  readonly question: string;
  readonly model: string;
}

const { inputs } = contract;

export const DEFAULT_INPUTS: Inputs = {
  passage: inputs.passage.default,
  question: inputs.question.default,
  top_k: inputs.top_k.default,
  max_answer_len: inputs.max_answer_len.default,
  doc_stride: inputs.doc_stride.default,
  no_answer_threshold: inputs.no_answer_threshold.default,
  overlap: inputs.overlap.default as Overlap,
  model: inputs.model.default,
};

/** Whether both ask the same, whoever made them. */
export function sameInputs(one: Inputs, other: Inputs): boolean {
  return (Object.keys(one) as (keyof Inputs)[]).every((name) => one[name] === other[name]);
}

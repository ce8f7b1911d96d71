// What Python's outputs say again as a result: answers that were kept with the widget can be drawn
// before a model is there, and where no kernel is.
import type { Inputs } from "../../component/inputs";
import { createOffsetMap } from "../../core/offsets";
import type { Answer, Result, Timing } from "../../core/types";
import type { PythonAnswer } from "../outputs";

/** What a widget keeps of its answers; offsets in code points. */
export interface Saved {
  readonly answers: readonly PythonAnswer[];
  readonly null_score: number | null;
  readonly timing: Partial<Timing>;
  readonly backend: string;
  /** Title of the model. */
  readonly model: string;
}

/** The result that was kept for these inputs; null when there is none, or it does not fit them. */
export function savedResult({ passage, question }: Inputs, saved: Saved): Result | null {
  const { answers, null_score, timing, backend, model } = saved;
  if (answers.length === 0 || null_score === null) return null;
  const { code_points, toUnit } = createOffsetMap(passage);
  if (answers.some(({ start, end }) => !(start >= 0 && start <= end && end <= code_points))) {
    return null;
  }
  const inUnits: Answer[] = answers.map((answer) => ({
    ...answer,
    start: toUnit(answer.start),
    end: toUnit(answer.end),
  }));
  const spans = inUnits.filter(({ text }) => text !== "");
  const [best] = spans;
  return {
    answers: inUnits,
    null_score,
    null_probability: nullProbability(inUnits, null_score),
    null_margin: best === undefined ? null : null_score - best.score,
    overlapping_probability: 0,
    no_answer: inUnits[0]!.text === "",
    question,
    passage_length: passage.length,
    windows_done: timing.windows ?? 1,
    windows_total: timing.windows ?? 1,
    warnings: [],
    timing: { tokens: 0, windows: 1, run_ms: 0, total_ms: 0, ...timing },
    backend,
    model,
  };
}

/** All probabilities are shares of one sum, which any answer gives away. */
function nullProbability(answers: readonly Answer[], null_score: number): number {
  const { score, probability } = answers.reduce((one, other) =>
    other.probability > one.probability ? other : one,
  );
  return Math.min(1, probability * Math.exp(null_score - score));
}

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

/**
 * The result that was kept for these inputs; null when there is none, or it does not fit them.
 * A notebook may come from anybody, so what it keeps may be of any shape.
 */
export function savedResult({ passage, question }: Inputs, saved: Saved): Result | null {
  const { answers, null_score, backend, model } = saved;
  const timing = numbersOf(saved.timing);
  if (!Array.isArray(answers) || answers.length === 0) return null;
  if (null_score === null || !Number.isFinite(null_score)) return null;
  const { code_points, toUnit } = createOffsetMap(passage);
  if (!answers.every((answer) => isAnswer(answer, code_points))) return null;
  const inUnits: Answer[] = answers.map((answer) => ({
    ...answer,
    start: toUnit(answer.start),
    end: toUnit(answer.end),
  }));
  const scores = inUnits.filter(({ text }) => text !== "").map(({ score }) => score);
  return {
    answers: inUnits,
    null_score,
    null_probability: nullProbability(inUnits, null_score),
    // To the highest score, as it was decided: what crosses a sentence's end ranks lower than that.
    null_margin: scores.length === 0 ? null : null_score - Math.max(...scores),
    overlapping_probability: null,
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

function isAnswer(answer: unknown, code_points: number): answer is PythonAnswer {
  const { text, start, end, score, probability } = (answer ?? {}) as Partial<PythonAnswer>;
  return (
    typeof text === "string" &&
    [start, end].every(Number.isInteger) &&
    [score, probability].every(Number.isFinite) &&
    0 <= start! &&
    start! <= end! &&
    end! <= code_points
  );
}

function numbersOf(timing: unknown): Partial<Timing> {
  const named = Object.entries(timing ?? {}).filter(([, value]) => Number.isFinite(value));
  return Object.fromEntries(named);
}

/**
 * A probability is a share of one sum, and a part of the shares of other cuts besides. So each answer
 * tells the most that the null can have, and the least of these is nearest.
 */
function nullProbability(answers: readonly Answer[], null_score: number): number {
  const [first] = answers;
  if (first?.text === "") return first.probability;
  const most = answers.map(({ score, probability }) => probability * Math.exp(null_score - score));
  return Math.min(1, ...most);
}

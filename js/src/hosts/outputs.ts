// What a host reports to Python about a state, in the contract's names and Python's units.

import type { Inputs } from "../component/inputs";
import { type ComponentState, isChanging, isPartial, type Status } from "../component/state";
import type { Progress } from "../core/manifest";
import { toCodePoints } from "../core/offsets";
import { wellFormed } from "../core/text";
import type { Answer, Timing } from "../core/types";

/** `start` and `end` in code points. */
export type PythonAnswer = Answer;

export interface Outputs {
  readonly status: Status;
  readonly progress: Omit<Progress, "source"> | Record<string, never>;
  readonly error: string;
  readonly backend: string;
  /** The result; absent until it is final, so that Python never mistakes first answers for it. */
  readonly answers?: readonly PythonAnswer[];
  readonly null_score?: number | null;
  readonly timing?: Timing;
}

export function outputsOf(state: ComponentState): Outputs {
  const { error, backend, result, inputs, change } = state;
  // Answers belong to the model that the inputs name; until it is there, Python gets none.
  const changing = isChanging(state);
  const progress = changing ? change!.progress : (state.progress ?? stoppedAt(state));
  return {
    status: changing ? "loading" : state.status,
    progress: progress === null ? {} : progressFor(progress),
    error: error || (change?.error ?? ""),
    backend,
    ...(!changing && result !== null && !isPartial(result)
      ? {
          answers: answersFor(inputs, result.answers),
          null_score: result.null_score,
          timing: result.timing,
        }
      : {}),
  };
}

/** How far a question came that was stopped; its answers are not those of the whole text. */
function stoppedAt({ status, result }: ComponentState): Progress | null {
  if (status !== "ready" || result === null || !isPartial(result)) return null;
  const { model: name, windows_done: loaded, windows_total: total } = result;
  return { stage: "run", name, loaded, total, unit: "windows" };
}

/** Inputs that can travel to Python: half an emoji in a text cannot. */
export function sound<T extends Partial<Inputs>>(inputs: T): T {
  const cleaned = Object.entries(inputs).map(([name, value]) => [
    name,
    typeof value === "string" ? wellFormed(value) : value,
  ]);
  return Object.fromEntries(cleaned) as T;
}

function progressFor({ stage, name, loaded, total, unit }: Progress): Outputs["progress"] {
  return { stage, name, loaded, total, unit };
}

function answersFor({ passage }: Inputs, answers: readonly Answer[]): PythonAnswer[] {
  const offsets = toCodePoints(
    passage,
    answers.flatMap(({ start, end }) => [start, end]),
  );
  return answers.map(({ text, score, probability }, i) => ({
    text: wellFormed(text),
    start: offsets[2 * i]!,
    end: offsets[2 * i + 1]!,
    score,
    probability,
  }));
}

// What a result amounts to for a reader: one answer, those that come close, the rest. Pure.
import type { Answer, Result } from "../../core/types";
import { isPartial, spansOf } from "../format";

/** Answers of the same words, the best place first. */
export interface Line {
  readonly answer: Answer;
  /** Its number in the list and in the passage, from 1. */
  readonly rank: number;
  /** The numbers of the other places. */
  readonly elsewhere: readonly number[];
}

export interface Verdict {
  /** "none": the text does not say; `best` is what came nearest to an answer. */
  readonly kind: "answer" | "none";
  /** Whether everything was read; before, nothing is said for good. */
  readonly final: boolean;
  readonly best: Line | null;
  /** So near to the best that a reader should see them. */
  readonly close: readonly Line[];
  readonly less: readonly Line[];
}

/** An answer this much less probable than the best is not close to it... */
const CLOSE_SHARE = 0.25;
/** ...nor is one that hardly counts by itself. */
const CLOSE_FROM = 0.03;

export function verdictOf(result: Result): Verdict {
  const [best = null, ...others] = group(spansOf(result));
  const isClose = ({ answer }: Line): boolean =>
    !result.no_answer &&
    answer.probability >= CLOSE_FROM &&
    answer.probability >= CLOSE_SHARE * best!.answer.probability;
  return {
    kind: result.no_answer || best === null ? "none" : "answer",
    final: !isPartial(result),
    best,
    close: others.filter(isClose),
    less: others.filter((line) => !isClose(line)),
  };
}

function group(spans: readonly Answer[]): Line[] {
  const lines = new Map<string, { answer: Answer; rank: number; elsewhere: number[] }>();
  spans.forEach((answer, i) => {
    const words = wordsOf(answer.text);
    const known = lines.get(words);
    if (known === undefined) lines.set(words, { answer, rank: i + 1, elsewhere: [] });
    else known.elsewhere.push(i + 1);
  });
  return [...lines.values()];
}

/** What two answers have in common that a reader takes for the same. */
function wordsOf(text: string): string {
  const words = text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu);
  return words === null ? text : words.join(" ");
}

/** How sure the model is of these words, whatever their cut and wherever they stand. */
export type Sureness = "very" | "fairly" | "not" | "guess";

export function surenessOf(result: Result): Sureness {
  const { no_answer, null_probability, overlapping_probability } = result;
  const [best] = group(spansOf(result));
  const share =
    no_answer || best === undefined
      ? null_probability
      : best.answer.probability + (overlapping_probability ?? 0) + sharedBy(result, best);
  if (share >= 0.9) return "very";
  if (share >= 0.6) return "fairly";
  return share >= 0.3 ? "not" : "guess";
}

/** Probability of the other places with the same words. */
function sharedBy(result: Result, { elsewhere }: Line): number {
  const spans = spansOf(result);
  return elsewhere.reduce((sum, rank) => sum + spans[rank - 1]!.probability, 0);
}

export const SURENESS: Readonly<Record<Sureness, string>> = {
  very: "Very sure",
  fairly: "Fairly sure",
  not: "Not sure",
  guess: "Only a guess",
};

/** Shares smaller than this need no word. */
const WORTH_SAYING = 0.005;

/**
 * Where the rest of the probability is, e.g. "38% for longer or shorter cuts of it, 9% for no
 * answer"; "" when there is next to nothing left.
 */
export function restText(result: Result, verdict: Verdict): string {
  const { best, kind } = verdict;
  if (best === null || kind === "none") return "";
  const known = result.overlapping_probability !== null;
  const cuts = result.overlapping_probability ?? 0;
  const same = sharedBy(result, best);
  const none = result.null_probability;
  const left = 1 - best.answer.probability;
  if (left < 0.02) return "";
  const parts = [
    [cuts, "for longer or shorter cuts of it"],
    [same, "for the same words elsewhere"],
    [none, "for no answer"],
    [
      left - cuts - same - none,
      known ? "spread over the rest of the text" : "for other cuts of it and the rest of the text",
    ],
  ] as const;
  return parts
    .filter(([share]) => share >= WORTH_SAYING)
    .map(([share, what]) => `${roundPercent(share)} ${what}`)
    .join(", ");
}

/** A share of 1 as whole percent; what is nearly nothing or nearly certain is not rounded to it. */
export function roundPercent(share: number): string {
  if (!Number.isFinite(share)) return "–";
  if (share < 0.01) return "<1%";
  if (share > 0.99) return ">99%";
  return `${Math.round(share * 100)}%`;
}

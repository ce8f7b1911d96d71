// What a result amounts to for a reader: one answer, those that come close, the rest. Pure.

import { isPartial } from "../../component/state";
import { HARDLY_READ } from "../../core/readable";
import type { Answer, Result } from "../../core/types";
import { spansOf } from "../format";

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

/** In words; "unread": the model has not learnt the text's language, so its figures mean little. */
export type Sureness = "very" | "fairly" | "not" | "guess" | "unread";

export const SURENESS: Readonly<Record<Sureness, string>> = {
  very: "Very sure",
  fairly: "Fairly sure",
  not: "Not sure",
  guess: "Only a guess",
  unread: "May well be wrong",
};

/**
 * How probable the best answer is, wherever its words stand, or "no answer" where that is what was
 * found. The figure on the card, and what its word says: the two cannot disagree.
 */
export function shareOf(result: Result): number {
  const [best] = group(spansOf(result));
  if (result.no_answer || best === undefined) return result.null_probability;
  const { own, same } = partsOf(result, best);
  return own + same;
}

export function surenessOf(result: Result): Sureness {
  if (result.warnings.some((words) => HARDLY_READ.includes(words))) return "unread";
  const percent = Math.round(100 * shareOf(result)); // as it is shown
  if (percent >= 90) return "very";
  if (percent >= 60) return "fairly";
  return percent >= 30 ? "not" : "guess";
}

/** Of these words here, of their other cuts as far as not among them, and of the words elsewhere. */
function partsOf(result: Result, { answer, elsewhere }: Line) {
  const spans = spansOf(result);
  const same = elsewhere.reduce((sum, rank) => sum + spans[rank - 1]!.probability, 0);
  return { own: answer.probability, cuts: result.overlapping_probability ?? 0, same };
}

/** Shares smaller than this need no word. */
const WORTH_SAYING = 0.005;

/**
 * What the card's figure is made of and where the rest of the probability is, e.g. "The rest: 24%
 * for other cuts of it, 9% for no answer."; "" when there is next to nothing to say.
 */
export function shareText(result: Result, verdict: Verdict): string {
  const { best, kind } = verdict;
  if (best === null || kind === "none") return "";
  const { own, cuts, same } = partsOf(result, best);
  const none = result.null_probability;
  const left = 1 - own - same;
  const known = result.overlapping_probability !== null;
  const made = listed([
    [own, "for these words here"],
    [same, "for the same words elsewhere"],
  ]);
  const rest = listed([
    [cuts, "for longer or shorter cuts of it"],
    [none, "for no answer"],
    [
      left - cuts - none,
      known ? "for the rest of the text" : "for other cuts and the rest of the text",
    ],
  ]);
  const sentences = [
    same < WORTH_SAYING ? "" : `${made}.`,
    left < 0.02 || rest === "" ? "" : `The rest: ${rest}.`,
  ];
  return sentences.filter(Boolean).join(" ");
}

function listed(parts: readonly (readonly [number, string])[]): string {
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

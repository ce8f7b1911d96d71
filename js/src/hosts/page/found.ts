// What a result means for a reader who looks for places in the page, in their order and in words.
import { type ComponentState, isStopped } from "../../component/state";
import { sentenceAround } from "../../core/sentence";
import type { Answer, Result } from "../../core/types";
import { SURENESS, surenessOf, verdictOf } from "../../view/answers/verdict";
import { spansOf } from "../../view/format";
import { partialText, progressText } from "../../view/sentences";

export interface Found {
  /** "near": the page does not say, these words came nearest. */
  readonly kind: "answer" | "near";
  /** Whether the page was read to its end. */
  readonly final: boolean;
  /** Best first; the same words elsewhere follow theirs. */
  readonly places: readonly Answer[];
}

/** Null while nothing is known. */
export function foundIn(result: Result | null): Found | null {
  if (result === null) return null;
  const { kind, final, best, close } = verdictOf(result);
  if (kind === "none") {
    return { kind: "near", final, places: final && best !== null ? [best.answer] : [] };
  }
  const spans = spansOf(result);
  const places = [best!, ...close].flatMap(({ answer, elsewhere }) => [
    answer,
    ...elsewhere.map((rank) => spans[rank - 1]!),
  ]);
  return { kind: "answer", final, places };
}

/** The line below the question. */
export function lineOf(state: ComponentState, found: Found | null): string {
  const { status, progress, result, inputs } = state;
  if (inputs.question.trim() === "") return status === "loading" ? waiting(state) : "";
  if (inputs.passage.trim() === "") return "There is no text to read here.";
  if (status === "loading") return waiting(state);
  if (result === null || found === null) {
    return isStopped(state) ? "Stopped." : progress === null ? "Reading the page" : waiting(state);
  }
  if (!found.final) return partialText(result, status === "running");
  const said =
    found.kind === "answer"
      ? `${SURENESS[surenessOf(result)]}.`
      : `The page does not say.${found.places.length > 0 ? " What came nearest is underlined." : ""}`;
  return [said, ...result.warnings].join(" ");
}

function waiting({ progress }: ComponentState): string {
  return progress === null ? "Loading the model" : progressText(progress);
}

/** What a screen reader says of a place, since it sees no mark: the words and their sentence. */
export function spokenPlace(text: string, { start, end }: Answer, count: string): string {
  const around = sentenceAround(text, start, end);
  const oneLine = (words: string): string => words.replace(/\s+/g, " ").trim();
  const words = oneLine(text.slice(start, end));
  const sentence = oneLine(text.slice(around.start, around.end));
  return `Answer ${count}: ${words}.${sentence === words ? "" : ` In: ${sentence}`}`;
}

// Figures and states in words for a person. Pure.

import { DEFAULT_INPUTS, type Options } from "../component/inputs";
import type { ComponentState } from "../component/state";
import type { Answer, Result } from "../core/types";

type Progress = NonNullable<ComponentState["progress"]>;

const MINUS = "\u2212";

/** 1204, "token" -> "1,204 tokens". */
export function count(n: number, noun: string): string {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}

/** A share of 1 as percent; what is nearly nothing or nearly certain is not rounded to it. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return "–";
  if (share < 0.001) return "<0.1%";
  if (share > 0.999) return ">99.9%";
  return `${(share * 100).toFixed(1)}%`;
}

/** Logits, with a true minus sign. */
export function score(logits: number, digits = 2): string {
  if (!Number.isFinite(logits)) return "–";
  const text = Math.abs(logits).toFixed(digits);
  return logits < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** 25700000 -> "25.7 MB" (1 MB = 10^6 bytes). */
export function bytes(n: number): string {
  return n < 999_500 ? `${Math.round(n / 1000)} kB` : `${(n / 1e6).toFixed(1)} MB`;
}

export function duration(ms: number): string {
  if (ms < 1) return "<1 ms";
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

const SOURCES: Readonly<Record<string, string>> = {
  "browser cache": "from this browser's cache",
  kernel: "from the notebook kernel",
  server: "from the server",
  page: "from this page",
};

/** A wait in words, e.g. "Loading model.onnx: 12.4 of 25.7 MB, from the notebook kernel". */
export function progressText(progress: Progress): string {
  const { stage, name, loaded, total, unit, source } = progress;
  if (stage === "run") {
    return total > 0
      ? `Reading: ${loaded.toLocaleString("en")} of ${count(total, "window")}`
      : "Reading the passage";
  }
  if (stage === "session") return name === "" ? "Starting the model" : `Starting ${name}`;
  let text = stage === "fetch" ? name : `Loading ${name}`;
  if (unit === "bytes" && total > 0) text += `: ${bytesOf(loaded, total)}`;
  else if (unit === "bytes" && loaded > 0) text += `: ${bytes(loaded)}`;
  if (source !== undefined && source !== "") text += `, ${SOURCES[source] ?? `from ${source}`}`;
  return text;
}

/** "12.4 of 25.7 MB": the unit of the whole stands for both. */
function bytesOf(loaded: number, total: number): string {
  const whole = bytes(total);
  const part = whole.endsWith("MB") ? (loaded / 1e6).toFixed(1) : `${Math.round(loaded / 1000)}`;
  return `${part} of ${whole}`;
}

/** Whether the bytes on their way will be kept, so that the reader waits for them only once. */
export function isFirstLoad(progress: Progress | null): boolean {
  return progress?.stage === "asset" && progress.source !== "browser cache";
}

/** What stands in the status line when nothing is waited for: model, backend, work and time. */
export function statusParts(state: ComponentState): string[] {
  const { result } = state;
  const parts = [isStopped(state) ? "Stopped" : ""];
  parts.push(result?.model || state.model, result?.backend || state.backend);
  if (result !== null) {
    const { tokens, windows, total_ms } = result.timing;
    parts.push(
      // Of first answers the tokens are not known apart.
      isPartial(result)
        ? `${result.windows_done.toLocaleString("en")} of ${count(result.windows_total, "window")}`
        : `${count(tokens, "token")} in ${count(windows, "window")}`,
      duration(total_ms),
    );
  }
  const known = parts.filter((part) => part !== "");
  return known.length > 0 ? known : ["Answers are computed in this browser"];
}

/** How "no answer" stands to the best span, in words. `margin` is null_score - best score. */
export function marginText(result: Result, threshold: number): string {
  const margin = result.null_margin;
  if (margin === null || !Number.isFinite(margin)) return "";
  const limit = `threshold ${thresholdText(threshold)}`;
  if (result.no_answer) {
    return margin < 0
      ? `${score(-margin, 1)} below the best span, ${limit}`
      : `by ${score(margin, 1)} over the best span, ${limit}`;
  }
  return `would need ${score(threshold - margin, 1)} more`;
}

/** Whether more windows are to be read. */
export function isPartial(result: Result): boolean {
  return result.windows_done < result.windows_total;
}

/** Whether there is something to answer, and nothing on its way: the reader stopped it. */
export function isStopped({ inputs, status, result }: ComponentState): boolean {
  const asked = inputs.passage.trim() !== "" && inputs.question.trim() !== "";
  const rests = status === "idle" || status === "ready";
  return asked && rests && (result === null || isPartial(result));
}

export function partialText(result: Result): string {
  const done = result.windows_done.toLocaleString("en");
  return `First answers; ${done} of ${count(result.windows_total, "window")} read`;
}

/** What a screen reader is told when an answer stands. */
export function announcement(result: Result): string {
  const best = result.answers[0];
  if (result.no_answer || best === undefined) return "No answer in this passage.";
  const others = result.answers.length - 1;
  const more = others > 0 ? ` ${count(others, "more answer")}.` : "";
  return `Answer: ${best.text}, ${percent(best.probability)} probable.${more}`;
}

/** The ranked answers that have a place in the passage. */
export function spansOf(result: Result): Answer[] {
  return result.answers.filter((answer) => answer.text !== "");
}

/** In this reader's time zone: "14:02", on another day than `now` "2026-01-31 14:02". */
export function timeText(time: number, now: number): string {
  const at = new Date(time);
  const clock = [at.getHours(), at.getMinutes()].map(twoDigits).join(":");
  return dayText(time) === dayText(now) ? clock : `${dayText(time)} ${clock}`;
}

/** "2026-01-31" in this reader's time zone. */
export function dayText(time: number): string {
  const at = new Date(time);
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(twoDigits).join("-");
}

function twoDigits(n: number): string {
  return String(n).padStart(2, "0");
}

/** The options that are not as they come, in words, e.g. "threshold 2.5, 3 answers". */
export function optionsText(options: Options): string {
  const { top_k, max_answer_len, doc_stride, no_answer_threshold, overlap } = options;
  const words: Readonly<Record<keyof Options, string>> = {
    top_k: count(top_k, "answer"),
    max_answer_len: `up to ${count(max_answer_len, "token")}`,
    doc_stride: `stride ${doc_stride}`,
    no_answer_threshold: `threshold ${thresholdText(no_answer_threshold)}`,
    overlap: `overlap ${overlap}`,
  };
  const names = Object.keys(words) as (keyof Options)[];
  return names
    .flatMap((name) => (options[name] === DEFAULT_INPUTS[name] ? [] : words[name]))
    .join(", ");
}

function thresholdText(threshold: number | null): string {
  if (threshold === null) return "of the model";
  return score(threshold, Number.isInteger(threshold) ? 0 : 1);
}

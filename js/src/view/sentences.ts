// What the component does and found, in sentences for a reader. Pure.
import { leftMs, partsRun } from "../component/standing";
import { type ComponentState, isPartial, isStopped } from "../component/state";
import type { Progress } from "../core/manifest";
import type { Result } from "../core/types";
import { SURENESS, surenessOf } from "./answers/verdict";
import { bytes, count, duration, figure, score, spansOf, thresholdText } from "./format";

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
    return total > 0 ? `Reading: ${figure(loaded)} of ${count(total, "part")}` : "Reading the text";
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

/** What stands in the status line when nothing is waited for. */
export function statusText(state: ComponentState): string {
  const { result } = state;
  const model = shortTitle(result?.model || state.model);
  if (state.held && result !== null && partsRun(result) > 0) {
    const rest = duration(leftMs(result));
    return `Paused after ${partsRead(result)}: the rest takes about ${rest}.`;
  }
  if (isStopped(state)) return result === null ? "Stopped." : `Stopped after ${partsRead(result)}.`;
  if (model === "") return "Answers are computed in your browser.";
  if (result === null) return `${model} is ready, in your browser.`;
  return `Read in ${duration(result.timing.total_ms)} by ${model}, in your browser.`;
}

/** The line during a long wait. */
export function waitText({ progress, result }: ComponentState): string {
  if (progress === null) return "";
  if (progress.stage !== "run" || result === null) return progressText(progress);
  return `${figure(progress.loaded)} of ${count(progress.total, "part")} read`;
}

/** "MiniLM-L6 (bundled)" -> "MiniLM-L6". */
export function shortTitle(title: string): string {
  return title.replace(/ \([^()]*\)$/u, "");
}

/** What whoever looks closer wants to know of a result: names and values. */
export function detailsOf(state: ComponentState): (readonly [string, string])[] {
  const { result } = state;
  const details: [string, string][] = [
    ["Model", result?.model || state.model],
    ["Computed by", result?.backend || state.backend],
  ];
  if (result !== null) {
    const { tokens, windows, run_ms, total_ms } = result.timing;
    const read = isPartial(result)
      ? `${figure(result.windows_done)} of ${count(result.windows_total, "window")}`
      : `${count(tokens, "token")} in ${count(windows, "window")}`;
    details.push(["Read", read]);
    details.push(["Time", `${duration(total_ms)}, of it ${duration(run_ms)} in the model`]);
    details.push(["Scores", scoresText(result)]);
  }
  if (state.notice !== "") details.push(["Note", state.notice]);
  return details.filter(([, value]) => value !== "");
}

function scoresText(result: Result): string {
  const [best] = spansOf(result);
  return [
    best === undefined ? "" : `best answer ${score(best.score)}`,
    result.null_score === null ? "" : `“no answer” ${score(result.null_score)}`,
  ]
    .filter(Boolean)
    .join(", ");
}

const HAIR = 1e-9;

/** How "no answer" stands to the best span, and which threshold would turn it round. */
export function leadText({ null_margin, no_answer }: Result): string {
  if (null_margin === null || !Number.isFinite(null_margin)) return "";
  const lead = score(Math.abs(null_margin), 1);
  const leader = null_margin > 0 ? "“no answer”" : "the best answer";
  // Rounded to the side on which it is true: the slider stands on tenths. The sum of two floats may
  // be a hair beside one.
  const tenths = no_answer
    ? Math.ceil(10 * null_margin - HAIR)
    : Math.floor(10 * null_margin + HAIR);
  const turn = score(tenths / 10, 1);
  const effect = no_answer
    ? `a threshold of ${turn} shows the best answer`
    : `a threshold below ${turn} refuses it`;
  return `Here ${leader} leads by ${lead}; ${effect}.`;
}

/** Why the threshold, and not the higher score, decided; "" where it did not. */
export function decidedText({ null_margin, no_answer }: Result, threshold: number): string {
  if (null_margin === null || null_margin > 0 === no_answer) return "";
  // To a tenth, unless the two would read alike.
  const [close, asked] = [null_margin, threshold].map((n) => score(Math.abs(n), 1));
  const lead = close === asked ? score(Math.abs(null_margin)) : close;
  const limit = thresholdText(threshold);
  return no_answer
    ? `It beats “no answer” by ${lead}; the threshold of ${limit} asks for more.`
    : `“No answer” leads by ${lead}, which the threshold of ${limit} allows.`;
}

/**
 * First answers, or none yet, of a long passage, and for how long the best one stands.
 * `running`: more are to come by themselves.
 */
export function partialText(result: Result, running: boolean): string {
  const nothing = result.no_answer || spansOf(result).length === 0;
  if (!running) return `${nothing ? "Nothing found" : "Best"} in ${partsRead(result)}`;
  const { unchanged_for = 0 } = result;
  const stands = !nothing && unchanged_for > 0;
  const found = nothing ? "Nothing found yet" : "Best so far";
  const since = stands ? `unchanged for ${count(unchanged_for, "part")}` : "";
  return [[found, since].filter(Boolean).join(", "), timeLeft(result)].filter(Boolean).join("; ");
}

function partsRead(result: Result): string {
  return `${figure(result.windows_done)} of ${count(result.windows_total, "part")}`;
}

/** "about 9 s left"; "" before a guess is possible. */
export function timeLeft(result: Result): string {
  if (partsRun(result) < 2) return "";
  const seconds = leftMs(result) / 1000;
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 55) return `about ${Math.max(1, Math.round(seconds))} s left`;
  return `about ${Math.round(seconds / 60) || 1} min left`;
}

/** What a screen reader is told when an answer stands. */
export function announcement(result: Result): string {
  const [best] = spansOf(result);
  const none = result.no_answer || best === undefined;
  return `${none ? "The text does not say" : `Answer: ${best.text}`}. ${SURENESS[surenessOf(result)]}.`;
}

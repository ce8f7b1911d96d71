// Figures, times and options in words for a person. Pure.

import { DEFAULT_INPUTS, type Options } from "../component/inputs";
import type { Answer, Result } from "../core/types";

const MINUS = "\u2212";

/** 1204 -> "1,204". */
export function figure(n: number): string {
  return n.toLocaleString("en");
}

/** 1204, "token" -> "1,204 tokens". */
export function count(n: number, noun: string): string {
  return `${figure(n)} ${noun}${n === 1 ? "" : "s"}`;
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

/**
 * With the digits that it needs, two at most: a model's own 0.25 is not 0.3.
 * @param least digits after the point
 */
export function thresholdText(threshold: number | null, least = 0): string {
  if (threshold === null) return "of the model";
  const isWhole = (digits: number) => Number(threshold.toFixed(digits)) === threshold;
  return score(threshold, [least, 1].find(isWhole) ?? 2);
}

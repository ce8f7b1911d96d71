// A history as a file, the same from here as from Python (contract.json, "history"). Pure.

import * as contract from "../core/contract";
import { crc32 } from "../core/crc32";
import { createOffsetMap, type OffsetMap } from "../core/offsets";
import { wellFormed } from "../core/text";
import type { Asked } from "./history";
import type { Options } from "./inputs";

const { csv_columns, formula_starts, formula_prefix } = contract.history;

interface Passage {
  /** Of the text's UTF-8. */
  readonly crc32: number;
  /** Code points. */
  readonly length: number;
  readonly text: string;
}

/** `start` and `end` in code points, as everywhere outside the browser. */
interface Question {
  readonly question: string;
  readonly passage_crc32: number;
  readonly passage_length: number;
  readonly model: string;
  readonly options: Options;
  readonly null_score: number | null;
  readonly answers: Asked["answers"];
  readonly asked_at: string;
}

/** @param asked oldest first; so are both lists of the file */
export function toJson(asked: readonly Asked[]): string {
  return `${JSON.stringify(fileOf(asked), null, 1)}\n`;
}

/** One row per answer, RFC 4180, with the mark at the front by which spreadsheets know UTF-8. */
export function toCsv(asked: readonly Asked[]): string {
  const rows = fileOf(asked).questions.flatMap((question) => {
    const { answers, options, ...rest } = question;
    return answers.map((answer, i) => ({ ...rest, ...options, ...answer, rank: i + 1 }));
  });
  const lines = rows.map((row) => {
    const values: Readonly<Record<string, string | number | null>> = row;
    return csv_columns.map((name) => cell(values[name] ?? "")).join(",");
  });
  return `\ufeff${[csv_columns.map(cell).join(","), ...lines].join("\r\n")}\r\n`;
}

function fileOf(asked: readonly Asked[]): { passages: Passage[]; questions: Question[] } {
  const known = new Map<string, { readonly passage: Passage; readonly offsets: OffsetMap }>();
  const questions = asked.map((entry): Question => {
    const { passage: given, question, model, options, null_score, answers, asked_at } = entry;
    const { passage, offsets } = known.get(given) ?? read(given);
    known.set(given, { passage, offsets });
    return {
      question: wellFormed(question),
      passage_crc32: passage.crc32,
      passage_length: passage.length,
      model,
      options,
      null_score,
      answers: answers.map(({ text, start, end, score, probability }) => ({
        text: wellFormed(text),
        start: offsets.toCodePoint(start),
        end: offsets.toCodePoint(end),
        score,
        probability,
      })),
      asked_at: new Date(asked_at).toISOString(),
    };
  });
  return { passages: [...known.values()].map(({ passage }) => passage), questions };
}

function read(given: string): { passage: Passage; offsets: OffsetMap } {
  const offsets = createOffsetMap(given);
  const passage = { crc32: crc32(given), length: offsets.code_points, text: wellFormed(given) };
  return { passage, offsets };
}

/** A number stays a number; a text stands in quotes and never becomes a formula. */
function cell(value: string | number): string {
  if (typeof value === "number") return String(value);
  const formula = formula_starts.some((start) => value.startsWith(start));
  const text = formula ? formula_prefix + value : value;
  return `"${text.replaceAll('"', '""')}"`;
}

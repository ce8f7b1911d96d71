// The history under any script of questions, and its files read back.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Asked, History, settled } from "../../src/component/history";
import { toCsv, toJson } from "../../src/component/history-file";
import { DEFAULT_INPUTS, type Inputs } from "../../src/component/inputs";
import * as contract from "../../src/core/contract";
import { crc32 } from "../../src/core/crc32";
import { wellFormed } from "../../src/core/text";
import { makeResult } from "../hosts/states";
import { PATIENCE, size, texts } from "./cases";

const short = fc.constantFrom("", " ", "a", "ab", "Who?", "=1+1", '"', "🙂\ud800");
const inputs = fc.record({
  passage: fc.oneof(short, texts(12)),
  question: fc.oneof(short, texts(6)),
  top_k: fc.constantFrom(1, 5),
  overlap: fc.constantFrom("none", "allow"),
  no_answer_threshold: fc.constantFrom(null, 0, -2.5),
});
const step = fc.oneof(
  fc.record({ kind: fc.constant("record"), inputs, done: fc.boolean() }),
  fc.record({ kind: fc.constant("keep"), inputs }),
  fc.record({ kind: fc.constant("restore"), inputs, at: fc.nat() }),
  fc.record({ kind: fc.constant("revert"), inputs, at: fc.nat() }),
);

const MOST = 60;

/** Answers that quote the passage. */
function answered({ passage, question }: Inputs) {
  const end = passage.codePointAt(0)! > 0xffff ? 2 : Math.min(1, passage.length);
  const answer = { text: passage.slice(0, end), start: 0, end, score: -0.5, probability: 0.25 };
  return makeResult({ answers: [answer], question });
}

const key = ({ question, passage, options, model }: Asked) =>
  JSON.stringify([question, passage, options, model]);

test("no script breaks its rules, and no text is lost on the way", { timeout: PATIENCE }, () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const history = new History(MOST);
      let now = 0;
      for (const one of steps) {
        const given: Inputs = { ...DEFAULT_INPUTS, ...one.inputs } as Inputs;
        const from = one.kind === "restore" ? history.asked : history.drafts;
        if (one.kind === "keep") history.keep(given);
        else if ("done" in one) {
          const windows = { windows_done: one.done ? 2 : 1, windows_total: 2 };
          const result = { ...answered(given), ...windows };
          now += 1000;
          history.record({ status: "ready", inputs: given, result }, now);
        } else if ("at" in one && from.length > 0) {
          const entry = from[one.at % from.length]!;
          const after = { ...given, ...history.restore(entry, given) };
          expect([after.passage, after.question]).toEqual([entry.passage, entry.question]);
          const held = [...history.asked, ...history.drafts];
          const holds = (name: "passage" | "question") =>
            given[name].trim() === "" || held.some((other) => other[name] === given[name]);
          expect(holds("passage") && holds("question")).toBe(true);
        }
        const { asked, drafts } = history;
        expect(new Set(asked.map(key)).size).toBe(asked.length);
        const passages = [...new Set(asked.map(({ passage }) => passage))];
        const units = passages.reduce((sum, passage) => sum + passage.length, 0);
        expect(asked.length === 1 || units <= MOST).toBe(true);
        expect(drafts.length).toBeLessThanOrEqual(20);
        expect(asked.map(({ asked_at }) => asked_at)).toEqual(
          asked.map(({ asked_at }) => asked_at).sort((a, b) => a - b),
        );
        for (const entry of settled(asked)) expect(asked).toContain(entry);
        expect(settled(asked)[0]).toBe(asked.at(-1));
      }
      readBack(history.asked);
    }),
    size(),
  );
});

/** Both files hold what the history holds. */
function readBack(asked: readonly Asked[]): void {
  const file = JSON.parse(toJson(asked)) as {
    passages: { crc32: number; length: number; text: string }[];
    questions: { question: string; passage_crc32: number; answers: { text: string }[] }[];
  };
  const texts = new Map(file.passages.map((passage) => [passage.crc32, passage]));
  asked.forEach((entry, n) => {
    const question = file.questions[n]!;
    const passage = texts.get(question.passage_crc32)!;
    expect(question.question).toBe(wellFormed(entry.question));
    expect(passage).toMatchObject({
      crc32: crc32(entry.passage),
      length: Array.from(entry.passage).length,
      text: wellFormed(entry.passage),
    });
    expect(question.answers.map(({ text }) => text)).toEqual(
      entry.answers.map(({ text }) => wellFormed(text)),
    );
  });
  const rows = readCsv(toCsv(asked));
  expect(rows[0]).toEqual(contract.history.csv_columns);
  const answers = asked.flatMap((entry) => entry.answers.map((answer) => ({ entry, answer })));
  expect(rows.length).toBe(answers.length + 1);
  rows.slice(1).forEach((row, n) => {
    const [question, text] = [row[0]!, row[2]!];
    for (const cell of [question, text]) expect(cell).not.toMatch(/^[=+\-@\t\r\n]/);
    const unprefixed = (cell: string) => cell.replace(/^'(?=[=+\-@\t\r\n])/, "");
    expect(unprefixed(question)).toBe(unprefixed(wellFormed(answers[n]!.entry.question)));
    expect(unprefixed(text)).toBe(unprefixed(wellFormed(answers[n]!.answer.text)));
  });
}

/** RFC 4180, by hand. */
function readCsv(text: string): string[][] {
  expect(text.startsWith("\ufeff")).toBe(true);
  const rows: string[][] = [];
  let [row, cell, quoted]: [string[], string, boolean] = [[], "", false];
  for (let at = 1; at < text.length; at++) {
    const one = text[at]!;
    if (quoted && one === '"' && text[at + 1] === '"') cell += text[at++];
    else if (one === '"') quoted = !quoted;
    else if (!quoted && one === ",") [cell] = ["", row.push(cell)];
    else if (!quoted && one === "\r" && text[at + 1] === "\n") {
      row.push(cell);
      rows.push(row);
      [row, cell] = [[], ""];
      at++;
    } else cell += one;
  }
  expect([row, cell, quoted]).toEqual([[], "", false]);
  return rows;
}

import { beforeEach, describe, expect, it } from "vitest";
import { History, settled } from "../../src/component/history";
import { toCsv, toJson } from "../../src/component/history-file";
import { DEFAULT_INPUTS, type Inputs } from "../../src/component/inputs";
import { type ComponentState, initialState } from "../../src/component/state";
import * as contract from "../../src/core/contract";
import type { Result } from "../../src/core/types";
import { resultOf } from "../view/result-of";

const NOON = Date.UTC(2026, 0, 31, 12);

function stateOf(inputs: Partial<Inputs>, more: Partial<Result> = {}): ComponentState {
  const { passage, question } = { ...DEFAULT_INPUTS, ...inputs };
  const text = passage.slice(0, 4);
  const result = resultOf(passage, [], {
    answers: [{ text, start: 0, end: text.length, score: 9.25, probability: 0.5 }],
    null_score: -1.5,
    null_probability: 0.1,
    null_margin: -10.75,
    question,
    model: "Mini",
    ...more,
  });
  return {
    ...initialState({ ...DEFAULT_INPUTS, ...inputs }),
    status: "ready",
    result,
    model: result.model,
    backend: result.backend,
  };
}

let history: History;
beforeEach(() => {
  history = new History();
});
const questions = () => history.asked.map(({ question }) => question);

describe("what is kept", () => {
  it("is each final answer, once", () => {
    const asked = stateOf({ passage: "Bert lives.", question: "Who?" });
    history.record(asked, NOON);
    history.record(asked, NOON + 1);
    history.record(stateOf({ passage: "Bert lives.", question: "Who?" }), NOON + 2);
    expect(history.asked).toHaveLength(1);
    expect(history.asked[0]!.asked_at).toBe(NOON);
    history.record(stateOf({ passage: "Bert lives.", question: "Who?", top_k: 2 }), NOON);
    history.record(stateOf({ passage: "Bert lives!", question: "Who?" }), NOON);
    history.record(stateOf({ passage: "Bert lives.", question: "Who" }), NOON);
    history.record(stateOf({ passage: "Bert lives.", question: "Who?" }, { model: "Maxi" }), NOON);
    expect(history.asked).toHaveLength(5);
  });

  it("is nothing that was stopped, is on its way, or failed", () => {
    const inputs = { passage: "Bert lives.", question: "Who?" };
    const partial = { windows_done: 1, windows_total: 2 };
    history.record(stateOf(inputs, partial), NOON);
    history.record({ ...stateOf(inputs), status: "running" }, NOON);
    history.record({ ...stateOf(inputs), status: "error" }, NOON);
    history.record({ ...stateOf(inputs), result: null }, NOON);
    expect(history.asked).toEqual([]);
  });

  it("holds a passage once, and bounds entries and text by dropping the oldest", () => {
    const copy = (text: string) => text.split("").join("");
    history.record(stateOf({ passage: copy("a long passage"), question: "1" }), NOON);
    history.record(stateOf({ passage: copy("a long passage"), question: "2" }), NOON);
    expect(history.asked[0]!.passage).toBe(history.asked[1]!.passage);
    history = new History(100);
    for (let i = 0; i < 6; i++) {
      const passage = `passage ${i} `.repeat(3);
      history.record(stateOf({ passage, question: `${i}a` }), NOON);
      history.record(stateOf({ passage, question: `${i}b` }), NOON);
    }
    expect(questions()).toEqual(["3a", "3b", "4a", "4b", "5a", "5b"]);
    const book = stateOf({ passage: "x".repeat(1000), question: "book" });
    history.record(book, NOON);
    expect(questions()).toEqual(["book"]);
    history = new History();
    for (let i = 0; i < 1003; i++) history.record(stateOf({ passage: "p", question: `${i}` }), i);
    expect(history.asked).toHaveLength(1000);
    expect(questions()[0]).toBe("3");
  });
});

describe("drafts", () => {
  it("are texts that no answered question would bring back", () => {
    history.record(stateOf({ passage: "one", question: "Who?" }), NOON);
    history.record(stateOf({ passage: "two", question: "Where?" }), NOON);
    for (const [passage, question] of [
      ["", ""],
      ["one", ""],
      [" ", "Where?"],
      ["one", "Where?"],
    ]) {
      history.keep({ ...DEFAULT_INPUTS, passage: passage!, question: question! });
    }
    expect(history.drafts).toEqual([]);
    const draft = { ...DEFAULT_INPUTS, passage: "one", question: "Wh" };
    history.keep(draft);
    history.keep(draft);
    expect(history.drafts.map(({ question }) => question)).toEqual(["Wh"]);
    history.keep({ ...DEFAULT_INPUTS, passage: "three", question: "" });
    expect(history.drafts.map(({ passage }) => passage)).toEqual(["three", "one"]);
    expect(history.restore(history.drafts[0]!, DEFAULT_INPUTS)).toEqual({ passage: "three" });
    expect(history.drafts.map(({ passage }) => passage)).toEqual(["one"]);
    history.record(stateOf({ passage: "one", question: "Wh" }), NOON);
    expect(history.drafts).toEqual([]);
  });
});

describe("what the list shows", () => {
  const record = (question: string, at: number, more: Partial<Inputs> = {}) =>
    history.record(stateOf({ passage: "p", question, ...more }), NOON + at);

  it("is the newest first, without steps on the way", () => {
    record("Wh", 0);
    record("Where does", 1000);
    record("Where does Bert live?", 2000);
    record("Where does Bert live?", 2100, { no_answer_threshold: 1 });
    record("Where does Bert live?", 2200, { no_answer_threshold: 1.1 });
    record("Who", 2300);
    record("Who lives there?", 9000);
    record("Where does Bert live?", 9500, { top_k: 2 });
    const shown = settled(history.asked);
    expect(shown.map(({ question, options }) => [question, options.no_answer_threshold])).toEqual([
      ["Where does Bert live?", null],
      ["Who lives there?", null],
      ["Who", null],
      ["Where does Bert live?", 1.1],
    ]);
    expect(history.asked).toHaveLength(8);
  });

  it("hides no question when the clock was set back", () => {
    record("Who", 3600_000);
    record("Who lives there?", 0);
    expect(settled(history.asked).map(({ question }) => question)).toEqual([
      "Who lives there?",
      "Who",
    ]);
  });
});

describe("files", () => {
  const { history: names } = contract;

  it("have the contract's names and count in code points", () => {
    const passage = "😀😀 Bert\r\nlives.";
    const answers = [
      { text: "", start: 0, end: 0, score: 3, probability: 0.5 },
      { text: "Bert", start: 5, end: 9, score: 2, probability: 0.25 },
    ];
    history.record(stateOf({ passage, question: "Who?" }, { answers, no_answer: true }), NOON);
    history.record(stateOf({ passage, question: "Where?" }, { answers }), NOON + 1);
    const { passages, questions } = JSON.parse(toJson(history.asked));
    expect(passages).toHaveLength(1);
    expect(Object.keys(passages[0])).toEqual(names.passages);
    expect(passages[0]).toMatchObject({ length: passage.length - 2, text: passage });
    expect(Object.keys(questions[0])).toEqual(names.questions);
    expect(Object.keys(questions[0].options)).toEqual(names.options);
    expect(Object.keys(questions[0].answers[1])).toEqual(names.answers);
    expect(questions[0].answers[1]).toMatchObject({ start: 3, end: 7 });
    expect(questions[0].asked_at).toBe("2026-01-31T12:00:00.000Z");
    expect(questions[1].passage_crc32).toBe(passages[0].crc32);
    expect(toCsv(history.asked).split("\r\n")[0]).toBe(`\ufeff"${names.csv_columns.join('","')}"`);
  });

  it("hold whole characters only", () => {
    history.record(stateOf({ passage: "a\ud83d b", question: "\ude00?" }), NOON);
    const text = toJson(history.asked);
    expect(JSON.parse(text).questions[0].question).toBe("\ufffd?");
    expect(text).not.toContain("\\ud83d");
  });

  it("never hold a formula for a spreadsheet", () => {
    for (const start of names.formula_starts) {
      history.record(stateOf({ passage: "p", question: `${start}1+1` }), NOON);
    }
    const lines = toCsv(history.asked).replace("\ufeff", "").split("\r\n").slice(1);
    expect(lines.slice(0, 5).map((line) => line.split(",")[0])).toEqual([
      `"'=1+1"`,
      `"'+1+1"`,
      `"'-1+1"`,
      `"'@1+1"`,
      `"'\t1+1"`,
    ]);
    expect(toCsv(history.asked)).toContain('"\'\r1+1"');
    expect(toCsv(history.asked)).toContain('"\'\n1+1"');
    // A negative number is a number.
    expect(lines[0]!.split(",")).toContain("-1.5");
  });
});

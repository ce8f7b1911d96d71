// @vitest-environment jsdom
// Where the focus stays while the answers around it change.
import { afterEach, beforeEach, expect, test } from "vitest";
import { DEFAULT_INPUTS } from "../../src/component/inputs";
import { type ComponentState, initialState } from "../../src/component/state";
import type { Result } from "../../src/core/types";
import { Answers } from "../../src/view/answers/answers";
import { resultOf } from "./result-of";

const passage = "one two three four";
let answers: Answers;
let line: HTMLElement;
const row = (rank: number) =>
  answers.element.querySelector<HTMLElement>(`.qna-answer[data-rank="${rank}"]`)!;
const button = (name: string) =>
  [...answers.element.querySelectorAll("button")].find(({ textContent }) => textContent === name)!;
const fold = () => answers.element.querySelector<HTMLElement>(".qna-less > summary")!;
const found = () => answers.element.querySelector<HTMLElement>(".qna-found")!;

beforeEach(() => {
  const report = document.createElement("div");
  report.innerHTML = "<details><summary tabindex='0'>Read</summary></details>";
  line = report.querySelector("summary")!;
  const events = { onHover() {}, onChoose() {}, onFold() {} };
  answers = new Answers(events, report, new AbortController().signal);
  document.body.append(answers.element);
});
afterEach(() => document.body.replaceChildren());

function draw(result: Result | null, status: ComponentState["status"] = "ready"): void {
  const state = initialState({ ...DEFAULT_INPUTS, passage, question: "?" });
  answers.draw({ ...state, status, result }, null);
}

/** Answers of these words, with these probabilities. */
function ranked(words: readonly (readonly [string, number])[], more: Partial<Result> = {}): Result {
  const made = resultOf(
    passage,
    words.map(([word]) => word),
    more,
  );
  const answers = made.answers.map((one, i) => ({ ...one, probability: words[i]![1] }));
  return { ...made, answers };
}

const PARTIAL = { windows_done: 1, windows_total: 9 };

/** While a text is read there are two answers, and the second has the focus. */
function focusSecond(): void {
  draw(
    ranked(
      [
        ["one", 0.4],
        ["two", 0.3],
      ],
      PARTIAL,
    ),
    "running",
  );
  row(2).focus();
}

test("an answer that is folded away hands its focus to the fold", () => {
  focusSecond();
  draw(
    ranked(
      [
        ["three", 0.9],
        ["one", 0.05],
        ["two", 0.01],
      ],
      PARTIAL,
    ),
    "running",
  );
  expect(document.activeElement).toBe(fold());
});

test("an answer that is gone hands its focus to the best one", () => {
  focusSecond();
  draw(
    ranked([
      ["three", 0.5],
      ["four", 0.4],
    ]),
  );
  expect(document.activeElement).toBe(button("Show in text"));
});

test("buttons that go hand their focus on", () => {
  draw(ranked([["one", 0.4]], PARTIAL), "running");
  button("Copy").focus();
  draw(ranked([["one", 0.4]], { no_answer: true }));
  expect(document.activeElement).toBe(button("Show in text"));
  draw(ranked([["one", 0.4]], { ...PARTIAL, no_answer: true }), "running");
  expect(document.activeElement).toBe(line);
});

test("what has the focus keeps it while another model's answers are waited for", () => {
  draw(
    ranked([
      ["one", 0.4],
      ["two", 0.3],
    ]),
  );
  row(2).focus();
  draw(null, "running");
  expect(found().closest("[inert], [aria-hidden]")).toBeNull(); // a browser would take the focus
  draw(
    ranked([
      ["two", 0.4],
      ["one", 0.3],
    ]),
  );
  expect(document.activeElement).toBe(button("Show in text"));
  button("Show in text").blur();
  draw(null, "running");
  expect(found().closest("[inert]")).not.toBeNull();
});

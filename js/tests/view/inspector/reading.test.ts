// How much of a long text's scores is counted at a time.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFeatures } from "../../../src/core/features";
import { inspecting } from "../../../src/core/inspecting";
import { Inspection } from "../../../src/core/inspection";
import type { Encoding, RawScores } from "../../../src/core/types";
import { Reading, type Subject } from "../../../src/view/inspector/reading";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function encoding(tokens: number): Encoding {
  const starts = Int32Array.from({ length: tokens }, (_, i) => 3 * i);
  return { input_ids: new Int32Array(tokens).fill(9), starts, ends: starts.map((at) => at + 2) };
}

/** Twelve passage tokens a window, a new window every eight. */
function subjectOf(windows: number, read = windows): Subject {
  const passage = encoding(8 * windows + 4);
  const question = encoding(3);
  const special = { cls_id: 1, sep_id: 2 };
  const features = createFeatures(question, passage, special, { max_seq_len: 18, doc_stride: 8 });
  expect(features.length).toBe(windows);
  const logits = features.map(({ input_ids }, window) => {
    if (window >= read) return null;
    const draw = (_: number, place: number) => Math.sin(7.3 * window + place * place) * 4;
    const numbers = Float32Array.from(input_ids, draw);
    return { start_logits: numbers, end_logits: numbers.toReversed() };
  });
  const scores: RawScores = { question, passage, features, logits };
  const text = "ab ".repeat(passage.starts.length);
  return { scores, max_answer_len: 5, passage: text, pieces: false };
}

function reading() {
  const onReady = vi.fn();
  const controller = new AbortController();
  return { onReady, controller, one: new Reading(onReady, controller.signal) };
}

const numbersOf = (given: Inspection) => {
  const { scores, start_logits, null_probability, best, bounds } = given;
  const windows = scores.logits.map((logits, window) => logits && given.window(window));
  return { start_logits, null_probability, best, bounds, windows };
};

test("step by step comes to what one step comes to, a window's work each", () => {
  for (const subject of [subjectOf(40), subjectOf(40, 7)]) {
    const { scores, max_answer_len } = subject;
    const steps = inspecting(scores, max_answer_len);
    let made = 0;
    let step = steps.next();
    for (; !step.done; step = steps.next()) made += step.value;
    const read = scores.logits.filter((given) => given !== null).length;
    expect(made).toBe(3 * read);
    expect(numbersOf(step.value)).toEqual(numbersOf(new Inspection(scores, max_answer_len)));
  }
});

test("a short text is there at once, nothing is said later", () => {
  const { one, onReady } = reading();
  const subject = subjectOf(20);
  const inspection = one.inspect(subject)!;
  expect(numbersOf(inspection)).toEqual(numbersOf(new Inspection(subject.scores, 5)));
  expect(one.inspect({ ...subject, pieces: true })).toBe(inspection);
  vi.runAllTimers();
  expect(onReady).not.toHaveBeenCalled();
});

test("of a long one so much is counted in a task, and no more", () => {
  const { one, onReady } = reading();
  const subject = subjectOf(400);
  expect(one.inspect(subject)).toBeNull();
  let tasks = 1;
  while (vi.getTimerCount() > 0) {
    expect(one.inspect(subject)).toBeNull();
    vi.advanceTimersToNextTimer();
    tasks++;
  }
  expect(tasks).toBeGreaterThanOrEqual((3 * 400) / 128);
  expect(onReady).toHaveBeenCalledTimes(1);
  const inspection = one.inspect(subject)!;
  expect(numbersOf(inspection)).toEqual(numbersOf(new Inspection(subject.scores, 5)));
  expect(one.words(subject).length).toBe(subject.scores.passage.starts.length);
});

test("other scores, a closed panel or a page that is left end what is under way", () => {
  const { one, onReady, controller } = reading();
  const [first, second] = [subjectOf(400, 300), subjectOf(400)];
  expect(one.inspect(first)).toBeNull();
  expect(one.inspect(second)).toBeNull();
  vi.runAllTimers();
  expect(onReady).toHaveBeenCalledTimes(1);
  expect(one.inspect(second)!.scores).toBe(second.scores);
  for (const end of [() => one.stop(), () => controller.abort()]) {
    expect(one.inspect(first)).toBeNull();
    end();
    expect(vi.getTimerCount()).toBe(0);
    expect(one.inspect(second)).toBeNull();
    vi.runAllTimers();
  }
});

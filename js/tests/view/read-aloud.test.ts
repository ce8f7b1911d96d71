// @vitest-environment jsdom
import { describe, expect, it, vi } from "vitest";
import { find, mount, set } from "./mounted";
import { resultOf } from "./result-of";

describe("what is read aloud", () => {
  const passage = "Bert lives at 123 Sesame Street.";
  const live = () => find("[role=status]").textContent;

  it("is the final answer, after a moment of quiet, not each keystroke", () => {
    mount();
    const partial = { windows_done: 1, windows_total: 3 };
    set({ inputs: { passage, question: "Where?" }, result: resultOf(passage, ["Bert"], partial) });
    vi.runAllTimers();
    expect(live()).toBe("");
    set({ result: resultOf(passage, ["Bert"]) });
    set({ inputs: { question: "Where? " }, result: null });
    vi.runAllTimers();
    expect(live()).toBe("");
    set({ result: resultOf(passage, ["123 Sesame Street"]) });
    vi.runAllTimers();
    expect(live()).toContain("123 Sesame Street");
  });

  it("is also that reading waits for a word, which comes unasked", () => {
    mount();
    const timing = { tokens: 9, windows: 4, run_ms: 1, total_ms: 16_000 };
    const result = resultOf(passage, ["Bert"], { windows_done: 4, windows_total: 89, timing });
    set({ inputs: { passage, question: "Who?" }, status: "running", result });
    set({ status: "ready", held: true });
    vi.runAllTimers();
    expect(live()).toBe("Paused after 4 of 89 parts: the rest takes about 5 min 40 s.");
    set({ status: "running", held: false });
    expect(live()).toBe("");
  });
});

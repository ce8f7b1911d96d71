// @vitest-environment jsdom
import { afterEach, describe, expect, it, vi } from "vitest";
import { DEFAULT_INPUTS } from "../../src/component/inputs";
import { initialState } from "../../src/component/state";
import { HARDLY_READ } from "../../src/core/readable";
import type { Result } from "../../src/core/types";
import { BestCard } from "../../src/view/answers/card";
import { verdictOf } from "../../src/view/answers/verdict";
import { resultOf } from "./result-of";

const passage = "The pair share the basement apartment at 123 Sesame Street.";
const text = "123 Sesame Street";

afterEach(() => document.body.replaceChildren());

/** What the card says: how sure, the figure, what it is made of. */
function saidOf(more: Partial<Result>): (string | null)[] {
  const start = passage.indexOf(text);
  const answer = { text, start, end: start + text.length, score: 9, probability: 0.34 };
  const result = resultOf(passage, [text], { answers: [answer], ...more });
  const card = new BestCard(new AbortController().signal);
  const state = initialState({ ...DEFAULT_INPUTS, passage, question: "Where?" });
  card.draw(result, verdictOf(result), { ...state, result });
  return ["sure", "percent", "rest"].map(
    (name) => card.element.querySelector(`.qna-${name}`)!.textContent,
  );
}

describe("the word for how sure the model is", () => {
  it("and the figure beside it say the same; what that is made of stands below", () => {
    expect(saidOf({ overlapping_probability: 0.62 })).toEqual([
      "Not sure",
      "34%",
      "The rest: 62% for longer or shorter cuts of it, 1% for no answer, 3% for the rest of the text.",
    ]);
  });

  it("is no boast, and has no figure, where the model can hardly read the text", () => {
    for (const trouble of HARDLY_READ) {
      const said = saidOf({ overlapping_probability: 0.64, warnings: [trouble] });
      expect(said).toEqual(["May well be wrong", "", ""]);
    }
  });
});

describe("a page's translation", () => {
  it("takes our words, and leaves those of the text", () => {
    const card = new BestCard(new AbortController().signal);
    const state = initialState({ ...DEFAULT_INPUTS, passage, question: "Where?" });
    const translated = (result: Result) => {
      card.draw(result, verdictOf(result), { ...state, result });
      return card.element.querySelector<HTMLElement>(".qna-best-text")!.getAttribute("translate");
    };
    const found = resultOf(passage, [text]);
    expect(translated(found)).toBe("no");
    expect(translated({ ...found, no_answer: true })).toBeNull();
    expect(translated(found)).toBe("no");
  });
});

describe("what the same words are found at, too", () => {
  it("keeps its elements and the focus when it is drawn again", () => {
    const passage = "So be it. Be it so. So it is. So?";
    const one = resultOf(passage, ["So", "So", "So"]);
    const card = new BestCard(new AbortController().signal);
    document.body.append(card.element);
    const state = initialState({ ...DEFAULT_INPUTS, passage, question: "How?" });
    const draw = (result: Result) => card.draw(result, verdictOf(result), { ...state, result });
    const place = (rank: number) =>
      card.element.querySelector<HTMLElement>(`p [data-rank="${rank}"]`);
    draw(one);
    const [focused, quoted] = [place(3)!, card.element.querySelector("mark")!];
    focused.focus();
    for (const again of [one, { ...one, windows_total: 2 }]) {
      draw(again);
      expect(document.activeElement).toBe(focused);
      expect(card.element.contains(quoted)).toBe(true);
    }
    draw(resultOf(passage, ["So", "be it", "So"]));
    expect(place(2)).toBeNull();
    expect(document.activeElement).toBe(place(3));
    draw(resultOf(passage, ["So"]));
    expect(document.activeElement).toBe(card.show);
  });
});

describe("Copy", () => {
  it("says aloud that it did, and not its own name two seconds later", async () => {
    vi.useFakeTimers();
    vi.stubGlobal("navigator", { clipboard: { writeText: async () => {} } });
    const card = new BestCard(new AbortController().signal);
    document.body.append(card.element);
    const state = initialState({ ...DEFAULT_INPUTS, passage, question: "Where?" });
    const result = resultOf(passage, [text]);
    card.draw(result, verdictOf(result), { ...state, result });
    const copy = card.element.querySelector<HTMLElement>(".qna-copy")!;
    const heard: string[] = [];
    for (const region of card.element.querySelectorAll("[aria-live], [role=status]")) {
      const take = () => region.textContent === "" || heard.push(region.textContent!);
      new MutationObserver(take).observe(region, { childList: true, subtree: true });
    }
    copy.click();
    await vi.advanceTimersByTimeAsync(100);
    expect(copy.textContent).toBe("Copied");
    await vi.advanceTimersByTimeAsync(5000);
    expect(copy.textContent).toBe("Copy");
    expect(heard).toEqual(["Copied"]);
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
});

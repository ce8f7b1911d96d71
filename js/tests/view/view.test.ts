// @vitest-environment jsdom
import { describe, expect, it, vi } from "vitest";
import { actions, controller, find, listeners, mount, renew, set } from "./mounted";
import { resultOf } from "./result-of";

const HOSTILE = [
  '<img src=x onerror="globalThis.broken = true">',
  "</textarea></script><script>globalThis.broken = true</script>",
  "\u202Eright to left\u202C \u2066isolate",
  "&lt;b&gt; &amp; {{x}}",
];

const passageArea = () => find<HTMLTextAreaElement>(".qna-text");
const toned = (tone: string) =>
  [...document.querySelectorAll(`.qna-mark[data-tone="${tone}"]`)].map(
    (mark) => mark.lastChild!.textContent,
  );
const questionArea = () => find<HTMLTextAreaElement>(".qna-question");

describe("hostile text", () => {
  it("stays text wherever it is shown", () => {
    mount();
    for (const text of HOSTILE) {
      const passage = `before ${text} after`;
      set({
        inputs: { passage, question: text },
        status: "error",
        error: text,
        notice: text,
        note: text,
        examples: [text],
        result: resultOf(passage, [text], { warnings: [text], model: text, backend: text }),
      });
      vi.runAllTimers();
      expect(document.querySelectorAll("img, script")).toHaveLength(0);
      expect(find(".qna-best-text").textContent).toBe(text);
      expect(find(".qna-quoted").textContent).toBe(text);
      expect(find(".qna-mark").lastChild!.textContent).toBe(text);
      expect(find("[role=alert]").textContent).toContain(text);
      expect(find(".qna-offer span").textContent).toBe(text);
      expect(find(".qna-example").textContent).toBe(text);
      const details = [...document.querySelectorAll(".qna-details bdi")];
      expect(details.filter((value) => value.textContent === text)).toHaveLength(3);
      expect(find(".qna-warnings li").textContent).toBe(text);
      expect(find("[role=status]").textContent).toContain(text);
      expect(passageArea().value).toBe(passage);
      expect(questionArea().value).toBe(text);
    }
    expect("broken" in globalThis).toBe(false);
  });
});

describe("what a model has to say of itself", () => {
  it("stands in the settings alone", () => {
    mount();
    set({ note: "The bundled model answers, because fetching takes pip install 'x'." });
    const leaves = [...document.querySelectorAll(".qna-panel *")].filter(
      (element) => element.childElementCount === 0 && element.textContent?.includes("pip"),
    );
    expect(leaves).toHaveLength(1);
    expect(leaves[0]!.closest(".qna-settings")).not.toBeNull();
  });
});

describe("less likely answers", () => {
  it("are not marked until the reader opens their list or points at one", () => {
    mount();
    const passage = "one two three";
    const shares = [0.6, 0.3, 0.001];
    const made = resultOf(passage, ["one", "two", "three"]);
    const answers = made.answers.map((one, i) => ({ ...one, probability: shares[i]! }));
    set({ inputs: { passage, question: "?" }, result: { ...made, answers } });
    const quiet = () => toned("folded");
    const fold = find<HTMLDetailsElement>(".qna-less");
    const row = fold.querySelector("[data-rank='3']")!;
    expect(quiet()).toEqual(["three"]);
    row.dispatchEvent(new Event("focusin", { bubbles: true }));
    expect(quiet()).toEqual([]);
    row.dispatchEvent(new Event("focusout", { bubbles: true }));
    expect(quiet()).toEqual(["three"]);
    fold.open = true;
    fold.dispatchEvent(new Event("toggle"));
    expect(quiet()).toEqual([]);
  });

  it("where the text does not say, what came nearest is underlined only", () => {
    mount();
    const made = resultOf("one two", ["one", "two"], { no_answer: true, null_probability: 0.9 });
    const none = { text: "", start: 0, end: 0, score: 9, probability: 0.9 };
    const result = { ...made, answers: [none, ...made.answers] };
    set({ inputs: { passage: "one two", question: "?" }, result });
    expect([toned("near"), toned("folded")]).toEqual([["one"], ["two"]]);
    set({ result: resultOf("one two", ["one", "two"]) });
    expect(toned("near")).toEqual([]);
  });
});

describe("the threshold's slider", () => {
  it("says how the answer leads until there is nothing asked any more", () => {
    mount();
    const hint = () => find(".qna-settings").textContent;
    const inputs = { passage: "a b", question: "?" };
    set({ inputs, result: resultOf("a b", ["a"], { null_margin: -4.5 }) });
    expect(hint()).toContain("Here the best answer leads by 4.5");
    set({ inputs: { ...inputs, question: "??" }, result: null });
    expect(hint()).toContain("Here the best answer leads by 4.5");
    set({ inputs: { ...inputs, question: "" }, result: null });
    expect(hint()).not.toContain("leads");
  });

  it("reaches what would turn the answer round", () => {
    mount();
    const slider = find<HTMLInputElement>("input[type=range]");
    const inputs = { passage: "a b", question: "?" };
    set({ inputs, result: resultOf("a b", ["a"], { null_margin: 13.6 }) });
    expect([slider.min, slider.max]).toEqual(["-14", "14"]);
    set({ result: null });
    expect(slider.max).toBe("14");
    set({ result: resultOf("a b", ["a"], { null_margin: 1 }) });
    expect(slider.max).toBe("12");
    set({ result: resultOf("a b", ["a"], { null_margin: 1000 }) });
    expect(slider.max).toBe("100");
  });
});

describe("a question that is offered", () => {
  it("is asked, or meant once more where it stands already", () => {
    mount();
    set({ inputs: { passage: "a b", question: "" }, examples: ["Who?"] });
    const chip = find(".qna-example");
    chip.click();
    expect(actions.setQuestion.mock.calls).toEqual([["Who?"]]);
    expect(actions.confirm).not.toHaveBeenCalled();
    chip.click();
    expect(actions.setQuestion).toHaveBeenCalledTimes(1);
    expect(actions.confirm).toHaveBeenCalledTimes(1);
  });
});

describe("Escape", () => {
  it("ends what is under way, and is the page's own where nothing can be ended", () => {
    mount();
    const heard = vi.fn();
    document.body.addEventListener("keydown", heard, { signal: controller.signal });
    const press = () =>
      questionArea().dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    set({ status: "loading" });
    press();
    expect(actions.cancel).toHaveBeenCalledTimes(1);
    expect(heard).not.toHaveBeenCalled();
    actions.cancel.mockReturnValue(false); // Python fetches a model
    press();
    expect(heard).toHaveBeenCalledTimes(1);
  });
});

describe("texts", () => {
  it("shows a passage without changing it, and changes only what is edited", () => {
    mount();
    const passage = "one\r\ntwo\rthree\r\n";
    set({ inputs: { passage } });
    expect(actions.setPassage).not.toHaveBeenCalled();
    expect(passageArea().value).toBe("one\ntwo\nthree\n");
    passageArea().value = "one\ntwo!\nthree\n";
    passageArea().dispatchEvent(new Event("input"));
    expect(actions.setPassage.mock.calls).toEqual([["one\r\ntwo!\rthree\r\n"]]);
  });

  it("does not touch the textarea when its own edit comes back", () => {
    mount();
    const write = vi.spyOn(passageArea(), "value", "set");
    set({ inputs: { passage: "a" } });
    expect(write).toHaveBeenCalledTimes(1);
    set({ inputs: { passage: "a" } });
    expect(write).toHaveBeenCalledTimes(1);
  });

  it("asks nothing in the middle of a composition", () => {
    mount();
    const area = questionArea();
    const type = (text: string) => {
      area.value = text;
      area.dispatchEvent(new Event("input"));
    };
    area.dispatchEvent(new Event("compositionstart"));
    type("に");
    type("にほ");
    expect(actions.setQuestion).not.toHaveBeenCalled();
    type("日本");
    area.dispatchEvent(new Event("compositionend"));
    expect(actions.setQuestion.mock.calls).toEqual([["日本"]]);
  });

  it("keeps a composition when another text arrives, and shows that text when nothing came of it", () => {
    mount();
    const area = questionArea();
    area.dispatchEvent(new Event("compositionstart"));
    set({ inputs: { question: "from Python" } });
    expect(area.value).toBe("");
    area.dispatchEvent(new Event("compositionend"));
    expect(area.value).toBe("from Python");
    expect(actions.setQuestion).not.toHaveBeenCalled();
  });
});

describe("lifetime", () => {
  it("leaves nothing behind, twice", () => {
    for (let round = 0; round < 2; round++) {
      const host = document.createElement("div");
      document.body.append(host);
      const root = round === 0 ? host : host.attachShadow({ mode: "open" });
      mount(root);
      expect(root.querySelector(".qna-root")).not.toBeNull();
      set({ inputs: { passage: "a", question: "b" }, result: resultOf("a", ["a"]) });
      controller.abort();
      expect(root.childNodes).toHaveLength(0);
      expect(listeners.size).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
      host.remove();
      renew();
    }
  });

  it("built anew, has open what was open", () => {
    mount();
    const settings = () => find<HTMLDetailsElement>(".qna-settings");
    const toggle = (open: boolean) => {
      settings().open = open;
      settings().dispatchEvent(new Event("toggle"));
    };
    expect(settings().open).toBe(false);
    toggle(true);
    for (const open of [true, false]) {
      controller.abort();
      renew();
      mount();
      expect(settings().open).toBe(open);
      toggle(false);
    }
    expect(find<HTMLDetailsElement>(".qna-history").open).toBe(false);
  });

  it("mounts nothing for a signal that has aborted", () => {
    controller.abort();
    mount();
    expect(document.body.childNodes).toHaveLength(0);
  });
});

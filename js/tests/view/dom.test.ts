// @vitest-environment jsdom
import { afterEach, expect, test, vi } from "vitest";
import { DEFAULT_INPUTS } from "../../src/component/inputs";
import { type Actions, initialState } from "../../src/component/state";
import { button, setDisabled } from "../../src/view/dom";
import { Settings } from "../../src/view/settings";

const { signal } = new AbortController();

afterEach(() => document.body.replaceChildren());

test("a disabled button keeps the focus that it has, takes no other, and does nothing", () => {
  const onClick = vi.fn();
  const made = button("Press", "qna-button", onClick, signal);
  document.body.append(made);
  made.focus();
  setDisabled(made, true);
  expect(document.activeElement).toBe(made);
  expect([made.disabled, made.ariaDisabled, made.tabIndex]).toEqual([false, "true", -1]);
  made.click();
  expect(onClick).not.toHaveBeenCalled();
  setDisabled(made, false);
  expect([made.ariaDisabled, made.tabIndex]).toEqual([null, 0]);
  made.click();
  expect(onClick).toHaveBeenCalledTimes(1);
});

test("Reset is disabled by its own effect, in this way", () => {
  const setOptions = vi.fn(() => settings.draw(initialState(DEFAULT_INPUTS)));
  const settings = new Settings({ setOptions } as unknown as Actions, signal);
  settings.draw(initialState({ ...DEFAULT_INPUTS, top_k: 1 }));
  const reset = settings.element.querySelector<HTMLElement>(".qna-fields > button")!;
  for (let press = 0; press < 2; press++) {
    reset.click();
    expect(reset.ariaDisabled).toBe("true");
    expect(reset.hasAttribute("disabled")).toBe(false);
  }
  expect(setOptions).toHaveBeenCalledTimes(1);
});

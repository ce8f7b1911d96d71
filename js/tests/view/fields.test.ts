// @vitest-environment jsdom
import { afterEach, expect, test } from "vitest";
import { NumberField } from "../../src/view/fields";

afterEach(() => document.body.replaceChildren());

test("what was said of a number that is not allowed goes with it", () => {
  const chosen: number[] = [];
  const field = new NumberField(
    "Answers",
    "answers",
    { minimum: 1, maximum: 100 },
    (value) => chosen.push(value),
    new AbortController().signal,
  );
  document.body.append(field.element);
  const input = field.element.querySelector("input")!;
  const hint = () => field.element.querySelector(".qna-hint")!.textContent;
  field.draw(5);
  input.focus();
  input.value = "500";
  input.dispatchEvent(new Event("input"));
  input.blur();
  field.draw(100);
  expect(chosen).toEqual([100]);
  expect(hint()).toBe("500 is not allowed; 100 is taken (1 to 100 answers).");
  field.draw(5); // reset, brought back from the history, set by Python
  expect([input.value, hint()]).toEqual(["5", "1 to 100 answers"]);
});

// The question's field. Typing asks; Enter says that the question is meant.
import type { Actions } from "../component/state";
import { CONTROL, el, isComposing, uniqueId } from "./dom";
import { TextField } from "./passage/text-field";

export class QuestionField {
  /** The label, and the field itself. */
  readonly elements: readonly [HTMLElement, HTMLTextAreaElement];
  readonly #field: TextField;

  constructor(actions: Actions, signal: AbortSignal) {
    const id = uniqueId("question");
    const area = el("textarea", {
      ...CONTROL,
      id,
      class: "qna-question",
      translate: "no",
      rows: 1,
      dir: "auto",
      placeholder: "What would you like to know?",
      autocomplete: "off",
      enterkeyhint: "done",
    });
    this.elements = [el("label", { class: "qna-label", for: id }, "Question"), area];
    this.#field = new TextField(
      area,
      { onShown: () => {}, onEdit: (text) => actions.setQuestion(text) },
      signal,
    );
    // A question is one line of thought: it holds no line breaks.
    area.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Enter" || isComposing(event)) return;
        event.preventDefault();
        actions.confirm();
      },
      { signal },
    );
  }

  show(question: string): void {
    this.#field.show(question);
  }

  focus(): void {
    this.elements[1].focus();
  }
}

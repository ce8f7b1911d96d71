// Draws a component's state and hands the reader's doings to its actions. Data flows one way:
// state -> view -> actions -> state.
import type { History } from "../component/history";
import { type Actions, type ComponentState, isPartial, isStopped } from "../component/state";
import type { Answer, Result } from "../core/types";
import { Answers } from "./answers/answers";
import { keepOpen } from "./disclosures";
import { el, isComposing } from "./dom";
import { Examples } from "./examples";
import { spansOf } from "./format";
import { HistoryPanel } from "./history";
import { Inspector } from "./inspector/panel";
import { PassagePane } from "./passage/passage";
import { QuestionField } from "./question";
import { isFirstLoad } from "./sentences";
import { Settings } from "./settings";
import { StatusArea } from "./status";
import { styles } from "./styles";

/** Where a view finds the state to draw; a component is one. */
export interface StateSource {
  readonly state: ComponentState;
  readonly history: History;
  /** Calls back after each change of `state`, until the signal aborts. */
  subscribe(listener: (state: ComponentState) => void, signal: AbortSignal): void;
}

/**
 * Draws `source` into `root` until `signal` aborts; then nothing of it is left behind.
 * `root` may be an element or a shadow root, and may hold other things.
 */
export function mountView(
  root: HTMLElement | ShadowRoot,
  source: StateSource,
  actions: Actions,
  signal: AbortSignal,
): void {
  if (signal.aborted) return;
  const question = new QuestionField(actions, signal);
  const hover = (rank: number | null) => {
    passage.emphasise("hot", rank);
    answers.emphasise(rank);
    inspector.hover(rank);
  };
  const passage = new PassagePane(
    { onEdit: (text) => actions.setPassage(text), onHover: hover },
    signal,
  );
  const examples = new Examples(actions, signal);
  const status = new StatusArea(actions, signal);
  const answers = new Answers(
    {
      onHover: hover,
      onChoose: (rank) => {
        passage.emphasise("active", rank);
        if (rank !== null) passage.scrollTo(rank);
        inspector.draw(source.state, rank);
      },
      onFold: () => passage.setTones(answers.tones),
    },
    status.report,
    signal,
  );
  const inspector = new Inspector(actions, { onPlace: (place) => passage.light(place) }, signal);
  const settings = new Settings(actions, signal);
  const past = new HistoryPanel(source.history, actions, () => question.focus(), signal);

  const view = el(
    "div",
    { class: "qna-root" },
    el("style", {}, styles),
    el(
      "div",
      { class: "qna-panel" },
      el("div", { class: "qna-ask" }, ...question.elements, examples.element),
      status.element,
      settings.model.wait,
      el("div", { class: "qna-columns" }, answers.element, passage.element),
      inspector.element,
      settings.element,
      past.element,
    ),
  );

  const draw = (state: ComponentState) => {
    const { inputs, result } = state;
    question.show(inputs.question);
    examples.draw(state);
    const final = result !== null && !isPartial(result);
    passage.draw(inputs.passage, result && shownSpans(result), final);
    answers.draw(state, hintFor(state));
    passage.setTones(answers.tones);
    passage.emphasise("active", answers.chosen);
    inspector.draw(state, answers.chosen);
    status.draw(state);
    settings.draw(state);
    past.draw(state);
  };

  const onEscape = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || isComposing(event)) return;
    // A dialog around the component would close.
    if (letGo(source.state, actions, answers)) event.stopPropagation();
  };
  view.addEventListener("keydown", onEscape, { signal });

  // JupyterLab, listening on the field itself, would take undo and line breaks for its cells.
  view.addEventListener("beforeinput", (event) => event.stopPropagation(), {
    capture: true,
    signal,
  });
  keepOpen(view, source.history, signal);
  root.append(view);
  signal.addEventListener("abort", () => view.remove(), { once: true });
  source.subscribe(draw, signal);
  draw(source.state);
}

/** While nothing is found yet, what came nearest so far is not worth a mark. */
function shownSpans(result: Result): Answer[] {
  return result.no_answer && isPartial(result) ? [] : spansOf(result);
}

/** Ends what is under way, else the choice of an answer; gives whether there was either. */
function letGo({ status }: ComponentState, actions: Actions, answers: Answers): boolean {
  const busy = status === "loading" || status === "running";
  if (busy && actions.cancel()) return true;
  if (answers.chosen === null) return false;
  answers.choose(null);
  return true;
}

/** Why there are no answers to show, in words; null when there are, or when they are on their way. */
function hintFor(state: ComponentState): string | null {
  const { passage, question } = state.inputs;
  if (state.result !== null) return null;
  if (state.alone) return ""; // the status says what to do
  if (passage.trim() === "") return "Put in a text, then ask about it.";
  if (question.trim() === "") return "Ask a question about the text.";
  if (state.error !== "") return "No answer: see the message above.";
  if (isFirstLoad(state.progress)) {
    return "The model is loaded for the first time. It is kept in this browser afterwards.";
  }
  return isStopped(state) ? "Stopped." : null;
}

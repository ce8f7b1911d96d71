// The bar in a shadow root of its own: the question, which of the found places is shown, one line.
import { button, el, isComposing, setAttribute, setDisabled, setText } from "../../view/dom";
import looks from "./bar.css";

export interface BarActions {
  /** The reader is about to ask. */
  focus(): void;
  ask(question: string): void;
  /** Enter and F3: the next place, -1 the one before. */
  step(by: 1 | -1): void;
  /** What the line's button does, e.g. trying again. */
  act(): void;
  close(): void;
}

/** What the bar shows. */
export interface BarState {
  /** "2 of 4", "" while there is no place. */
  readonly count: string;
  /** Whether there is a place to go to. */
  readonly steps: boolean;
  readonly line: string;
  readonly alert: boolean;
  /** 0…1; null: nothing is waited for, or nobody knows how long. */
  readonly progress: number | null;
  /** A button beside the line; "" for none. */
  readonly action: string;
  /** Read aloud when it changes. */
  readonly said: string;
}

/** Quiet time before anything is read aloud, so that typing is not talked over. Milliseconds. */
const SAY_AFTER = 700;

export class Bar {
  private readonly input: HTMLInputElement;
  private readonly count = el("span", { class: "count" });
  private readonly back: HTMLButtonElement;
  private readonly forth: HTMLButtonElement;
  private readonly line = el("p", { class: "line" });
  private readonly action: HTMLButtonElement;
  private readonly below: HTMLElement;
  private readonly fill = el("div", { class: "fill" });
  private readonly progress = el(
    "div",
    {
      class: "progress",
      role: "progressbar",
      "aria-label": "Progress",
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      hidden: true,
    },
    this.fill,
  );
  private readonly said = el("div", { class: "said", role: "status", "aria-live": "polite" });
  private readonly box: HTMLElement;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private saying = "";

  constructor(
    root: ShadowRoot,
    private readonly actions: BarActions,
    signal: AbortSignal,
    { label = "Ask about this page", question = "", float = false } = {},
  ) {
    this.input = el("input", {
      type: "text",
      dir: "auto",
      autocomplete: "off",
      autocapitalize: "off",
      enterkeyhint: "search",
      placeholder: label,
      "aria-label": label,
      value: question,
    });
    this.back = this.button("Previous answer", "↑", () => actions.step(-1), signal);
    this.forth = this.button("Next answer", "↓", () => actions.step(1), signal);
    this.action = button("", "word", () => actions.act(), signal);
    const close = this.button("Close", "×", () => actions.close(), signal);
    this.below = el("div", { class: "below", hidden: true }, this.line, this.action);
    this.box = el(
      "div",
      { class: float ? "bar float" : "bar", role: "search", "aria-label": label },
      el("div", { class: "row" }, this.input, this.count, this.back, this.forth, close),
      this.progress,
      this.below,
      this.said,
    );
    this.listen(signal);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(looks);
    root.adoptedStyleSheets = [sheet];
    root.replaceChildren(this.box);
    signal.addEventListener("abort", () => clearTimeout(this.timer));
  }

  get question(): string {
    return this.input.value;
  }

  get focused(): boolean {
    return this.input.matches(":focus");
  }

  focus(): void {
    this.input.focus({ preventScroll: true });
    this.input.select();
  }

  blur(): void {
    this.input.blur();
  }

  draw({ count, steps, line, alert, progress, action, said }: BarState): void {
    setText(this.count, count);
    for (const arrow of [this.back, this.forth]) setDisabled(arrow, !steps);
    setText(this.line, line);
    setAttribute(this.line, "role", alert ? "alert" : null);
    // A button that goes hands its focus back.
    if (action === "" && this.action.matches(":focus")) this.focus();
    this.action.hidden = action === "";
    setText(this.action, action);
    this.below.hidden = line === "" && action === "";
    this.progress.hidden = progress === null;
    const percent = Math.round(100 * (progress ?? 0));
    setAttribute(this.progress, "aria-valuenow", percent);
    this.fill.style.inlineSize = `${percent}%`;
    this.say(said);
  }

  private listen(signal: AbortSignal): void {
    const { input, box, actions } = this;
    input.addEventListener("focus", () => actions.focus(), { signal });
    input.addEventListener("input", () => actions.ask(input.value), { signal });
    box.addEventListener("keydown", (event) => this.key(event), { signal });
    // The page's own keys are not meant while somebody types here.
    for (const kind of ["keydown", "keypress", "keyup"] as const) {
      box.addEventListener(kind, (event) => event.stopPropagation(), { signal });
    }
  }

  private key(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    const step = stepOf(event);
    if (event.key === "Escape") this.actions.close();
    else if (step !== null) this.actions.step(step);
    else if (event.key === "Enter" && event.target === this.input) {
      this.actions.step(event.shiftKey ? -1 : 1);
    } else return;
    event.preventDefault();
  }

  private button(label: string, sign: string, onClick: () => void, signal: AbortSignal) {
    const made = button(sign, "", onClick, signal);
    made.title = label;
    setAttribute(made, "aria-label", label);
    return made;
  }

  private say(words: string): void {
    if (words === this.saying) return;
    this.saying = words;
    clearTimeout(this.timer);
    // Emptied first, so that the same words for another question are read again.
    setText(this.said, "");
    this.timer = setTimeout(() => setText(this.said, words), SAY_AFTER);
  }
}

/** What a browser's own find does on F3 and Ctrl+G, Cmd+G: 1 forth, -1 back; null for other keys. */
export function stepOf({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): 1 | -1 | null {
  const again = (ctrlKey || metaKey) && !altKey && key.toLowerCase() === "g";
  if (key !== "F3" && !again) return null;
  return shiftKey ? -1 : 1;
}

// A textarea that never alters a text by showing it, and is quiet while an input method composes.
import { shownText, spliceEdit } from "./newlines";

export interface TextFieldEvents {
  /** The text on the screen changed, by the reader or by `show`. */
  onShown(shown: string): void;
  /** The reader changed the text; not called in the middle of a composition. */
  onEdit(given: string): void;
}

export class TextField {
  #given = "";
  #shown = "";
  /** The text before the composition under way; null outside one. */
  #beforeComposition: string | null = null;
  /** What `show` was asked for during a composition. */
  #postponed: string | null = null;

  constructor(
    readonly area: HTMLTextAreaElement,
    private readonly events: TextFieldEvents,
    signal: AbortSignal,
  ) {
    area.addEventListener("input", () => this.#read(), { signal });
    area.addEventListener("compositionstart", () => this.#startComposition(), { signal });
    area.addEventListener("compositionend", () => this.#endComposition(), { signal });
  }

  /** The text as given, with the reader's edits. */
  get given(): string {
    return this.#given;
  }

  /** Shows a text from outside; when it stands there already, caret and undo history stay. */
  show(given: string): void {
    if (this.#beforeComposition !== null) {
      this.#postponed = given;
      return;
    }
    if (given === this.#given) return;
    this.#given = given;
    this.#shown = shownText(given);
    if (this.area.value !== this.#shown) this.area.value = this.#shown;
    this.events.onShown(this.#shown);
  }

  #read(): void {
    const value = this.area.value;
    if (value === this.#shown) return;
    this.#given = spliceEdit(this.#given, this.#shown, value);
    this.#shown = value;
    this.events.onShown(value);
    if (this.#beforeComposition === null) this.events.onEdit(this.#given);
  }

  #startComposition(): void {
    this.#beforeComposition = this.#given;
    this.#postponed = null;
  }

  #endComposition(): void {
    const before = this.#beforeComposition;
    const postponed = this.#postponed;
    this.#read();
    this.#beforeComposition = null;
    this.#postponed = null;
    if (this.#given !== before) this.events.onEdit(this.#given);
    else if (postponed !== null) this.show(postponed);
  }
}

// A text file dropped on the passage becomes the passage.
import { el, setAttribute, setText } from "../dom";
import { textOfFile } from "./file-text";

export class FileDrop {
  /** Why the last file was not taken. */
  readonly note = el("p", { class: "qna-note", role: "status" });
  /** The file that was dropped last: a larger one before it may still be on its way. */
  #newest: File | null = null;

  /**
   * @param onto where a file may be dropped
   * @param onText the text of the file that was
   */
  constructor(
    private readonly onto: HTMLElement,
    private readonly onText: (text: string) => void,
    private readonly signal: AbortSignal,
  ) {
    for (const name of ["dragenter", "dragover", "dragleave", "drop"] as const) {
      onto.addEventListener(name, (event) => this.#on(event), { signal });
    }
  }

  #on(event: DragEvent): void {
    if (event.dataTransfer === null || !event.dataTransfer.types.includes("Files")) return;
    // A browser would open the file in place of the page, and a host may have other plans.
    event.preventDefault();
    event.stopPropagation();
    const inside = event.relatedTarget instanceof Node && this.onto.contains(event.relatedTarget);
    const over = event.type !== "drop" && (event.type !== "dragleave" || inside);
    setAttribute(this.onto, "data-drop", over);
    const [file] = event.dataTransfer.files;
    if (event.type === "drop" && file !== undefined) void this.#read(file);
  }

  async #read(file: File): Promise<void> {
    setText(this.note, "");
    this.#newest = file;
    const bytes = await file.arrayBuffer().catch(() => null);
    if (this.signal.aborted || file !== this.#newest) return;
    const found =
      bytes === null
        ? { refusal: `“${file.name}” cannot be read.` }
        : textOfFile(file.name, new Uint8Array(bytes));
    if ("text" in found) this.onText(found.text);
    else setText(this.note, found.refusal);
  }

  /** Another text stands there: what was said of a file is over, and one on its way comes too late. */
  clear(): void {
    this.#newest = null;
    setText(this.note, "");
  }
}

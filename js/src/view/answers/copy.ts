// A button that puts a text on the clipboard, and says that it did.
import { button, el, setText } from "../dom";

/** Milliseconds for which the button says so. */
const SAID_MS = 2000;

/**
 * The button, and where it is read out what came of it.
 * @param text what to copy, asked for at each click
 */
export function copyButton(text: () => string | null, signal: AbortSignal) {
  let timer = 0;
  const copy = button("Copy", "qna-button qna-copy", () => void press(), signal);
  // Its own words would be read out once more when it takes its name again.
  const said = el("span", { class: "qna-hidden", role: "status" });
  const press = async (): Promise<void> => {
    const done = await toClipboard(text() ?? "", copy);
    if (signal.aborted) return;
    const words = done ? "Copied" : "Not copied";
    setText(copy, words);
    setText(said, words);
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      setText(copy, "Copy");
      setText(said, "");
    }, SAID_MS);
  };
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  return { copy, said };
}

/** Whether it worked. Pages on plain http have no clipboard of their own, frames may be denied it. */
async function toClipboard(text: string, beside: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return bySelection(text, beside);
  }
}

function bySelection(text: string, beside: HTMLElement): boolean {
  const area = document.createElement("textarea");
  area.className = "qna-hidden";
  area.value = text;
  beside.after(area);
  area.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
    beside.focus({ preventScroll: true });
  }
}

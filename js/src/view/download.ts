// A file made on the page, for the reader to keep.
import { el } from "./dom";

/** Milliseconds after which the browser has surely taken the file over. */
const TAKEN_MS = 60_000;

/** @param type MIME type; the text is written as UTF-8 */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  // Outside the page, so that no host takes the click for its own.
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), TAKEN_MS);
}

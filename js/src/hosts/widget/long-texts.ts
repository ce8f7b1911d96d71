// Texts that no message to the kernel can hold. Jupyter's server drops the connection at such a
// message, and ipywidgets, which waits for the kernel's word on it, then holds back all later ones.
import * as contract from "../../core/contract";

type TextName = "passage" | "question";

/** Whether an input is a text that cannot be sent to the kernel. */
export function isTooLong(name: string, value: unknown): boolean {
  if (name !== "passage" && name !== "question") return false;
  return jsonBytes(value as string, contract.comm[name]) > contract.comm[name];
}

/** For the reader, why Python does not have these texts. */
export function tooLongForPage(names: readonly string[]): string {
  return names
    .map(
      (name) =>
        `The ${name} is too long for the kernel (${limit(name)}): it is answered here only.`,
    )
    .join(" ");
}

/** For Python, why it has no answers. */
export function tooLongForPython(names: readonly string[]): string {
  return names
    .map(
      (name) =>
        `The page shows a ${name} that is too long for the kernel (${limit(name)}): it is ` +
        `answered in the page only. Set w.${name} to ask from Python.`,
    )
    .join(" ");
}

function limit(name: string): string {
  const bytes = contract.comm[name as TextName];
  return `at most ${bytes >= 1e6 ? `${bytes / 1e6} MB` : `${bytes / 1e3} kB`}`;
}

/** Bytes of `text` as JSON in UTF-8, counted until they exceed `most`. */
export function jsonBytes(text: string, most: number): number {
  // Six bytes are the most that one unit takes.
  if (6 * text.length <= most) return 6 * text.length;
  let bytes = 0;
  for (let i = 0; i < text.length && bytes <= most; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20) bytes += "\b\t\n\f\r".includes(text[i]!) ? 2 : 6;
    else if (code === 0x22 || code === 0x5c) bytes += 2;
    else if (code < 0x80) bytes += 1;
    // Half of a pair, which takes four.
    else if (code < 0x800 || (code >= 0xd800 && code < 0xe000)) bytes += 2;
    else bytes += 3;
  }
  return bytes;
}

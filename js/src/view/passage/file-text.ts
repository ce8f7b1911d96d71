// The text of a file that a reader drops on the passage, or why it is not read here. Pure.

/** As many bytes as qna_widget.documents reads. */
const MAX_BYTES = 50_000_000;

const PYTHON = "Python can read it (qna_widget.documents); here, text and Markdown files are read.";

export type FileText = { readonly text: string } | { readonly refusal: string };

/** Lines end in LF, as `read_document` gives them. */
export function textOfFile(name: string, bytes: Uint8Array<ArrayBuffer>): FileText {
  if (bytes.length > MAX_BYTES) {
    const size = (bytes.length / 1e6).toFixed(0);
    return { refusal: `“${name}” has ${size} MB; at most 50 MB are read. Use a part of it.` };
  }
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 1024));
  if (start.includes("%PDF-")) return { refusal: `“${name}” is a PDF. ${PYTHON}` };
  if (/\.html?$/iu.test(name) || /^\s*<(?:!doctype\s+html|html)\b/iu.test(start)) {
    return { refusal: `“${name}” is a web page. ${PYTHON}` };
  }
  const text = decoded(bytes);
  if (text === null) return { refusal: `“${name}” is not a text file. Drop one, or paste a text.` };
  if (text.trim() === "") return { refusal: `“${name}” holds no text.` };
  return { text: text.replace(/\r\n?/gu, "\n").replace(/^\n+|\n+$/gu, "") };
}

/** UTF-8, or UTF-16 that says so; null for anything else. */
function decoded(bytes: Uint8Array<ArrayBuffer>): string | null {
  const [first, second] = bytes;
  const wide =
    first === 0xff && second === 0xfe
      ? "utf-16le"
      : first === 0xfe && second === 0xff
        ? "utf-16be"
        : null;
  try {
    const text = new TextDecoder(wide ?? "utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}

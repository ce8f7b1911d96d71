// A passage's lines and columns as signs that a model can read. Python's twin:
// qna_widget/core/layout.py.
//
// BERT's tokenizer takes all white space alike: of a menu, a timetable, a chat, nothing is left of
// what stands on which line. For a model that was trained so (`layout_signs` in model.json) white
// space that lays a text out becomes signs of BERT's vocabulary, one for one, so that offsets stay:
// a line break is LINE, and one that makes an empty line another; within a line a tab or several
// spaces are one COLUMN.

export const LINE = "¶";
export const COLUMN = "|";
/** Line breaks of a run of white space that are shown. */
const MOST = 2;
const RUN =
  /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]{2,}|[\t-\r\x85\u2028\u2029]/g;
const BREAK = /\r\n|[\n-\r\x85\u2028\u2029]/g;

/** The text, as long as it was, with signs where white space lays it out. */
export function inSigns(text: string): string {
  return text.replace(RUN, (run, start: number) => {
    const breaks = Array.from(run.matchAll(BREAK), ({ index }) => index);
    if (breaks.length === 0) {
      // A table's own bars need no more of them.
      const beside = text.charAt(start - 1) + text.charAt(start + run.length);
      return beside.includes(COLUMN) ? run : COLUMN + run.slice(1);
    }
    const signs = run.split("");
    for (const at of breaks.slice(0, MOST)) signs[at] = LINE;
    return signs.join("");
  });
}

/** A token's text as the model reads it: white space, which nobody sees, as its sign. */
export function asSign(text: string): string {
  if (/[^\s\x85]/.test(text)) return text;
  return text.search(BREAK) < 0 ? COLUMN : LINE;
}

// Parts of texts, cut where a reader would cut them. Pure; lengths are UTF-16 units.

/** Words around an answer: shown text before and after it, cut between words. */
export function context(
  passage: string,
  start: number,
  end: number,
  units = 48,
): { readonly before: string; readonly after: string } {
  const from = Math.max(0, start - units);
  const to = Math.min(passage.length, end + units);
  let before = passage.slice(from, start);
  let after = passage.slice(end, to);
  if (from > 0) before = `…${whole(before.replace(/^\S*\s+/, ""))}`;
  if (to < passage.length) after = `${whole(after.replace(/\s+\S*$/, ""))}…`;
  return { before: oneLine(before), after: oneLine(after) };
}

/** On one line, and not much longer than `most`: its two ends. */
export function brief(text: string, most = 60): string {
  const line = oneLine(text);
  if (line.length <= most) return line;
  const half = Math.floor((most - 3) / 2);
  return `${whole(line.slice(0, half)).trimEnd()} … ${whole(line.slice(-half)).trimStart()}`;
}

/** How a text begins, on one line. */
export function opening(text: string, most = 48): string {
  // A book is not searched for white space.
  const words = text.trim();
  const line = oneLine(words.slice(0, 4 * most));
  const all = line.length <= most && words.length <= 4 * most;
  return all ? line : `${whole(line.slice(0, most)).trimEnd()}…`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}

/** Without the half of a character that a cut left at either end. */
function whole(text: string): string {
  return text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");
}

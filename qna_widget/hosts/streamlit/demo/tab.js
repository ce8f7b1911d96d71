// The browser's tab keeps the reader's own text, and hands it back to a visit that knows of none:
// the page was loaded anew. Closed, the tab forgets it.
const PLACE = "qna-widget demo: own text";
/** The visit that the tab has answered. */
let answered = "";
/** What it keeps, as far as this page knows. */
let written = "";
/** Whether what it keeps belongs here: not where a link to another text was followed. */
let ours = performance.getEntriesByType("navigation").some(({ type }) => type !== "navigate");

export default function tab({ data, setStateValue }) {
  if (data.text !== null) return keep(data.text);
  if (data.visit === answered) return;
  const text = kept();
  if (text === null && !data.wanted) return;
  answered = data.visit;
  setStateValue("found", { text, ours });
}

function keep(text) {
  const now = JSON.stringify(text);
  if (now === written) return;
  written = now;
  ours = true;
  try {
    sessionStorage.setItem(PLACE, now);
  } catch {
    // Too long for the tab, or forbidden there.
    forget();
  }
}

function forget() {
  try {
    sessionStorage.removeItem(PLACE);
  } catch {
    // There is none.
  }
}

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE));
  } catch {
    return null;
  }
}

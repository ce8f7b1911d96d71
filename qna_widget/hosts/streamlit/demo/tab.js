// The browser's tab keeps the reader's own texts, and hands them back to a visit that knows of none:
// the page was loaded anew. Closed, the tab forgets them.
const PLACE = "qna-widget demo: own texts";
/** The visit that the tab has answered. */
let answered = "";
/** What it was last given to keep. */
let written = "";
/** Whether what it keeps belongs here: not where a link to another text was followed. */
let ours = performance.getEntriesByType("navigation").some(({ type }) => type !== "navigate");

export default function tab({ data, setStateValue }) {
  if (data.texts.length > 0) return keep(data.texts);
  if (data.visit === answered) return;
  const texts = kept();
  if (texts.length === 0 && !data.wanted) return;
  answered = data.visit;
  // A page that kept one itself was not loaded since.
  setStateValue("found", { texts, ours, alive: written !== "" });
}

function keep(texts) {
  const now = JSON.stringify(texts);
  if (now === written) return;
  written = now;
  ours = true;
  // As many as the tab takes, the newest first; none where it is forbidden.
  for (let most = texts.length; most >= 0; most--) {
    try {
      return sessionStorage.setItem(PLACE, JSON.stringify(texts.slice(0, most)));
    } catch {}
  }
}

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE)) ?? [];
  } catch {
    return [];
  }
}

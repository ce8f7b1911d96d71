"""What a page shows of <qna-find>: marks, the bar's words, whether the page stayed as it was."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

PATIENCE = 120_000
"""Milliseconds for a model to load and to answer, on a busy machine."""
LABEL = "Ask about this page"
_FINAL = re.compile(
    "^(Very sure|Fairly sure|Not sure|Only a guess|May well be wrong|The page does not say)"
)

# Every tree of the page: itself, open shadow roots, frames of its origin.
_TREES = """
const trees = [];
const walk = (root) => {
  trees.push(root);
  for (const element of root.querySelectorAll("*")) {
    if (element.localName === "qna-find") continue;
    if (element.shadowRoot) walk(element.shadowRoot);
    if (element.contentDocument) walk(element.contentDocument);
  }
};
walk(document);
"""
_WATCH = (
    "() => {"
    + _TREES
    + """
  window.changes = 0;
  const observer = new MutationObserver((records) => { window.changes += records.length; });
  const all = { subtree: true, childList: true, attributes: true, characterData: true };
  for (const tree of trees) observer.observe(tree, all);
}"""
)
_SERIAL = (
    "() => {"
    + _TREES
    + """
  return trees.map((tree) => (tree.documentElement ?? tree.host).outerHTML +
    (tree.innerHTML ?? "")).join("\\n");
}"""
)
_MARKS = (
    "(name) => {"
    + _TREES
    + """
  const views = new Set(trees.map((tree) => (tree.ownerDocument ?? tree).defaultView));
  const ranges = [...views].flatMap((view) => [...(view.CSS.highlights.get(name) ?? [])]);
  return ranges.map((range) => range.toString()).join(" ");
}"""
)


def watch(page: Page) -> str:
    """Count changes of the page from now on; return the page as it is."""
    page.evaluate(_WATCH)
    text: str = page.evaluate(_SERIAL)
    return text


def assert_untouched(page: Page, before: str) -> None:
    """Nothing changed since `watch`, but highlights and the inside of the element."""
    assert page.evaluate("changes") == 0
    assert page.evaluate(_SERIAL) == before


def marked(page: Page, name: str = "qna-answer-current") -> str:
    """Return the words marked as the answer at hand, "qna-answer" the other ones, in one line."""
    text: str = page.evaluate(_MARKS, name)
    return " ".join(text.split())


def in_sight(page: Page, name: str = "qna-answer-current") -> bool:
    """Whether the first mark lies within the window, frames not counted."""
    seen: bool = page.evaluate(
        """(name) => {
          const [range] = CSS.highlights.get(name) ?? [];
          const { top, bottom } = range?.getBoundingClientRect() ?? { top: -1 };
          return top >= 0 && bottom <= innerHeight;
        }""",
        name,
    )
    return seen


def field(page: Page) -> Locator:
    """Return the bar's text field."""
    return page.get_by_role("textbox", name=LABEL)


def line(page: Page) -> Locator:
    """Return the line below the question."""
    return page.locator("qna-find p")


def count(page: Page) -> Locator:
    """Return which place is shown, as "2 of 4"."""
    return page.locator("qna-find .count")


def ask(page: Page, question: str) -> None:
    """Type a question and have it asked at once."""
    field(page).fill(question)
    field(page).press("Enter")


def settle(page: Page) -> None:
    """Wait until the page was read to its end."""
    expect(line(page)).to_have_text(_FINAL, timeout=PATIENCE)

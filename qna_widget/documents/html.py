"""The text of an HTML page, as a browser without style sheets shows it. Opens selectolax."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from qna_widget.errors import needs_extra

from .formulas import below, denominator, numerator
from .list_numbers import list_numbers
from .raised import lowered, raised

with needs_extra("Reading HTML", "documents"):
    from selectolax.lexbor import LexborHTMLParser, LexborNode


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


# What browsers do not show, or show in a box of its own (a drawing, a menu, a field).
_UNSEEN = _names(
    "area audio canvas datalist embed head iframe link meta noembed noframes noscript object "
    "param rp script select style svg template textarea title video"
)
# Set apart by a blank line.
_PARAGRAPHS = _names(
    "address article aside blockquote details dialog dl fieldset figure footer form h1 h2 h3 h4 h5 "
    "h6 header hr main nav ol p pre section table ul"
)
# On lines of their own.
_LINES = _names(
    "body caption center dd dir div dt figcaption hgroup html legend li listing menu optgroup "
    "option plaintext search summary tbody tfoot thead tr xmp"
)
_CELLS = frozenset(("td", "th"))
_AS_WRITTEN = frozenset(("pre", "listing", "plaintext", "xmp"))
_HIDING = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))\b")
_SPACES = re.compile(r"[ \t\n\r\f]+")
_MOVED = {"sup": raised, "sub": lowered}
_ALIGNED = re.compile(r"(?:^|;)\s*vertical-align\s*:\s*(super|sub)\b")
# Of formulas: how each part is written after what stands before it.
_PARTS: dict[str, tuple[Callable[[str, str], str] | None, ...]] = {
    "msup": (None, raised),
    "msub": (None, lowered),
    "msubsup": (None, lowered, raised),
    "mfrac": (numerator, denominator),
}
_NO_LINE = re.compile(r"0*\.?0+\s*(?:[a-z]+|%)?")
# Of formulas: only the first part is shown; the others are the same in TeX, or hints.
_ALTERNATIVES = frozenset(("semantics", "maction"))
# Says where a word may be broken, and is not seen where it is not.
_SOFT_HYPHEN = "\u00ad"


def html_text(markup: str) -> str:
    """Return what a reader sees of a page; "" when that is nothing.

    Hidden is what HTML itself hides, by element, `hidden` or a `style` of its own: style sheets
    are not read.
    """
    body = LexborHTMLParser(markup).body
    writer = _Writer()
    # Depth is the page's choice: a stack of our own cannot overflow.
    stack = [_children(body, writer)] if body is not None and not _hidden(body) else []
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
        elif node.is_text_node:
            writer.write((node.text_content or "").replace(_SOFT_HYPHEN, ""))
        elif node.tag == "br":
            writer.line()
        elif node.is_element_node and not _hidden(node):
            stack.append(_children(node, writer))
    return writer.text


def _children(node: LexborNode, writer: _Writer) -> Iterator[LexborNode]:
    """Yield a node's children, with what its being a block means before and after them."""
    breaks = 2 if node.tag in _PARAGRAPHS else 1 if node.tag in _LINES else 0
    as_written = node.tag in _AS_WRITTEN
    writer.part(breaks)
    if node.tag in _CELLS:
        writer.cell(first=all(one.tag not in _CELLS for one in _before(node)))
    writer.as_written += as_written
    moved = _moved(node)
    begun = writer.mark() if moved else None
    numbers = iter(_numbers(node))
    child = node.child
    while child is not None:
        if node.tag == "ol" and _is_item(child):
            writer.number(next(numbers))
        yield child
        child = child.next
    if moved is not None and begun is not None:
        writer.move(begun, moved)
    writer.as_written -= as_written
    if node.tag in _CELLS or node.tag == "li":
        writer.leave()
    elif node.tag == "tr":
        writer.end_row()
    writer.part(breaks)


def _moved(node: LexborNode) -> Callable[[str, str], str] | None:
    """Return how an element's text is raised, lowered or divided; None where it is not."""
    tag = str(node.tag)
    if tag in _MOVED:
        return _MOVED[tag]
    aligned = _ALIGNED.search((node.attributes.get("style") or "").lower())
    if aligned is not None:
        return raised if aligned[1] == "super" else lowered
    base = node.parent
    if base is None or base.tag not in _PARTS:
        return None
    parts = _PARTS[str(base.tag)]
    place = _elements_before(node, len(parts))
    if place == len(parts):
        return None
    if base.tag == "mfrac" and _NO_LINE.fullmatch(base.attributes.get("linethickness") or ""):
        return below if place else None
    return parts[place]


def _elements_before(node: LexborNode, most: int) -> int:
    """Return how many elements stand before a node in the same element, `most` at most."""
    elements = (one for one in _before(node) if one.is_element_node)
    return sum(1 for _ in islice(elements, most))


def _numbers(node: LexborNode) -> list[str]:
    """Return the numbers of a numbered list's items; none of anything else."""
    if node.tag != "ol":
        return []
    items = []
    child = node.child
    while child is not None:
        if _is_item(child):
            items.append(child.attributes)
        child = child.next
    return list_numbers(node.attributes, items)


def _is_item(node: LexborNode) -> bool:
    return node.tag == "li" and not _hidden(node)


def _before(node: LexborNode) -> Iterator[LexborNode]:
    """Yield what stands before a node in the same element, the nearest first."""
    before = node.prev
    while before is not None:
        yield before
        before = before.prev


def _hidden(node: LexborNode) -> bool:
    if node.tag in _UNSEEN:
        return True
    base = node.parent
    if base is not None and base.tag in _ALTERNATIVES and _elements_before(node, 1):
        return True
    attributes = node.attributes
    if "hidden" in attributes or (node.tag == "dialog" and "open" not in attributes):
        return True
    return bool(_HIDING.search((attributes.get("style") or "").lower()))


class _Writer:
    """Puts words together as a browser does: spaces collapse, blocks part."""

    def __init__(self) -> None:
        self.as_written = 0
        """How many elements around keep spaces and line ends."""
        self._pieces: list[str] = []
        self._gap = ""
        """What comes before the next word, if one comes."""
        self._tabs = 0
        """Borders of cells before it, after the gap."""
        self._fresh = False
        """A cell or a numbered item has begun: blocks in it begin on its line."""

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def write(self, text: str) -> None:
        if self.as_written:
            self._put(text)
            return
        for index, word in enumerate(_SPACES.split(text)):
            if index > 0:
                self._gap = self._gap or " "
            if word:
                self._put(word)

    def _put(self, text: str) -> None:
        if self._pieces:
            self._pieces.append(self._gap)
        self._pieces.append("\t" * self._tabs)
        self._gap, self._tabs, self._fresh = "", 0, False
        self._pieces.append(text)

    def part(self, breaks: int) -> None:
        """See to it that at least so many line ends come before the next word."""
        if breaks > self._gap.count("\n") and not self._fresh:
            self._gap = "\n" * breaks

    def line(self) -> None:
        """End a line; no more than one stays empty."""
        self.part(min(self._gap.count("\n") + 1, 2))

    def cell(self, *, first: bool) -> None:
        """Begin a cell of a table. Empty ones keep their place, so that columns stay columns."""
        if not first:
            self._gap = self._gap.rstrip(" ")
            self._tabs += 1
            self._fresh = True

    def number(self, number: str) -> None:
        """Begin an item of a list with its number, which is seen even when the item is empty."""
        self.part(1)
        self._put(number)
        self._gap, self._fresh = " ", True

    def leave(self) -> None:
        """End a cell or an item."""
        self._fresh = False

    def end_row(self) -> None:
        """Forget the borders of empty cells at a row's end."""
        self._tabs = 0

    def mark(self) -> int:
        """Return where the text stands, for `move`."""
        return len(self._pieces)

    def move(self, begun: int, moved: Callable[[str, str], str]) -> None:
        """Raise, lower or divide what was written since `begun`."""
        before = "".join(self._pieces[max(0, begun - 3) : begun])[-1:]
        text = "".join(self._pieces[begun:])
        del self._pieces[begun:]
        self._pieces.append(moved(text, before))

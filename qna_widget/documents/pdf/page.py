"""One page of a PDF: its lines in the order of reading, and what is drawn instead of written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qna_widget.documents.bidi import RIGHT_TO_LEFT, in_reading_order
from qna_widget.documents.nonsense import is_nonsense
from qna_widget.documents.raised import lowered, raised

from .annotations import read_annotations
from .fragments import Fragment, fragments

if TYPE_CHECKING:
    from pypdf import PageObject

# Printed as one sign, but no letters to a model: "oﬃce" is a word that it has never read.
LIGATURES: Final = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)
_FEW_LETTERS: Final = 100
"""On a page that is mostly a picture: its number, a stamp, a caption."""
_DRAWING_BYTES: Final = 5000
"""Of a page's content; letters drawn as outlines take more, a frame or a line less."""


@dataclass(frozen=True)
class Page:
    """What a page says, and does not."""

    text: str
    is_picture: bool
    """Holds a picture and next to no text."""
    is_nonsense: bool
    has_fields: bool


def read_page(page: PageObject) -> Page:
    """Read a page. Raises whatever pypdf does for a broken one."""
    found, pictured = fragments(page)
    lines = list(_lines(found))
    letters = sum(f.text.count(c) for f in found for c in set(f.text) if c.isalpha())
    everything = "".join(fragment.text for fragment in found)
    rtl = 2 * len(RIGHT_TO_LEFT.findall(everything)) > letters
    written = "\n".join(_line(line, rtl) for line in lines).translate(LIGATURES).strip("\n")
    added, has_fields = read_annotations(page)
    text = "\n\n".join(filter(None, [written if written.strip() else "", added]))
    few = letters < _FEW_LETTERS
    is_picture = (few and pictured >= 0.5) or (
        not written.strip() and (pictured > 0 or _is_drawing(page))
    )
    return Page(text, is_picture, _has_nonsense(found), has_fields)


def _lines(found: list[Fragment]) -> Iterator[list[Fragment]]:
    line: list[Fragment] = []
    for fragment in found:
        first, *more = fragment.text.split("\n")
        line.append(fragment.of(first))
        for text in more:
            yield line
            line = [fragment.of(text)]
    yield line


def _line(line: list[Fragment], mostly_right_to_left: bool) -> str:
    if any(RIGHT_TO_LEFT.search(fragment.text) for fragment in line):
        # A few writers give such fragments from right to left.
        line = sorted(line, key=lambda fragment: fragment.x)
        whole = "".join(fragment.text for fragment in line)
        return in_reading_order(whole, mostly_right_to_left=mostly_right_to_left)
    text = ""
    base: Fragment | None = None
    for fragment in line:
        lift = base.lift_of(fragment) if base is not None else 0
        if lift:
            # pypdf sees a space where a smaller font begins.
            close = text.removesuffix(" ")
            moved = (raised if lift > 0 else lowered)(fragment.text, close)
            text = text + moved if moved == fragment.text else close + moved
        else:
            text += fragment.text
            if fragment.text.strip():
                base = fragment
    return text


def _has_nonsense(found: list[Fragment]) -> bool:
    by_font: dict[str, tuple[list[str], bool]] = {}
    for fragment in found:
        by_font.setdefault(fragment.font, ([], fragment.unmapped))[0].append(fragment.text)
    return any(
        is_nonsense("".join(texts), suspect=unmapped) for texts, unmapped in by_font.values()
    )


def _is_drawing(page: PageObject) -> bool:
    content = page.get_contents()
    return content is not None and len(content.get_data()) > _DRAWING_BYTES

"""The pieces of text that a PDF's page writes, as they stand from left to right. Opens pypdf."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from qna_widget.documents.bidi import RIGHT_TO_LEFT
from qna_widget.errors import needs_extra

from .objects import resolved

with needs_extra("Reading PDF", "documents"):
    from pypdf._text_extraction import _text_extractor as extractor

if TYPE_CHECKING:
    from pypdf import PageObject


@dataclass(frozen=True)
class Fragment:
    """Text in one font and on one base line; "\\n" where pypdf saw a line end."""

    text: str
    x: float
    y: float
    """Of the base line, upwards, in points."""
    size: float
    """In points; 0 where the text does not run from left to right."""
    font: str
    unmapped: bool
    """The font does not say which letters it shows."""

    def of(self, text: str) -> Fragment:
        """Return another text at the same place."""
        return replace(self, text=text)

    def lift_of(self, other: Fragment) -> int:
        """Tell whether `other` is small and stands raised (1) or lowered (-1) beside this; or 0."""
        if not 0 < other.size < 0.9 * self.size or len(other.text.strip()) > 8:
            return 0
        lift = (other.y - self.y) / self.size
        return 1 if 0.15 < lift < 0.8 else -1 if -0.5 < lift < -0.05 else 0


def fragments(page: PageObject) -> tuple[list[Fragment], float]:
    """Return a page's text in the order of writing, and the share of it that pictures cover, 0 up.

    Raises whatever pypdf does for a broken page.
    """
    found: list[Fragment] = []
    pictures = _Pictures(page)

    def see_text(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        if text:
            found.append(_fragment(text, cm, tm, font, size))

    with _as_shown():
        whole = page.extract_text(visitor_text=see_text, visitor_operand_before=pictures.see)
    if "".join(fragment.text for fragment in found) != whole:
        found = [Fragment(whole, 0, 0, 0, "", unmapped=False)]
    return found, pictures.share


def _fragment(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> Fragment:
    across = tm[0] * cm[0] + tm[1] * cm[2]
    slant = abs(tm[0] * cm[1] + tm[1] * cm[3]) + abs(tm[2] * cm[0] + tm[3] * cm[2])
    up = tm[2] * cm[1] + tm[3] * cm[3]
    upright = across > 0 and up > 0 and slant < 0.1 * up
    return Fragment(
        text,
        x=tm[4] * cm[0] + tm[5] * cm[2] + cm[4],
        y=tm[4] * cm[1] + tm[5] * cm[3] + cm[5],
        size=abs(size) * up if upright else 0,
        font=str(font.get("/BaseFont", id(font))) if font else "",
        unmapped=bool(font) and _is_unmapped(font),
    )


def _is_unmapped(font: Any) -> bool:
    if "/ToUnicode" in font:
        return False
    if font.get("/Subtype") == "/Type0":
        return str(font.get("/Encoding")).startswith("/Identity")
    encoding = font.get("/Encoding")
    # A subset of a font with an order of its own.
    return encoding is None and "+" in str(font.get("/BaseFont"))


class _Pictures:
    """Sums up the pictures that a page paints. One that cannot be read costs no text."""

    def __init__(self, page: PageObject) -> None:
        self.share = 0.0
        self._page = page

    @cached_property
    def _area(self) -> float:
        box = self._page.mediabox
        return abs(float(box.width) * float(box.height)) or 1.0

    @cached_property
    def _objects(self) -> dict[str, Any]:
        return _objects_of(self._page)

    def see(self, operator: bytes, operands: Any, cm: list[float], _tm: list[float]) -> None:
        with suppress(Exception):
            if operator == b"INLINE IMAGE":
                self.share += self._covered(cm)
            elif operator == b"Do" and operands:
                self.share += self._of(resolved(self._objects.get(operands[0])), cm)

    def _of(self, thing: Any, cm: list[float]) -> float:
        kind = _kind(thing)
        if kind == "/Image":
            return self._covered(cm)
        if kind != "/Form":
            return 0.0
        # How much of it they cover is not looked at: a scan in a frame is a scan.
        kinds = [_kind(resolved(item)) for item in list(_objects_of(thing).values())[:50]]
        return 1.0 if "/Image" in kinds else 0.01 if "/Form" in kinds else 0.0

    def _covered(self, cm: list[float]) -> float:
        # At least a trace: a picture is there.
        return max(abs(cm[0] * cm[3] - cm[1] * cm[2]) / self._area, 0.001)


def _objects_of(thing: Any) -> dict[str, Any]:
    """Return the pictures and forms that a page or a form may paint, by name."""
    resources = resolved(thing.get("/Resources"))
    objects = resolved(resources.get("/XObject")) if isinstance(resources, dict) else None
    return objects if isinstance(objects, dict) else {}


def _kind(thing: Any) -> Any:
    return resolved(thing.get("/Subtype")) if isinstance(thing, dict) else None


@contextmanager
def _as_shown() -> Iterator[None]:
    """Keep pypdf from turning right-to-left text, in which it shuffles numbers and punctuation."""
    # It has no switch for that: the one private function that turns is exchanged meanwhile.
    place = vars(extractor)
    former = place["get_display_str"]

    def in_order(
        text: str, cm: Any, tm: Any, resource: Any, font: Any, operands: str, *_more: Any
    ) -> tuple[str, bool, str]:
        shown = (font.character_map.get(character, character) for character in operands)
        # Of several letters that one glyph stands for, as read; all else is turned later.
        return text + "".join(map(_turned, shown)), False, ""

    place["get_display_str"] = in_order
    try:
        yield
    finally:
        place["get_display_str"] = former


def _turned(glyph: str) -> str:
    return glyph[::-1] if len(glyph) > 1 and RIGHT_TO_LEFT.search(glyph) else glyph

"""What people put on a PDF's page: filled fields, and comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from qna_widget.errors import needs_extra

from .objects import resolved

with needs_extra("Reading PDF", "documents"):
    from pypdf.generic import NameObject

if TYPE_CHECKING:
    from pypdf import PageObject

_MOST: Final = 5000
"""Annotations of a page that are looked at."""
_DEEPEST: Final = 20
"""Levels of a form's names."""
# Flags of annotations: hidden, not to be seen. Of fields: password, radio button, push button.
_UNSEEN: Final = 2 | 32
_PASSWORD: Final = 1 << 13
_PUSH_BUTTON: Final = 1 << 16
_NO_COMMENTS: Final = frozenset(
    ("/Link", "/Popup", "/Widget", "/Screen", "/PrinterMark", "/TrapNet")
)
_YES: Final = frozenset(("Yes", "On", "True", "1", ""))


def read_annotations(page: PageObject) -> tuple[str, bool]:
    """Return a page's filled fields and comments, a line each from top to bottom; if it has fields.

    A field gives "label: value", with "yes" for what is ticked; passwords are left out.
    """
    listed = resolved(page.get("/Annots"))
    lines: list[tuple[float, float, str]] = []
    has_fields = False
    for item in listed[:_MOST] if isinstance(listed, list) else []:
        try:
            annotation = resolved(item)
            if annotation is None or int(resolved(annotation.get("/F")) or 0) & _UNSEEN:
                continue
            is_field = resolved(annotation.get("/Subtype")) == "/Widget"
            has_fields |= is_field
            line = _field(annotation) if is_field else _comment(annotation)
            if line:
                lines.append((*_place(annotation), line))
        except Exception:  # a broken one costs neither the others nor the page's text
            continue
    return "\n".join(line for _, _, line in sorted(lines, key=lambda line: line[:2])), has_fields


def _place(annotation: Any) -> tuple[float, float]:
    """Return (downwards, rightwards) in points; fields of one row differ by little in height."""
    try:
        left, _, _, top = (float(number) for number in annotation["/Rect"])
    except (KeyError, TypeError, ValueError):
        return 0.0, 0.0
    return -round(top / 6) * 6.0, left


def _field(widget: Any) -> str:
    kind, flags = _inherited(widget, "/FT"), int(_inherited(widget, "/Ff") or 0)
    if kind == "/Btn":
        value = "" if flags & _PUSH_BUTTON else _ticked(widget)
    elif kind in ("/Tx", "/Ch") and not (kind == "/Tx" and flags & _PASSWORD):
        value = _value(widget)
    else:
        return ""
    label = _text(_inherited(widget, "/TU")) or _text(_inherited(widget, "/T"))
    return f"{label}: {value}" if label and value else value


def _ticked(widget: Any) -> str:
    state = resolved(widget.get("/AS")) or _inherited(widget, "/V")
    name = str(state or "/Off").removeprefix("/")
    if name == "Off":
        return ""
    return "yes" if name in _YES else name


def _value(widget: Any) -> str:
    value = _inherited(widget, "/V")
    values = value if isinstance(value, list) else [value]
    shown: dict[str, str] = {}
    for option in _inherited(widget, "/Opt") or []:
        pair = resolved(option)
        if isinstance(pair, list) and len(pair) == 2:
            shown[_text(pair[0])] = _text(pair[1])
    texts = [_text(value) for value in values]
    return ", ".join(shown.get(text, text) for text in texts if text)


def _comment(annotation: Any) -> str:
    text, kind = _text(annotation.get("/Contents")), resolved(annotation.get("/Subtype"))
    if not text or kind in _NO_COMMENTS:
        return ""
    if kind == "/FreeText":  # is seen on the page
        return text
    author = _text(annotation.get("/T"))
    return f"Comment by {author}: {text}" if author else f"Comment: {text}"


def _inherited(field: Any, name: str) -> Any:
    """Return what a field or one above it says under `name`; None when none does."""
    for _ in range(_DEEPEST):
        value = resolved(field.get(name))
        if value is not None:
            return value
        field = resolved(field.get("/Parent"))
        if field is None:
            return None
    return None


def _text(value: Any) -> str:
    """Return a PDF's text, also one that is kept as a stream; lines end in LF."""
    value = resolved(value)
    if value is None:
        return ""
    if hasattr(value, "get_data"):
        value = value.get_data().decode("utf-8", "replace")
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    # Only a name's slash is not its own: people sign with "/s/".
    text = value.removeprefix("/") if isinstance(value, NameObject) else str(value)
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()

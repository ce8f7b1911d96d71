"""What people put on a PDF's page: filled fields, and comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

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
    listed = page.get("/Annots")
    items = [] if listed is None else listed.get_object()
    lines: list[tuple[float, float, str]] = []
    has_fields = False
    for item in list(items or [])[:_MOST]:
        annotation = item.get_object()
        if not hasattr(annotation, "get") or int(annotation.get("/F", 0)) & _UNSEEN:
            continue
        is_field = annotation.get("/Subtype") == "/Widget"
        has_fields |= is_field
        line = _field(annotation) if is_field else _comment(annotation)
        if line:
            lines.append((*_place(annotation), line))
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
    state = widget.get("/AS") or _inherited(widget, "/V")
    name = str(state or "/Off").removeprefix("/")
    if name == "Off":
        return ""
    return "yes" if name in _YES else name


def _value(widget: Any) -> str:
    value = _inherited(widget, "/V")
    values = value if isinstance(value, list) else [value]
    shown: dict[str, str] = {}
    for option in _inherited(widget, "/Opt") or []:
        pair = option.get_object()
        if isinstance(pair, list) and len(pair) == 2:
            shown[_text(pair[0])] = _text(pair[1])
    texts = [_text(value) for value in values]
    return ", ".join(shown.get(text, text) for text in texts if text)


def _comment(annotation: Any) -> str:
    text = _text(annotation.get("/Contents"))
    if not text or annotation.get("/Subtype") in _NO_COMMENTS:
        return ""
    if annotation.get("/Subtype") == "/FreeText":  # is seen on the page
        return text
    author = _text(annotation.get("/T"))
    return f"Comment by {author}: {text}" if author else f"Comment: {text}"


def _inherited(field: Any, name: str) -> Any:
    """Return what a field or one above it says under `name`; None when none does."""
    for _ in range(_DEEPEST):
        if name in field:
            return field[name].get_object() if hasattr(field[name], "get_object") else field[name]
        parent = field.get("/Parent")
        if parent is None:
            return None
        field = parent.get_object()
    return None


def _text(value: Any) -> str:
    """Return a PDF's text, also one that is kept as a stream; lines end in LF."""
    if value is None:
        return ""
    value = value.get_object() if hasattr(value, "get_object") else value
    if hasattr(value, "get_data"):
        value = value.get_data().decode("utf-8", "replace")
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    return str(value).removeprefix("/").replace("\r\n", "\n").replace("\r", "\n").strip()

"""What a PDF's entries refer to. Opens pypdf."""

from __future__ import annotations

from typing import Any

from qna_widget.errors import needs_extra

with needs_extra("Reading PDF", "documents"):
    from pypdf.generic import NullObject


def resolved(value: Any) -> Any:
    """Return what an entry refers to; None for null, and for what is not there or is broken.

    PDF does not tell null from an entry that is left out.
    """
    try:
        value = value.get_object() if hasattr(value, "get_object") else value
    except Exception:  # pypdf raises anything at all on a broken object
        return None
    return None if isinstance(value, NullObject) else value

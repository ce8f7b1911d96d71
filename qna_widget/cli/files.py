"""Files that commands write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qna_widget.errors import InputError


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Tell in words, as InputError, that `place` cannot be written."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{place} cannot be written: {error.strerror}.") from error

"""Files that commands write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qna_widget.errors import InputError


def refuse_overwriting(
    place: Path, source: Path | None, what: str, do: str = "Name another file to write."
) -> None:
    """Raise InputError when `place` is the file that holds `what` the command reads."""
    if source is None:
        return
    both = place.exists() and source.exists()
    if place.samefile(source) if both else place.resolve() == source.resolve():
        raise InputError(f"{place} holds {what}. {do}")


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Tell in words, as InputError, that `place` cannot be written."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{place} cannot be written: {error.strerror}.") from error

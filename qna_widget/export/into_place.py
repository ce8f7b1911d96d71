"""Puts a model into a folder that may hold another one: at each moment one of the two is whole."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qna_widget.core.manifest import DESCRIPTION
from qna_widget.core.whole_file import write_whole


@contextmanager
def into_place(target: Path) -> Iterator[Path]:
    """Give a folder to write a model into; when all went well, its files are moved to `target`.

    They are moved by names of their own first, and one rename of model.json changes from the old
    model to the new; then they take the old one's names in the same way. Whatever breaks this off
    leaves a whole model, and a `target` that was not there is gone again. Raises OSError.
    """
    new = not target.exists()
    target.mkdir(parents=True, exist_ok=True)
    try:
        # Within the folder: it is the same file system, and may be all that may be written.
        with tempfile.TemporaryDirectory(prefix=".", suffix=".part", dir=target) as beside:
            yield Path(beside)
            _move(Path(beside), target)
    except BaseException:
        if new:
            shutil.rmtree(target, ignore_errors=True)
        raise


def _move(beside: Path, target: Path) -> None:
    described = json.loads((beside / DESCRIPTION).read_text(encoding="utf-8"))
    names = [Path(file["path"]).name for file in described["files"].values()]
    mark = f".{secrets.token_hex(8)}."
    moved = [target / f"{mark}{name}" for name in names]
    try:
        for name, place in zip(names, moved, strict=True):
            (beside / name).replace(place)
        if (target / DESCRIPTION).exists():
            _describe(target, described, [place.name for place in moved])
        for name, place in zip(names, moved, strict=True):
            _also(place, beside / name)
            (beside / name).replace(target / name)
        _describe(target, described, names)
    finally:
        _sweep(target, names)


def _describe(
    target: Path, described: dict[str, dict[str, dict[str, object]]], names: list[str]
) -> None:
    """Write model.json for files of these names; one rename makes it count."""
    for file, name in zip(described["files"].values(), names, strict=True):
        file["path"] = name
    text = json.dumps(described, indent=2, ensure_ascii=False)
    write_whole(target / DESCRIPTION, f"{text}\n".encode())


def _also(place: Path, name: Path) -> None:
    """Give a file a second name, or a copy where the file system knows no links."""
    try:
        os.link(place, name)
    except OSError:
        shutil.copyfile(place, name)


def _sweep(target: Path, names: list[str]) -> None:
    """Remove what was left under names of its own, by earlier tries too, but for the model."""
    described = target / DESCRIPTION
    said = described.read_text(encoding="utf-8") if described.exists() else ""
    for name in names:
        for place in target.glob(f".{'[0-9a-f]' * 16}.{name}"):
            if place.name not in said:
                place.unlink(missing_ok=True)

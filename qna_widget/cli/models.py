"""`qna-widget models`: what answers on this machine, how large it is, and where it lies."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path

from qna_widget.errors import ModelCacheError, ModelNotFoundError
from qna_widget.models import cache, names
from qna_widget.models.menu import AvailableModel, available
from qna_widget.models.registry import BUNDLED
from qna_widget.runtime.progress import MEGABYTE

from .arguments import Commands, command
from .codes import OK


def add(commands: Commands) -> None:
    """Add the command's arguments."""
    parser = command(commands, "models", run, "list the models at hand; remove one")
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    parser.add_argument("--remove", metavar="NAME", help="remove a fetched model from the cache")


def run(options: argparse.Namespace) -> int:
    """Print a line per model, or what was removed."""
    if options.remove is not None:
        return _remove(options.remove)
    entries = cache.entries()
    models = available(entries)
    by_name = {str(entry.name): entry for entry in entries}
    lines = [_line(model, by_name.get(model.name)) for model in models]
    if options.json:
        print(json.dumps(lines, indent=2, ensure_ascii=False))
        return OK
    width = max(len(model.name) for model in models)
    for model, line in zip(models, lines, strict=True):
        size = f"{model.bytes / MEGABYTE:.1f} MB"
        print(f"{model.name:{width}}  {size:>9}  {line['folder'] or '(not fetched yet)'}")
    try:
        kept = f"Fetched models are kept in {cache.root()} (QNA_WIDGET_CACHE names another folder)."
    except ModelCacheError as error:  # nowhere
        kept = str(error)
    print(kept)
    return OK


def _remove(given: str) -> int:
    name = names.parse(given)
    if isinstance(name, names.Bundled):
        raise ModelNotFoundError(
            "'bundled' is part of the package; only fetched models are removed."
        )
    # Folders stand in the cache by their real path; one that is gone reads like a name of the hub.
    path = name.path if isinstance(name, names.Folder) else Path(given)
    for one in (name, names.Folder(Path(os.path.realpath(path)))):
        freed = None if isinstance(one, names.Auto) else cache.remove(one)
        if freed is not None:
            print(f"Removed {one}: {freed / MEGABYTE:.1f} MB are free again.")
            return OK
    listed = ", ".join(str(entry.name) for entry in cache.entries()) or "nothing"
    raise ModelNotFoundError(f"{given!r} is not in the cache; it holds {listed}.")


def _line(model: AvailableModel, entry: cache.Entry | None) -> dict[str, object]:
    """Return a model's line; `entry` is its place in the cache."""
    folder = BUNDLED if model.where == "package" else entry.folder if entry else ""
    return {**asdict(model), "folder": str(folder), "commit": entry.commit if entry else ""}

"""`qna-widget export`: a transformers checkpoint becomes a model for browser and kernel."""

from __future__ import annotations

import argparse
from contextlib import suppress
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import get_args

from qna_widget.answering.options import MIN_SEQ_LEN
from qna_widget.core.manifest import DESCRIPTION
from qna_widget.core.types import Precision
from qna_widget.errors import InputError, ModelFileError, needs_extra
from qna_widget.export import conversion
from qna_widget.export.into_place import into_place
from qna_widget.models import fetch, names, registry
from qna_widget.runtime.progress import transfer_bar

from .arguments import Commands, checkpoint, command, utf8, whole
from .codes import OK
from .files import writing


def add(commands: Commands) -> None:
    """Add the command's arguments."""
    what = "turn a checkpoint into a model for the browser, to be served or kept"
    parser = command(commands, "export", run, what)
    parser.add_argument(
        "model",
        type=checkpoint,
        help="checkpoint folder (config.json, model.safetensors), mobilebert, or owner/name",
    )
    parser.add_argument("out", type=Path, help="folder to write model.json and its files into")
    # These go into model.json, which is UTF-8.
    add = partial(parser.add_argument, type=utf8)
    add("--name", help="default: the name of OUT")
    add("--title", help="for the status line; default: NAME, or the hub's name")
    add("--source", help="where the weights come from")
    add("--licence", help="of the weights")
    parser.add_argument(
        "--max-seq-len",
        type=whole(MIN_SEQ_LEN),
        metavar="TOKENS",
        help="longest window; default: 384, or as many as the model takes",
    )
    parser.add_argument(
        "--precision",
        choices=get_args(Precision),
        help="int8 (fast on processors; the default), fp32 (exact) or fp16 (for graphics cards)",
    )
    parser.add_argument(
        "--force", action="store_true", help="write into OUT though it holds other files"
    )


def run(options: argparse.Namespace) -> int:
    """Print the path of the model.json that was written."""
    with needs_extra("Exporting", "export"):
        # Import what converts now, so that a missing package is reported before the download.
        import_module("qna_widget.export.recipe")
    _refuse_other_files(options.out, force=options.force)
    hub = isinstance(options.model, names.HubName)
    found = fetch.source(options.model, transfer_bar())
    name = options.name or options.out.resolve().name
    source = replace(
        found,
        name=name,
        title=options.title or (found.title if hub else name),
        where=found.where if options.source is None else options.source,
        licence=found.licence if options.licence is None else options.licence,
    )
    with writing(options.out), into_place(options.out) as beside:
        conversion.convert(
            source, beside, max_seq_len=options.max_seq_len, precision=options.precision
        )
    print(options.out / DESCRIPTION)
    return OK


def _refuse_other_files(out: Path, *, force: bool) -> None:
    """Raise InputError unless `out` is new, empty, or holds a model that was exported before."""
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file. Give a folder to write the model's files into.")
    if force or not out.is_dir() or not any(out.iterdir()):
        return
    if (out / DESCRIPTION).is_file():
        with suppress(ModelFileError):
            registry.resolve(out)
            return
    raise InputError(
        f"{out} holds other files and no exported model. Give a new or empty folder, or --force to "
        "write into this one."
    )

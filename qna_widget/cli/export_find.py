"""`qna-widget export-find`: the files of <qna-find>, with which any web page is searched."""

from __future__ import annotations

import argparse
from pathlib import Path

from qna_widget.models import registry

from .arguments import Commands, add_model, command
from .codes import OK
from .files import writing


def add(commands: Commands) -> None:
    """Add the command's arguments."""
    what = "write <qna-find>, with which readers of any web page find by question"
    parser = command(commands, "export-find", run, what)
    parser.add_argument("out", type=Path, help="the folder to write into, about 23 MB")
    parser.add_argument(
        "--extension",
        action="store_true",
        help="write a browser extension instead, which asks whatever page is open",
    )
    add_model(parser, what="the model to put beside it")
    parser.add_argument(
        "--force", action="store_true", help="write into OUT though it holds other files"
    )


def run(options: argparse.Namespace) -> int:
    """Write the folder and print the path of its script, or of the extension's manifest."""
    from qna_widget.standalone import write_extension, write_find

    registry.resolve(options.model)  # its own errors are not those of writing
    with writing(options.out):
        write = write_extension if options.extension else write_find
        file = write(options.out, model=options.model, force=options.force)
    print(file)
    return OK

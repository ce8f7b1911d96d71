"""`qna-widget export-page`: a page and its files for any web server."""

from __future__ import annotations

import argparse
from pathlib import Path

from qna_widget.models import registry

from .arguments import Commands, add_model, command, utf8
from .ask import add_passage, read_passage
from .codes import OK
from .files import writing


def add(commands: Commands) -> None:
    """Add the command's arguments."""
    what = "write a page and its files, for any web server, that answers without Python"
    parser = command(commands, "export-page", run, what)
    parser.add_argument("out", type=Path, help="the folder to write into, about 23 MB")
    parser.add_argument(
        "question", type=utf8, nargs="?", default="", help="asked when the page opens"
    )
    add_passage(parser)
    parser.add_argument("--title", type=utf8, default="", help="of the page")
    add_model(parser, what="the model to put beside it")
    parser.add_argument(
        "--force", action="store_true", help="write into OUT though it holds other files"
    )


def run(options: argparse.Namespace) -> int:
    """Write the page and print its path."""
    from qna_widget.standalone import write_page

    passage = read_passage(options.passage)
    registry.resolve(options.model)  # its own errors are not those of writing
    with writing(options.out):
        file = write_page(
            options.out,
            passage,
            options.question,
            title=options.title,
            model=str(options.model),
            force=options.force,
        )
    print(file)
    return OK

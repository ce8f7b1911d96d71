"""`qna-widget html`: one HTML file that answers questions about a text by itself."""

from __future__ import annotations

import argparse
from pathlib import Path

from qna_widget.errors import InputError

from .arguments import Commands, add_model, command
from .ask import add_passage, read_passage
from .codes import OK
from .files import refuse_overwriting, writing


def add(commands: Commands) -> None:
    """Add the command's arguments."""
    parser = command(commands, "html", run, "write one HTML file that answers by itself, offline")
    parser.add_argument("out", type=Path, help="the file to write, about 30 MB")
    parser.add_argument("question", nargs="?", default="", help="asked when the page opens")
    add_passage(parser)
    parser.add_argument("--title", default="", help="of the page")
    add_model(parser, what="the model to put in")
    parser.add_argument("--force", action="store_true", help="overwrite OUT when it exists")


def run(options: argparse.Namespace) -> int:
    """Write the page and print its path."""
    from qna_widget.standalone import write_html

    if options.out.is_file() and not options.force:
        raise InputError(f"{options.out} exists. Give another name, or --force to overwrite it.")
    refuse_overwriting(options.out, options.passage, "the text")
    passage = read_passage(options.passage)
    with writing(options.out):
        file = write_html(
            options.out,
            passage,
            options.question,
            title=options.title,
            model=str(options.model),
        )
    print(file)
    return OK

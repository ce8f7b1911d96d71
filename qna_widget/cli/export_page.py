"""`qna-widget export-page`: a page and its files for any web server."""

from __future__ import annotations

import argparse

from qna_widget.models import registry

from .arguments import Commands, command
from .ask import read_passage
from .codes import OK
from .files import refuse_overwriting, writing
from .page import add_page


def add(commands: Commands) -> None:
    """Add the command's arguments."""
    what = "write a page and its files, for any web server, that answers without Python"
    parser = command(commands, "export-page", run, what)
    add_page(
        parser,
        out="the folder to write into, about 23 MB",
        model="the model to put beside it",
        force="write into OUT though it holds other files",
    )


def run(options: argparse.Namespace) -> int:
    """Write the page and print its path."""
    from qna_widget.hosts.standalone.beside import INDEX
    from qna_widget.standalone import write_page

    do = "Name another folder to write into."
    refuse_overwriting(options.out / INDEX, options.passage, "the text", do)
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

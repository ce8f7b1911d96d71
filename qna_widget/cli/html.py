"""`qna-widget html`: one HTML file that answers questions about a text by itself."""

from __future__ import annotations

import argparse

from qna_widget.core.whole_file import write_whole
from qna_widget.errors import InputError
from qna_widget.models import registry

from .arguments import Commands, command
from .ask import STANDARD_STREAM, read_passage
from .codes import OK
from .files import refuse_overwriting, writing
from .page import add_page
from .streams import write


def add(commands: Commands) -> None:
    """Add the command's arguments."""
    parser = command(commands, "html", run, "write one HTML file that answers by itself, offline")
    add_page(
        parser,
        out="the file to write, about 30 MB; -: standard output",
        model="the model to put in",
        force="overwrite OUT when it exists",
    )


def run(options: argparse.Namespace) -> int:
    """Write the page and print its path; or print the page."""
    from qna_widget.hosts.standalone.one_file import html_page

    to_file = options.out != STANDARD_STREAM
    if to_file and options.out.is_file() and not options.force:
        raise InputError(f"{options.out} exists. Give another name, or --force to overwrite it.")
    refuse_overwriting(options.out, options.passage if to_file else None, "the text")
    passage = read_passage(options.passage)
    registry.resolve(options.model)  # fetched now, by the name as it was given
    text = html_page(passage, options.question, title=options.title, model=str(options.model))
    if not to_file:
        write(text.encode())
        return OK
    with writing(options.out):
        write_whole(options.out, text.encode())
    if options.out.is_file():  # the page may have gone to standard output by its other name
        print(options.out)
    return OK

"""`qna-widget demo`: the demo as a web page, for this machine or for others."""

from __future__ import annotations

import argparse
from pathlib import Path

from qna_widget.errors import InputError
from qna_widget.models import names, registry

from .arguments import Commands, add_model, address, command, port


def add(commands: Commands) -> None:
    """Add the command's arguments."""
    parser = command(commands, "demo", run, "serve the demo as a web page, until Ctrl-C")
    parser.add_argument("--port", type=port, default=8501, help="(%(default)s)")
    parser.add_argument(
        "--address",
        type=address,
        default="localhost",
        help="who may look: localhost (the default), or 0.0.0.0 for whoever reaches this machine",
    )
    add_model(parser, what="the model that answers first")
    parser.add_argument(
        "--text",
        type=Path,
        action="extend",
        nargs="+",
        default=[],
        metavar="FILE",
        help="your own texts for the menu, the first one shown first: .txt, .md, .html, .pdf",
    )


def run(options: argparse.Namespace) -> int:
    """Check what is served, then serve it."""
    from qna_widget.hosts.streamlit.demo.serve import serve
    from qna_widget.hosts.streamlit.demo.shelf import read_texts

    for text in options.text:
        if text.is_fifo():
            raise InputError(
                f"{text} gives its text once, and the demo reads its texts at every start: save it "
                "as a file, and give that."
            )
    read_texts(options.text)
    if options.model != names.AUTO:
        registry.resolve(options.model)  # fetched now, not while the first reader waits
    return serve(str(options.model), options.text, address=options.address, port=options.port)

"""The arguments of the commands that write a page about a text: `html` and `export-page`."""

from __future__ import annotations

import argparse
from pathlib import Path

from .arguments import add_model, utf8
from .ask import add_passage


def add_page(parser: argparse.ArgumentParser, *, out: str, model: str, force: str) -> None:
    """Add what both take; each has its own words for OUT, `--model` and `--force`."""
    parser.add_argument("out", type=Path, help=out)
    parser.add_argument(
        "question", type=utf8, nargs="?", default="", help="asked when the page opens"
    )
    add_passage(parser)
    parser.add_argument("--title", type=utf8, default="", help="of the page")
    add_model(parser, what=model)
    parser.add_argument("--force", action="store_true", help=force)

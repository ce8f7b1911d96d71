"""`qna-widget fetch`: bring a model to this machine, to answer without the network from then on."""

from __future__ import annotations

import argparse
from typing import Any

from qna_widget import fetch, names
from qna_widget.errors import ModelNotFoundError
from qna_widget.progress import transfer_bar
from qna_widget.registry import ALLOWED

from .codes import OK


def add(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "fetch", help="bring a model from the hub to this machine, or its newest version"
    )
    parser.add_argument("model", help="mobilebert, owner/name or owner/name@revision")
    parser.add_argument("--revision", help="branch, tag or commit; default: main")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the folder that holds the model."""
    wanted = names.parse(options.model)
    if not isinstance(wanted, names.HubName):
        raise ModelNotFoundError(
            f"{options.model!r} is no model of the hub, so there is nothing to fetch. {ALLOWED}"
        )
    if options.revision:
        wanted = names.HubName(wanted.repo, options.revision)
    print(fetch.fetch(wanted, transfer_bar()).folder)
    return OK

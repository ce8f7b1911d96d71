"""`qna-widget fetch`: bring a model to this machine, to answer without the network from then on."""

from __future__ import annotations

import argparse

from qna_widget.models import fetch, names
from qna_widget.runtime.progress import transfer_bar

from .arguments import Commands, command, hub_name
from .codes import OK


def add(commands: Commands) -> None:
    """Add the command's arguments."""
    what = "bring a model from the hub to this machine, or its newest version"
    parser = command(commands, "fetch", run, what)
    parser.add_argument(
        "model", type=hub_name, help="mobilebert, owner/name or owner/name@revision"
    )
    parser.add_argument("--revision", help="branch, tag or commit; default: main")


def run(options: argparse.Namespace) -> int:
    """Print the folder that holds the model."""
    wanted = options.model
    if options.revision:
        wanted = names.HubName(wanted.repo, options.revision)
    print(fetch.fetch(wanted, transfer_bar()).folder)
    return OK

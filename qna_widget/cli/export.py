"""`qna-widget export`: a transformers checkpoint becomes a model for browser and kernel."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from qna_widget.errors import needs_extra

from .codes import OK


def add(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "export", help="turn a transformers checkpoint into a model for the browser"
    )
    parser.add_argument("checkpoint", type=Path, help="folder with config.json, model.safetensors")
    parser.add_argument("out", type=Path, help="folder to write model.json and its files into")
    parser.add_argument("--name", help="default: the name of OUT")
    parser.add_argument("--title", help="for the status line; default: NAME")
    parser.add_argument("--source", default="", help="where the weights come from")
    parser.add_argument("--licence", default="", help="of the weights")
    parser.add_argument("--max-seq-len", type=int, default=384, help="tokens (%(default)s)")
    parser.add_argument(
        "--precision",
        default="int8",
        help="int8 (fast on processors), fp32 (exact) or fp16 (for graphics cards) (%(default)s)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the path of the model.json that was written."""
    with needs_extra("Exporting", "export"):
        from qna_widget.export import Origin, export_checkpoint
    name = options.name or options.out.resolve().name
    origin = Origin(name, options.title or name, options.source, options.licence)
    file = export_checkpoint(
        options.checkpoint,
        options.out,
        origin,
        max_seq_len=options.max_seq_len,
        precision=options.precision,
    )
    print(file)
    return OK

"""The command `qna-widget`. Parses arguments, calls one function, prints what it returns."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from . import __version__
from .errors import QnaError, needs_extra

# What a script can tell apart.
OK, FAILED, INTERRUPTED = 0, 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code. Errors that we raise on purpose print no traceback."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except QnaError as error:
        print(f"qna-widget: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("qna-widget: interrupted", file=sys.stderr)
        return INTERRUPTED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("qna-widget", description="Ask questions about a text.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    export = commands.add_parser(
        "export", help="turn a transformers checkpoint into a model for the browser"
    )
    export.add_argument("checkpoint", type=Path, help="folder with config.json, model.safetensors")
    export.add_argument("out", type=Path, help="folder to write model.json and its files into")
    export.add_argument("--name", help="default: the name of OUT")
    export.add_argument("--title", help="for the status line; default: NAME")
    export.add_argument("--source", default="", help="where the weights come from")
    export.add_argument("--licence", default="", help="of the weights")
    export.add_argument("--max-seq-len", type=int, default=384, help="tokens (%(default)s)")
    export.set_defaults(run=_export)

    evaluation = commands.add_parser("eval", help="measure a model on a SQuAD-format file")
    evaluation.add_argument("file", type=Path, help="SQuAD 1.1 or 2.0 format")
    evaluation.add_argument("--model", default="auto", help="auto, bundled or a folder")
    evaluation.add_argument("--limit", type=int, help="only the first LIMIT questions")
    evaluation.add_argument("--backend", choices=["kernel", "browser"], default="kernel")
    evaluation.add_argument("--threshold", type=float, default=0.0, help="logits (%(default)s)")
    evaluation.add_argument("--predictions", type=Path, help="write id-to-answer JSON here")
    evaluation.add_argument("--null-margins", type=Path, help="write id-to-null-margin JSON here")
    evaluation.set_defaults(run=_eval)
    return parser


def _eval(options: argparse.Namespace) -> int:
    from .browser import browser_predictor
    from .evaluation import evaluate, kernel_predictor
    from .squad import read_examples

    examples = read_examples(options.file, limit=options.limit)
    in_browser = options.backend == "browser"
    predict = (browser_predictor if in_browser else kernel_predictor)(options.model)
    report = evaluate(examples, predict, threshold=options.threshold)
    for file, content in (
        (options.predictions, report.predictions),
        (options.null_margins, report.null_margins),
    ):
        if file:
            file.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    about = {"file": str(options.file), "model": options.model, "backend": options.backend}
    print(json.dumps({**about, **report.figures}, indent=2))
    return OK


def _export(options: argparse.Namespace) -> int:
    with needs_extra("Exporting", "export"):
        from .export import Origin, export_checkpoint
    name = options.name or options.out.resolve().name
    origin = Origin(name, options.title or name, options.source, options.licence)
    file = export_checkpoint(
        options.checkpoint, options.out, origin, max_seq_len=options.max_seq_len
    )
    print(file)
    return OK

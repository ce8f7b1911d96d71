"""`qna-widget eval`: SQuAD's official figures for a model."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from qna_widget.errors import InputError

from .codes import MODELS, OK


def add(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("eval", help="measure a model on a SQuAD-format file")
    parser.add_argument("file", type=Path, help="SQuAD 1.1 or 2.0 format")
    parser.add_argument("--model", default="auto", help=MODELS)
    parser.add_argument("--limit", type=int, help="only the first LIMIT questions")
    parser.add_argument("--backend", choices=["kernel", "browser"], default="kernel")
    parser.add_argument("--threshold", type=float, default=0.0, help="logits (%(default)s)")
    parser.add_argument("--predictions", type=Path, help="write id-to-answer JSON here")
    parser.add_argument("--null-margins", type=Path, help="write id-to-null-margin JSON here")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the figures as JSON; write the files asked for."""
    from qna_widget.browser import browser_predictor
    from qna_widget.evaluation import evaluate, kernel_predictor
    from qna_widget.squad import read_examples

    for file in filter(None, (options.predictions, options.null_margins)):
        _writable(file)  # before the work, not after it
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
    about = {"file": str(options.file), "model": predict.model.name, "backend": options.backend}
    if predict.model.note:
        about["note"] = predict.model.note
    print(json.dumps({**about, **report.figures}, indent=2, ensure_ascii=False))
    return OK


def _writable(file: Path) -> None:
    """Raise InputError when `file` cannot be written."""
    try:
        file.touch()
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.") from error

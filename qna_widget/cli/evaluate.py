"""`qna-widget eval`: SQuAD's official figures for a model."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from qna_widget.core.whole_file import write_whole
from qna_widget.errors import InputError

from .arguments import Commands, add_model, allowed, command, output, whole
from .ask import STANDARD_STREAM
from .codes import OK
from .files import refuse_overwriting, writing
from .streams import flush


def add(commands: Commands) -> None:
    """Add the command's arguments."""
    parser = command(commands, "eval", run, "measure a model on a SQuAD-format file")
    parser.add_argument(
        "file", type=Path, help="questions and answers; -: standard input; SQuAD 1.1 or 2.0 format"
    )
    add_model(parser, what="the model to measure")
    parser.add_argument(
        "--limit", type=whole(1), metavar="N", help="only the first N questions; default: all"
    )
    parser.add_argument(
        "--backend",
        choices=["kernel", "browser"],
        default="kernel",
        help="who answers: Python (the default), or the front end in a headless Chromium",
    )
    parser.add_argument(
        "--threshold",
        type=allowed("no_answer_threshold"),
        metavar="LOGITS",
        help='the lower, the sooner "no answer" wins (default: the model\'s own)',
    )
    for option, what in (("--predictions", "answer"), ("--null-margins", "null margin")):
        parser.add_argument(
            option, type=output, metavar="FILE", help=f"write the {what} of each id here, as JSON"
        )


def run(options: argparse.Namespace) -> int:
    """Print the figures as JSON; write the files asked for."""
    from qna_widget.evaluation import evaluate, kernel_predictor
    from qna_widget.evaluation.browser import browser_predictor
    from qna_widget.evaluation.squad import read_examples

    source = None if options.file == STANDARD_STREAM else options.file
    examples = read_examples(source, limit=options.limit)
    for file in filter(None, (options.predictions, options.null_margins)):
        _writable(file, questions=source)  # before the work, not after it
    if options.predictions and options.null_margins:
        refuse_overwriting(options.null_margins, options.predictions, "the answers")
    in_browser = options.backend == "browser"
    predict = (browser_predictor if in_browser else kernel_predictor)(options.model)
    report = evaluate(examples, predict, threshold=options.threshold)
    unwritten = []
    for file, content in (
        (options.predictions, report.predictions),
        (options.null_margins, report.null_margins),
    ):
        try:
            if file:
                with writing(file):
                    write_whole(file, json.dumps(content, ensure_ascii=False, indent=1).encode())
        except InputError as error:  # told at the end: what the work came to is not lost with it
            unwritten.append(str(error))
    about = {"file": str(options.file), "model": predict.model.name, "backend": options.backend}
    if predict.model.note:
        about["note"] = predict.model.note
    print(json.dumps({**about, **report.figures}, indent=2, ensure_ascii=False))
    if unwritten:
        flush()
        raise InputError(" ".join(unwritten))
    return OK


def _writable(file: Path, *, questions: Path | None) -> None:
    """Raise InputError when `file` cannot be written, or holds the questions."""
    new = not file.exists()
    with writing(file):
        if not file.is_fifo():  # closed once, a pipe is at its end
            file.open("a").close()
        if new:
            file.resolve().unlink()  # the work may yet fail; a link to it stays
    refuse_overwriting(file, questions, "the questions")

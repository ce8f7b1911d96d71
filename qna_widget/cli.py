"""The command `qna-widget`. Parses arguments, calls one function, prints what it returns."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from . import __version__
from .errors import InputError, QnaError, needs_extra

# What a script can tell apart.
OK, FAILED, NO_ANSWER, INTERRUPTED = 0, 1, 3, 130


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

    ask = commands.add_parser("ask", help="ask a question about a text; exit code 3: no answer")
    ask.add_argument("question")
    ask.add_argument("-p", "--passage", type=Path, help="UTF-8 file; default: standard input")
    ask.add_argument("--model", default="auto", help="auto, bundled or a folder")
    ask.add_argument("--top-k", type=int, default=1, help="most answers to print (%(default)s)")
    ask.add_argument("--threshold", type=float, default=0.0, help="of no answer, in logits")
    ask.add_argument("--json", action="store_true", help="print the whole result as JSON")
    ask.set_defaults(run=_ask)

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


def _ask(options: argparse.Namespace) -> int:
    with needs_extra("Asking", "kernel"):
        from .answerer import QuestionAnswerer

    result = QuestionAnswerer(options.model).ask(
        options.question,
        _passage(options.passage),
        top_k=options.top_k,
        no_answer_threshold=options.threshold,
    )
    if options.json:
        print(json.dumps(result.as_dict(), ensure_ascii=False, indent=2))
    else:
        for answer in result.answers:
            place = f"{answer.start}-{answer.end}"
            text = " ".join(answer.text.split()) or "(no answer)"
            print(f"{answer.probability:7.1%}  {place:>13}  {text}")
    for warning in result.warnings:
        print(f"qna-widget: {warning}", file=sys.stderr)
    return NO_ANSWER if result.no_answer else OK


def _passage(file: Path | None) -> str:
    source = "standard input" if file is None else str(file)
    try:
        data = sys.stdin.buffer.read() if file is None else file.read_bytes()
        return data.decode("utf-8")
    except OSError as error:
        raise InputError(f"{source} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{source} is not UTF-8 text: {error}.") from error


def _eval(options: argparse.Namespace) -> int:
    from .browser import browser_predictor
    from .evaluation import evaluate, kernel_predictor
    from .squad import read_examples

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
    about = {"file": str(options.file), "model": options.model, "backend": options.backend}
    print(json.dumps({**about, **report.figures}, indent=2))
    return OK


def _writable(file: Path) -> None:
    """Raise InputError when `file` cannot be written."""
    try:
        file.touch()
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.") from error


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

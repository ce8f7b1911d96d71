"""`qna-widget ask`: one question about a file or standard input."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from qna_widget.documents import read_document
from qna_widget.errors import InputError, needs_extra

from .codes import CODES, MODELS, NO_ANSWER, OK

# Endings of files whose text has to be taken out of something else.
PARSED = {".htm", ".html", ".pdf"}


def add(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "ask", help="ask a question about a text; exit code 3: no answer", epilog=CODES
    )
    parser.add_argument("question")
    parser.add_argument(
        "-p", "--passage", type=Path, help="UTF-8, .html or .pdf file; default: standard input"
    )
    parser.add_argument("--model", default="auto", help=MODELS)
    parser.add_argument("--top-k", type=int, default=1, help="most answers to print (%(default)s)")
    parser.add_argument("--threshold", type=float, default=0.0, help="of no answer, in logits")
    parser.add_argument("--max-answer-len", type=int, default=30, help="tokens (%(default)s)")
    parser.add_argument("--words", action="store_true", help="widen answers to whole words")
    parser.add_argument("--json", action="store_true", help="print the whole result as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the ranked answers."""
    with needs_extra("Asking", "kernel"):
        from qna_widget.answerer import QuestionAnswerer

    result = QuestionAnswerer(options.model).ask(
        options.question,
        read_passage(options.passage),
        top_k=options.top_k,
        max_answer_len=options.max_answer_len,
        no_answer_threshold=options.threshold,
        align_to_words=options.words,
        progress=True,
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


def read_passage(file: Path | None) -> str:
    """Return the text of a UTF-8, HTML or PDF file, or of standard input.

    Raises InputError, DocumentError, or MissingExtraError without the `documents` extra.
    """
    source = "standard input" if file is None else str(file)
    try:
        data = sys.stdin.buffer.read() if file is None else file.read_bytes()
        if file is not None and file.suffix.lower() in PARSED:
            return read_document(data, file.name).text
        return data.decode("utf-8")
    except OSError as error:
        raise InputError(f"{source} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{source} is not UTF-8 text: {error}.") from error

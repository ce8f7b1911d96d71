"""`qna-widget ask`: one question about a file or standard input."""

from __future__ import annotations

import argparse
import json
import platform
import re
import sys
from pathlib import Path

from qna_widget.answering.options import BUDGET, MAX_WINDOWS
from qna_widget.core.contract import INPUTS
from qna_widget.errors import DocumentError, InputError, needs_extra

from .arguments import Commands, add_model, allowed, command, question, threshold, value_of
from .codes import NO_ANSWER, OK
from .streams import say

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)

STANDARD_STREAM = Path("-")


def add(commands: Commands) -> None:
    """Add the command's arguments."""
    parser = command(commands, "ask", run, "ask a question about a text; code 3: no answer")
    parser.add_argument("question", type=question, help='in quotes: "Who is Ernie?"')
    add_passage(parser)
    add_model(parser)
    parser.add_argument(
        "--top-k",
        type=allowed("top_k"),
        default=1,
        metavar="N",
        help="most answers to print (%(default)s)",
    )
    parser.add_argument(
        "--threshold",
        type=threshold,
        metavar="LOGITS",
        help='the lower, the sooner "no answer" wins (default: the model\'s own); inf: never',
    )
    parser.add_argument(
        "--max-answer-len",
        type=allowed("max_answer_len"),
        default=INPUTS["max_answer_len"]["default"],
        metavar="TOKENS",
        help="longest answer (%(default)s)",
    )
    parser.add_argument(
        "--budget-s",
        type=value_of("budget_s", BUDGET),
        metavar="SECONDS",
        help="read no further in a long text after this time; the best places come first",
    )
    parser.add_argument(
        "--max-windows",
        type=value_of("max_windows", MAX_WINDOWS),
        metavar="N",
        help="read at most so many windows of a long text",
    )
    parser.add_argument("--words", action="store_true", help="widen answers to whole words")
    parser.add_argument("--json", action="store_true", help="print the whole result as JSON")


def add_passage(parser: argparse.ArgumentParser) -> None:
    """Add `--passage`, for `read_passage`."""
    parser.add_argument(
        "-p",
        "--passage",
        type=Path,
        metavar="FILE",
        help="the text: .txt, .html or .pdf; default, and -: standard input",
    )


def run(options: argparse.Namespace) -> int:
    """Print the ranked answers."""
    with needs_extra("Asking", "kernel"):
        from qna_widget.answering.answerer import QuestionAnswerer

    passage = read_passage(options.passage)  # before the model, which may take a minute to come
    result = QuestionAnswerer(options.model).ask(
        options.question,
        passage,
        top_k=options.top_k,
        max_answer_len=options.max_answer_len,
        no_answer_threshold=options.threshold,
        align_to_words=options.words,
        max_windows=options.max_windows,
        budget_s=options.budget_s,
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
        say(warning)
    return NO_ANSWER if result.no_answer else OK


def read_passage(file: Path | None) -> str:
    """Return the text of a plain, HTML or PDF file, or of standard input.

    Standard error says what was guessed or left out. Raises InputError, DocumentError, or
    MissingExtraError without the `documents` extra.
    """
    from qna_widget.documents import MAX_BYTES, PARSED, format_of, read_document
    from qna_widget.documents.reading import read_bounded

    if file == STANDARD_STREAM:
        file = None
    source = "standard input" if file is None else str(file)
    if file is None and sys.stdin is None:
        raise InputError("There is no standard input to read the text from; give --passage FILE.")
    if file is None and sys.stdin.isatty():
        key = "Ctrl-Z and Enter" if platform.system() == "Windows" else "Ctrl-D"
        say(f"type the text; {key} on a line of its own ends it.")
    if file is not None and _ADDRESS.match(source) and not file.exists():
        raise InputError(
            f"{source} is an address, and this command fetches none. Save the page, and give its "
            "file."
        )
    data = read_bounded(file, MAX_BYTES)
    kind = format_of(data, source)
    if kind in PARSED:
        document = read_document(data, f"standard input{kind}" if file is None else file.name)
        text, notices = document.text, list(document.notices)
    else:
        text, notices = _plain(data, source)
    for notice in notices:
        say(f"{source}: {notice}")
    return text


def _plain(data: bytes, source: str) -> tuple[str, list[str]]:
    """Decode a text as `read_document` does, and leave it as it is: offsets count in the file."""
    from qna_widget.documents.encoding import decode
    from qna_widget.documents.foreign import foreign

    if what := foreign(data):
        raise InputError(f"{source} {what}")
    try:
        return decode(data)
    except DocumentError as error:
        raise InputError(f"{source} {error}") from None

"""Reads the text of a .txt, .md, .html or .pdf file (the last two need the `documents` extra).

Nothing in a file is run or fetched. Formats whose parsers a hostile file could keep busy are read
in a process of their own, with limits on time and memory.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from qna_widget.core.blank import is_blank
from qna_widget.errors import DocumentError

from .encoding import decode, decode_html
from .foreign import foreign
from .limits import MAX_BYTES, MAX_CHARACTERS
from .sandbox import run

__all__ = [
    "MAX_BYTES",
    "MAX_CHARACTERS",
    "PARSED",
    "SUFFIXES",
    "Document",
    "format_of",
    "read_document",
]

PARSED = (".html", ".htm", ".pdf")
"""Endings of files that hold more than their text."""
SUFFIXES = (".txt", ".md", *PARSED)
_HTML = re.compile(rb"<(?:!doctype\s+html|html)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Document:
    """What a file says. Offsets of answers refer to `text`."""

    text: str
    """Lines end in LF; never blank."""
    notices: tuple[str, ...] = ()
    """Sentences about what was guessed or left out."""


def read_document(data: bytes, name: str) -> Document:
    """Return the text of a file with the content `data`; `format_of` tells its format.

    Markdown stays as it is written. Of HTML comes what a browser shows without style sheets, one
    paragraph per block, with the numbers of lists; of PDF the text layer, filled fields and
    comments, page by page, with broken words joined (broken_words.py has the rule).

    Raises DocumentError, in words for the reader, for a file that is too large, of another format,
    broken, locked, or without text, and MissingExtraError without the `documents` extra.
    """
    if not isinstance(data, bytes) or not isinstance(name, str):
        raise DocumentError(
            "A file is given by its bytes and its name, read_document(file.read_bytes(), "
            f"file.name); got {type(data).__name__} and {type(name).__name__}."
        )
    suffix = format_of(data, name)
    if not format_of(data, "") and (what := foreign(data)):
        raise DocumentError(f"{name} {what}")
    if suffix not in SUFFIXES:
        raise DocumentError(
            f"{name!r} is of no kind that is read: {', '.join(SUFFIXES)}. If it is text, give it "
            "a name that ends in .txt."
        )
    if len(data) > MAX_BYTES:
        raise DocumentError(
            f"{name} has {len(data):,} bytes; at most {MAX_BYTES:,} are read. Use a part of it."
        )
    try:
        text, notices = _read(data, suffix)
    except DocumentError as error:
        raise DocumentError(f"{name} {error}") from None
    text = _clean(text)
    if is_blank(text):
        raise DocumentError(f"{name} holds no text.")
    if len(text) > MAX_CHARACTERS:
        notices.append(
            f"Only the first {MAX_CHARACTERS:,} of {len(text):,} characters are taken: reading "
            "more would take a browser many minutes."
        )
        text = text[:MAX_CHARACTERS]
    return Document(text, tuple(notices))


def format_of(data: bytes, name: str) -> str:
    """Return ".pdf" or ".html" for what begins like one, whatever its name; else the name's ending.

    The ending is in small letters, "" where there is none.
    """
    start = data[:1024]
    if b"%PDF-" in start:
        return ".pdf"
    start = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    while start.startswith((b"<!--", b"<?xml")):
        start = start.partition(b"-->" if start.startswith(b"<!") else b"?>")[2].lstrip()
    if _HTML.match(start):
        return ".html"
    return PurePath(name).suffix.lower()


def _read(data: bytes, suffix: str) -> tuple[str, list[str]]:
    if suffix == ".pdf":
        return run("pdf", data)
    if suffix in (".html", ".htm"):
        markup, notices = decode_html(data)
        text, more = run("html", markup.encode("utf-8"))
        return text, notices + more
    return decode(data)


def _clean(text: str) -> str:
    """Drop what is no text: U+0000, and halves of surrogate pairs from careless PDF fonts."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip("\n")

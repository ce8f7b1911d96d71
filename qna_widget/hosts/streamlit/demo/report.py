"""The report of the demo as a PDF of ten pages: `python -m qna_widget.hosts.streamlit.demo.report`.

Nothing but the standard library writes it, the same bytes each time. Its text, as
`qna_widget.documents` reads it, is the one in texts/report.txt, where a form feed ends a page.
"""

from __future__ import annotations

import argparse
from functools import cache
from itertools import accumulate
from pathlib import Path

from qna_widget.core.whole_file import write_whole

SOURCE = Path(__file__).with_name("texts") / "report.txt"
PAGE_END = "\n\f\n"
_SIZE, _LEADING = 11, 16
"""Of letters and lines, in points."""
_TOP = "72 750"
"""Where the first line begins, on a page of 595 by 842 points."""


@cache
def text() -> str:
    """Return what `read_document` finds in the file."""
    return PAGE_END.join("\n".join(lines) for lines in _pages())


def pdf() -> bytes:
    """Return the file."""
    pages = _pages()
    first = 5  # after catalogue, list of pages and two fonts
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        _font("Helvetica"),
        _font("Helvetica-Bold"),
    ]
    for number, lines in enumerate(pages):
        objects += [_page(first + 2 * number + 1), _content(*lines)]
    return _file(objects)


def _pages() -> list[list[str]]:
    """Return the lines of each page; an empty one is a space, as word processors write it."""
    pages = SOURCE.read_text("utf-8").strip("\n").split(PAGE_END)
    return [[line or " " for line in page.split("\n")] for page in pages]


def _font(name: str) -> bytes:
    return (
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()
    )


def _page(content: int) -> bytes:
    return (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {content} 0 R "
        "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"
    ).encode()


def _content(heading: str, *lines: str) -> bytes:
    """Return the drawing of a page."""
    drawn = [f"BT /F2 {_SIZE + 4} Tf {_LEADING} TL {_TOP} Td {_shown(heading)} Tj"]
    drawn.append(f"/F1 {_SIZE} Tf")
    drawn += [f"T* {_shown(line)} Tj" for line in lines]
    stream = ("\n".join(drawn) + "\nET").encode("cp1252")
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream)


def _shown(line: str) -> str:
    for sign in "\\()":
        line = line.replace(sign, f"\\{sign}")
    return f"({line})"


def _file(objects: list[bytes]) -> bytes:
    head = b"%PDF-1.4\n"
    written = [b"%d 0 obj\n%s\nendobj\n" % (n, one) for n, one in enumerate(objects, 1)]
    *starts, end = accumulate(map(len, written), initial=len(head))
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    count = len(objects) + 1
    return (
        head
        + b"".join(written)
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, end)
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="where to write it")
    write_whole(parser.parse_args().file, pdf())

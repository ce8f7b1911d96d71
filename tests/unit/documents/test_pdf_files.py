"""PDF files as a whole: pages, locks, scans, cut ones and bombs."""

from __future__ import annotations

import re
import time
import zlib

import pypdf
import pytest
from pdf_writer import lines, pages, written
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
)

from qna_widget.documents import Document, read_document, sandbox
from qna_widget.errors import DocumentError

WESTERN = "Zoë paid 5 € for naïve tea – “hot”."


def pdf(*texts: str) -> pypdf.PdfWriter:
    """A PDF with a line of text on each page, packed as most are."""
    writer = pages(*map(lines, texts))
    for page in writer.pages:
        page.compress_content_streams()
    return writer


def test_ligatures_of_a_pdf_become_letters() -> None:
    """As printed from LaTeX or a browser; a model has never read "oﬃce"."""
    writer = pdf('di!erent sta! in an o#ce on the "rst %at')
    font = writer.pages[0]["/Resources"]["/Font"]["/F1"]
    names = [NameObject(f"/{name}") for name in ("ff", "fi", "ffi", "dollar", "fl")]
    differences = ArrayObject([NumberObject(ord("!")), *names])
    font[NameObject("/Encoding")] = DictionaryObject({NameObject("/Differences"): differences})
    assert "ﬀ" in writer.pages[0].extract_text()
    assert read_document(written(writer), "a.pdf").text == (
        "different staff in an office on the first flat"
    )


def test_pages_of_a_pdf_end_in_form_feeds() -> None:
    """Empty pages count, so that an answer knows the number of its own."""
    data = written(pdf(WESTERN, "", "Page (3)."))
    assert read_document(data, "a.pdf") == Document(f"{WESTERN}\n\f\n\n\f\nPage (3).")


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_a_locked_pdf(algorithm: str) -> None:
    writer = pdf("For anybody's eyes.")
    writer.encrypt("", "owner", algorithm=algorithm)
    assert read_document(written(writer), "a.pdf").text == "For anybody's eyes."
    writer = pdf("For few eyes.")
    writer.encrypt("secret", algorithm=algorithm)
    with pytest.raises(DocumentError, match=r"a\.pdf is locked with a password\. Save a copy"):
        read_document(written(writer), "a.pdf")


def test_a_scan_is_known_by_its_lack_of_text() -> None:
    with pytest.raises(DocumentError, match=r"no text in its 2 pages. It is probably a scan: run"):
        read_document(written(pdf("", "")), "a.pdf")


@pytest.mark.parametrize("tenths", [3, 6, 9])
def test_a_cut_pdf_gives_what_it_still_holds_or_is_refused_in_words(tenths: int) -> None:
    whole = written(pages(*(lines(f"Page {n} of a book.") for n in range(40))))
    try:
        text = read_document(whole[: len(whole) * tenths // 10], "a.pdf").text
    except DocumentError as error:
        text = str(error)
    assert re.search(r"Page \d+ of a book|^a\.pdf (is not a readable PDF|cannot be read)", text)


def test_a_pdf_that_unpacks_without_end_hits_a_limit() -> None:
    bomb = zlib.compress(b"BT " + b" " * 300_000_000, 9)
    bomb = zlib.compress(bomb, 9)
    data = written(pages(b"@@"))
    packed = b"/Filter [/FlateDecode /FlateDecode] /Length %d" % len(bomb)
    data = data.replace(b"/Length 2", packed).replace(b"@@", bomb)
    assert len(data) < 10_000
    begun = time.monotonic()
    with pytest.raises(DocumentError, match=r"^a\.pdf (cannot be read|holds no text|is not a)"):
        read_document(data, "a.pdf")
    assert time.monotonic() - begun < sandbox.SECONDS

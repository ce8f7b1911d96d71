"""What is on a PDF's pages besides plain lines, and what is not text there."""

from __future__ import annotations

import re

import pytest
from pdf_writer import annotate, lines, pages, shown, written
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NullObject, TextStringObject

from qna_widget.documents import read_document
from qna_widget.errors import DocumentError

FERRY = "The ferry leaves from pier four at half past eight."
PICTURE = b"q 300 0 0 300 0 0 cm /Im1 Do Q"


def read(*contents: bytes) -> tuple[str, tuple[str, ...]]:
    document = read_document(written(pages(*contents)), "a.pdf")
    return document.text, document.notices


@pytest.mark.parametrize(
    "content",
    [
        PICTURE,
        b"q 1 0 0 1 0 0 cm /Fm1 Do Q",
        b"q 300 0 0 300 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI Q",
        PICTURE + lines("Scanned by the harbour office", "3"),
        b"0 0 m 10 10 l S " * 400,  # letters as outlines
    ],
)
def test_a_page_that_is_a_picture_is_told(content: bytes) -> None:
    _, notices = read(lines(FERRY), content, lines("Tickets are sold there."))
    assert len(notices) == 1
    assert "Nothing but a picture, or nearly" in notices[0]
    assert "page 2. Text recognition (OCR)" in notices[0]


@pytest.mark.parametrize(
    "content", [b"", b"0 0 m 300 0 l S", lines(FERRY) + b" q 30 0 0 30 0 0 cm /Im1 Do Q"]
)
def test_an_empty_page_and_a_logo_are_not(content: bytes) -> None:
    assert read(lines(FERRY), content)[1] == ()


@pytest.mark.parametrize("entry", [b"/Im1 99 0 R", b"/Im1 null \n"])
def test_a_picture_that_is_not_there_costs_no_text(entry: bytes) -> None:
    for paint in (b" /Im1 Do", b" /Fm1 Do"):
        data, replaced = re.subn(rb"/Im1 \d 0 R\n", entry, written(pages(lines(FERRY) + paint)))
        assert replaced == 2
        assert read_document(data, "a.pdf").text == FERRY


@pytest.mark.parametrize("where", ["/Annots", "/MediaBox", "/XObject"])
@pytest.mark.parametrize("referred", [False, True])
def test_null_is_nothing(where: str, referred: bool) -> None:
    writer = pages(lines(FERRY) + PICTURE)
    page = writer.pages[0]
    holder = page["/Resources"] if where == "/XObject" else page
    null = NullObject()
    holder[NameObject(where)] = writer._add_object(null) if referred else null
    assert read_document(written(writer), "a.pdf").text == FERRY


def test_null_in_an_annotation_is_nothing() -> None:
    writer, null = pages(b""), NullObject()
    field = {"Subtype": "/Widget", "F": null, "Ff": null, "TU": null, "Parent": null}
    annotate(writer, 0, 100, **field, FT="/Tx", T="owner", V="Tamsin Vale")
    annotate(writer, 0, 80, **field, FT="/Ch", T="port", V="Harrowgate", Opt=null)
    annotate(writer, 0, 60, **field, FT="/Btn", T="Paid", AS=null, V="/Yes")
    annotate(writer, 0, 40, **field, FT="/Tx", T="empty", V=null)
    annotate(writer, 0, 20, Subtype="/Text", Contents="Ask Odalys.", T=null)
    assert read_document(written(writer), "a.pdf").text == (
        "owner: Tamsin Vale\nport: Harrowgate\nPaid: yes\nComment: Ask Odalys."
    )


def test_a_broken_annotation_costs_no_other() -> None:
    writer = pages(lines(FERRY))
    annotate(writer, 0, 40, Subtype="/Text", Contents="no", F="no number")
    annotate(writer, 0, 20, Subtype="/Text", Contents="Ask Odalys.")
    assert read_document(written(writer), "a.pdf").text == f"{FERRY}\n\nComment: Ask Odalys."


def test_filled_fields_and_comments_are_read_from_top_to_bottom() -> None:
    writer = pages(lines(FERRY))
    widget = {"Subtype": "/Widget"}
    annotate(writer, 0, 100, **widget, FT="/Tx", T="owner", TU="Owner", V="Tamsin Vale")
    annotate(writer, 0, 200, **widget, FT="/Ch", T="port", V="h", Opt=[["h", "Harrowgate"]])
    annotate(writer, 0, 80, **widget, FT="/Btn", T="Paid", AS="/Yes", V="/Yes")
    annotate(writer, 0, 70, **widget, FT="/Btn", T="Late", AS="/Off", V="/Off")
    annotate(writer, 0, 60, **widget, FT="/Tx", T="empty")
    annotate(writer, 0, 50, **widget, FT="/Tx", T="secret", V="pass", Ff=1 << 13)
    annotate(writer, 0, 40, **widget, FT="/Tx", T="hidden", V="no", F=2)
    annotate(writer, 0, 30, Subtype="/Text", Contents="Ask Odalys.", T="Pike")
    annotate(writer, 0, 20, Subtype="/Highlight", Contents="Check the time.")
    annotate(writer, 0, 10, Subtype="/FreeText", Contents="Closed on Monday")
    annotate(writer, 0, 5, Subtype="/Popup", Contents="no")
    assert read_document(written(writer), "a.pdf").text == (
        f"{FERRY}\n\nport: Harrowgate\nOwner: Tamsin Vale\nPaid: yes\n"
        "Comment by Pike: Ask Odalys.\nComment: Check the time.\nClosed on Monday"
    )


def test_a_slash_belongs_to_a_text_but_not_to_a_name() -> None:
    writer = pages(b"")
    signed = writer._add_object(TextStringObject("/s/ Tamsin Vale"))
    annotate(writer, 0, 100, Subtype="/Widget", FT="/Tx", T="Signature", V=signed)
    annotate(writer, 0, 80, Subtype="/Widget", FT="/Ch", T="port", V=NameObject("/Harrowgate"))
    annotate(writer, 0, 60, Subtype="/FreeText", Contents=signed)
    assert read_document(written(writer), "a.pdf").text == (
        "Signature: /s/ Tamsin Vale\nport: Harrowgate\n/s/ Tamsin Vale"
    )


def test_a_field_takes_what_the_one_above_it_says() -> None:
    writer = pages(b"")
    parent = DictionaryObject(
        {
            NameObject("/FT"): NameObject("/Tx"),
            NameObject("/T"): TextStringObject("Owner"),
            NameObject("/V"): TextStringObject("Tamsin Vale"),
        }
    )
    annotate(writer, 0, 100, Subtype="/Widget", Parent=writer._add_object(parent))
    assert read_document(written(writer), "a.pdf").text == "Owner: Tamsin Vale"


def test_a_form_alone_is_no_scan() -> None:
    writer = pages(b"")
    annotate(writer, 0, 100, Subtype="/Widget", FT="/Tx", T="Owner", V="Tamsin Vale")
    assert read_document(written(writer), "a.pdf").text == "Owner: Tamsin Vale"
    writer = pages(b"")
    annotate(writer, 0, 100, Subtype="/Widget", FT="/Tx", T="Owner")
    with pytest.raises(DocumentError, match="no text but a form in which nothing is filled in"):
        read_document(written(writer), "a.pdf")


def test_broken_words_are_joined_and_real_hyphens_kept() -> None:
    text, _ = read(
        lines("The Harrow-", "gate ferry is the price-"), lines("determining good of the port.")
    )
    assert text == "The Harrowgate\nferry is the price-determining\n\f\ngood of the port."


def test_letters_that_stand_for_others_are_told() -> None:
    shifted = "".join(chr(ord(c) + 3) if c.isalpha() else c for c in FERRY)
    text, notices = read(lines("Tickets are sold at the harbour."), lines(shifted))
    assert shifted in text
    assert len(notices) == 1
    assert notices[0].startswith("Letters that make no words: page 2. Its fonts do not say which")


def test_a_font_without_a_map_is_told() -> None:
    """Glyph numbers of a subset, as an Identity-H font without /ToUnicode writes them."""
    descendant = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/CIDFontType2"),
            NameObject("/BaseFont"): NameObject("/AAAAAA+Ferry"),
        }
    )
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type0"),
            NameObject("/BaseFont"): NameObject("/AAAAAA+Ferry"),
            NameObject("/Encoding"): NameObject("/Identity-H"),
            NameObject("/DescendantFonts"): ArrayObject([descendant]),
        }
    )
    codes = "".join(f"{ord(character) - 29:04x}" for character in FERRY)
    content = f"BT /F1 12 Tf 20 200 Td <{codes}> Tj ET".encode()
    document = read_document(written(pages(content, font=font)), "a.pdf")
    assert "Letters that make no words: page 1." in document.notices[0]


def test_raised_and_lowered_signs_stay_apart() -> None:
    content = " ".join(
        [
            "BT /F1 12 Tf 20 200 Td", shown("It cost 40 euros"),
            "/F1 8 Tf 82 5 Td", shown("3"), "/F1 12 Tf 4.5 -5 Td", shown(" on the 19"),
            "/F1 8 Tf 53.4 5 Td", shown("th"), "/F1 12 Tf 6.7 -5 Td", shown(" with H"),
            "/F1 8 Tf 36.7 -2 Td", shown("2"), "/F1 12 Tf 4.5 2 Td", shown("O aboard.") + " ET",
        ]
    ).encode()  # fmt: skip
    assert read(content)[0] == "It cost 40 euros³ on the 19th with H₂O aboard."

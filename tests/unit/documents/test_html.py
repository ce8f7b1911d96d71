"""Lists, tables, small signs and hidden hyphens of HTML, and where it says its encoding."""

from __future__ import annotations

import pytest

from qna_widget.documents import Document, format_of, read_document
from qna_widget.documents.encoding import decode_html


def text(markup: str) -> str:
    return read_document(markup.encode(), "a.html").text


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("10<sup>3</sup> m", "10³ m"),
        ("40 euros<sup>3</sup>.", "40 euros³."),
        ("10<sup>-6</sup>, x<sup>n</sup>, 2<sup>1,2</sup>", "10⁻⁶, xⁿ, 2¹,²"),
        ("H<sub>2</sub>O, log<sub>10</sub>5", "H₂O, log₁₀5"),
        ("the 19<sup>th</sup>, M<sup>me</sup>", "the 19th, Mme"),
        ("a word<sup>[1]</sup>", "a word[1]"),
        ("note <sup>3</sup>", "note 3"),
        ("<sup>3</sup> note", "3 note"),
        ("x<sup><b>2</b></sup>", "x²"),
        ("10<span style='Vertical-Align: super; color:red'>3</span> m", "10³ m"),
        ("H<span style='vertical-align:sub'>2</span>O", "H₂O"),
        ("a<span style='vertical-align:middle'>2</span>", "a2"),
        ("<math><msup><mi>x</mi><mn>2</mn></msup></math>", "x²"),
        ("<math><msub><mi>x</mi><mn>1</mn></msub></math>", "x₁"),
    ],
)
def test_raised_and_lowered(markup: str, shown: str) -> None:
    assert text(f"<p>{markup}") == shown


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("<mfrac><mn>1</mn><mn>2</mn></mfrac>", "1/2"),
        ("<mfrac> <mn>1.5</mn> <mn>2</mn> </mfrac>", "1.5/2"),
        ("<mn>1</mn><mfrac><mn>1</mn><mn>2</mn></mfrac>", "1 1/2"),
        ("<mo>=</mo><mfrac><mi>&infin;</mi><mn>2</mn></mfrac>", "=∞/2"),
        (
            "<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow>"
            "<mfrac><mn>1</mn><mn>2</mn></mfrac></mfrac>",
            "(a+b)/(1/2)",
        ),
        ("<mfrac><msup><mi>x</mi><mn>2</mn></msup><mn>3</mn></mfrac>", "x²/3"),
        ("(<mfrac linethickness=0><mn>5</mn><mn>2</mn></mfrac>)", "(5 2)"),
        ("<mfrac linethickness=0.1em><mn>5</mn><mn>2</mn></mfrac>", "5/2"),
        ("<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>", "x₁²"),
        (
            "<semantics><mrow><mi>c</mi><mo>=</mo><mn>2</mn></mrow>"
            "<annotation-xml><ci>n</ci></annotation-xml><annotation>c = 2</annotation></semantics>",
            "c=2",
        ),
        ("<maction><mi>x</mi><mtext>a hint</mtext></maction>", "x"),
    ],
)
def test_formulas(formula: str, shown: str) -> None:
    assert text(f"<p><math>{formula}</math>") == shown


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("<ol><li>one<li>two</ol>", "1. one\n2. two"),
        ("<ol start=5><li>x<li value=9>y<li>z</ol>", "5. x\n9. y\n10. z"),
        ("<ol reversed><li>x<li>y</ol>", "2. x\n1. y"),
        ("<ol type=a><li>x<li>y</ol>", "a. x\nb. y"),
        ("<ol type=I start=3><li>x<li>y</ol>", "III. x\nIV. y"),
        ("<ol type=A start=27><li>x</ol>", "AA. x"),
        ("<ol start=-1><li>x<li>y</ol>", "-1. x\n0. y"),
        ("<ol start=many><li>x</ol>", "1. x"),
        ("<ol><li hidden>n<li>x</ol>", "1. x"),
        ("<ol><li><p>x</p><p>y</p></ol>", "1. x\n\ny"),
        ("<ol><li><li>x</ol>after", "1.\n2. x\n\nafter"),
        ("<ol><li>x<ul><li>y</ul></ol>", "1. x\n\ny"),
    ],
)
def test_numbers_of_lists(markup: str, shown: str) -> None:
    assert text(markup) == shown


def test_empty_cells_keep_their_columns() -> None:
    table = "<tr><th><th>May<th>June<tr><td>Pike<td><td>3<tr><td>Vale<td>2<td>"
    assert text(f"<table>{table}</table>after") == "\tMay\tJune\nPike\t\t3\nVale\t2\n\nafter"
    assert text("<table><tr><td>a<td><p>b</p><td>c</table>") == "a\tb\n\n\tc"


def test_hyphens_that_are_not_seen() -> None:
    assert text("<p>Harrow&shy;gate mu&#173;seum</p><pre>Harrow&shy;gate</pre>") == (
        "Harrowgate museum\n\nHarrowgate"
    )


@pytest.mark.parametrize("before", [0, 1_000, 60_000])
def test_an_encoding_that_is_declared_late(before: int) -> None:
    markup = f"<html><head><script>{'x' * before}</script><meta charset=iso-8859-2></head><p>Łódź"
    assert read_document(markup.encode("iso8859-2"), "a.html") == Document("Łódź")


@pytest.mark.parametrize(
    "decoy",
    ["<!-- <meta charset=koi8-r> -->", "<script>'<meta charset=koi8-r>'</script>",
     "<title><meta charset=koi8-r></title>", "<body><meta charset=koi8-r>"],
)  # fmt: skip
def test_what_only_looks_like_a_declaration(decoy: str) -> None:
    assert read_document(f"{decoy}<p>Zoë".encode(), "a.html").text == "Zoë"


@pytest.mark.parametrize("piece", [b"<meta ", b"<!--", b"<script>", b"<?xml ", b"<!-- -->"])
def test_hostile_heads_take_no_long_time(piece: bytes) -> None:
    data = piece * 200_000 + "Zoë".encode()
    assert format_of(data, "a.txt") == ".txt"
    assert decode_html(data)[0].endswith("Zoë")


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"%PDF-1.7", "a.txt", ".pdf"),
        (b"\n%PDF-1.7", "", ".pdf"),
        (b"<!DOCTYPE html><p>", "-", ".html"),
        (b"\xef\xbb\xbf \n<!-- x --><html lang=en>", "a.txt", ".html"),
        (b"<htmlx>", "a.txt", ".txt"),
        (b"<p>a note about <html></p>", "a.md", ".md"),
        (b"text", "A.HTM", ".htm"),
        (b"text", "-", ""),
    ],
)
def test_what_a_file_is(data: bytes, name: str, kind: str) -> None:
    assert format_of(data, name) == kind

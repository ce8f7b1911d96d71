"""Texts of files, against what the files were made from and the libraries' own writers."""

from __future__ import annotations

import errno
import io
import re
import subprocess
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import pypdf
import pytest
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
)

from qna_widget import documents
from qna_widget.documents import Document, read_document, sandbox
from qna_widget.documents.encoding import decode_html
from qna_widget.errors import DocumentError, MissingExtraError

TEXT = "Zoë paid 5 € for naïve tea – “hot”.\nŁódź, Ærø, Αθήνα, 東京 🙂."
WESTERN = "Zoë paid 5 € for naïve tea – “hot”."


@pytest.mark.parametrize("name", ["a.txt", "a.md", "A.TXT"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_with_and_without_a_mark(name: str, encoding: str) -> None:
    assert read_document(TEXT.encode(encoding), name) == Document(TEXT)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_known_by_its_zeros(encoding: str) -> None:
    assert read_document(WESTERN.encode(encoding), "a.txt") == Document(WESTERN)


def test_other_bytes_are_windows_1252_and_said_to_be() -> None:
    document = read_document(WESTERN.encode("cp1252"), "a.txt")
    assert document.text == WESTERN
    assert document.notices[0].startswith("The file is not UTF-8 (at byte 2), so it was read as")


@pytest.mark.parametrize("broken", [1, 3])
def test_a_bad_byte_does_not_turn_the_whole_text(broken: int) -> None:
    data = TEXT.encode() * 3 + b" caf\xe9" * broken + TEXT.encode()[:-1]
    places = "1 place" if broken == 1 else "3 places"
    for name in ("a.txt", "a.md", "a.html"):
        document = read_document(data, name)
        assert document.text.count("Zoë paid 5 €") == 4
        assert document.text.count(" caf\ufffd") == broken
        assert document.notices == (
            f"The file is not UTF-8 in {places}: what is broken there shows as \ufffd.",
        )
    declared = read_document(b"<meta charset=utf-8><p>" + data, "a.html")
    assert f"It claims to be utf-8. The file is not utf-8 in {places}" in declared.notices[0]


def test_a_cut_character_at_the_end_is_one_bad_place() -> None:
    # Of ASCII alone, two bytes of a character show what it is.
    for text, cut in ((TEXT, "é".encode()[:1]), ("It costs 5 ", "€".encode()[:2])):
        document = read_document(text.encode() + cut, "a.txt")
        assert document.text == text + "\ufffd"
        assert "in 1 place" in document.notices[0]


def test_what_was_broken_before_is_no_fault_of_this_file() -> None:
    assert read_document("Zo\ufffd, Zoë".encode(), "a.txt") == Document("Zo\ufffd, Zoë")


def test_half_a_unit_does_not_refuse_utf16() -> None:
    document = read_document((TEXT * 3).encode("utf-16") + b"\x00", "a.txt")
    assert document.text.startswith(TEXT)
    assert "not UTF-16 in 1 place" in document.notices[0]


def test_lines_end_in_lf_and_markdown_stays() -> None:
    text = read_document(b"# Title\r\n\r\n*one*\rtwo\n", "a.md").text
    assert text == "# Title\n\n*one*\ntwo"


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.txt", "a.txt holds no text"),
        (b" \n\t", "a.md", "a.md holds no text"),
        (b"\x7fELF\0\0\1" * 99, "a.txt", "a.txt is not a text file: it holds zero bytes"),
        (bytes(1000), "a.txt", "a.txt is not a text file"),
        (b"\xff\xfe\x00\xd8\x00", "a.txt", "begins like UTF-16 but is not"),
        (
            b"PK\x03\x04\x14\0\x06\0",
            "a.docx",
            "a.docx is a file of a word processor, a spreadsheet",
        ),
        (b"PK\x03\x04\x14\0\x06\0", "a.txt", "not a text. Save its text as .txt or .pdf."),
        (b"{\\rtf1\\ansi Tamsin owns it.}", "a.txt", "a.txt is a file in Rich Text Format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.doc", "a.doc is a file of an old word processor"),
        (b"\x89PNG\r\n\x1a\n\0", "a.md", "a.md is a picture, not a text. Let a program"),
        (b"\x1f\x8b\x08\0", "a.txt.gz", "a.txt.gz is a compressed file"),
        (b"x", "a.docx", "'a.docx' is of no kind that is read: .txt, .md, .html, .htm, .pdf"),
        (b"x", "pdf", "'pdf' is of no kind"),
        (b"<title>only</title><p hidden>x", "a.html", "a.html holds no text"),
        (b"<frameset><frame src=x></frameset>", "a.html", "a.html holds no text"),
        (b"PK\x03\x04\x14\0\x06\0", "a.pdf", "a.pdf is a file of a word processor"),
        (b"\x89PNG\r\n\x1a\n\0", "a.html", "a.html is a picture, not a text"),
        (b"not a pdf", "a.pdf", "a.pdf is not a readable PDF"),
        (b"%PDF-1.7\n%%EOF", "a.pdf", "a.pdf is not a readable PDF"),
        (b"", "a.pdf", "a.pdf is not a readable PDF"),
    ],
)
def test_what_cannot_be_read_is_told(data: bytes, name: str, words: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_document(data, name)
    assert words in str(caught.value)


def test_a_huge_file_is_refused_unread() -> None:
    with pytest.raises(DocumentError, match=r"a\.txt has 50,000,001 bytes; at most 50,000,000"):
        read_document(bytes(documents.MAX_BYTES + 1), "a.txt")


def test_a_long_text_is_cut_and_said_to_be() -> None:
    document = read_document(b"word " * 300_000, "a.txt")
    assert len(document.text) == documents.MAX_CHARACTERS
    assert "Only the first 1,000,000 of 1,500,000 characters" in document.notices[0]
    assert document.notices[0].count("1,000,000") == 1


@pytest.mark.parametrize(
    ("markup", "encoding"),
    [
        ('<meta charset="iso-8859-2"><p>Łódź', "iso8859-2"),
        ("<meta http-equiv=content-type content='text/html; charset=koi8-r'><p>Москва", "koi8-r"),
        ('<?xml version="1.0" encoding="Shift_JIS"?><p>東京', "shift_jis"),
        ("<meta charset=latin1><p>5 €", "cp1252"),
        ("<meta charset=utf-16><p>5 €", "utf-8"),
        ("<meta charset=latin1><p>5 €", "utf-8-sig"),
        ("<p>5 €", "utf-8"),
    ],
)
def test_html_in_the_encoding_that_it_declares(markup: str, encoding: str) -> None:
    document = read_document(markup.encode(encoding), "a.html")
    assert document == Document(markup.rpartition(">")[2])


@pytest.mark.parametrize("label", ["zip", "hex", "rot13", "unicode_escape", "utf-7", "idna"])
def test_what_is_no_encoding_of_the_web_is_not_decoded(label: str) -> None:
    text, notices = decode_html(f"<meta charset='{label}'><p>+ADw-b+AD4- \\u0041".encode())
    assert text.endswith("<p>+ADw-b+AD4- \\u0041")
    assert notices == [f"The file claims the unknown encoding {label!r}."]


def test_hidden_text_scripts_and_styles_stay_out() -> None:
    hidden = (
        "<title>n</title><body><style>n</style><script>n</script><noscript>n</noscript><!-- n -->"
        "<p hidden>n</p><div style='color: red; DISPLAY:none'>n</div><template>n</template>"
        "<span style='visibility: hidden'>n</span><textarea>n</textarea><svg><text>n</text></svg>"
        "<select><option>n</select><dialog>n</dialog><iframe>n</iframe><object>n</object>"
    )
    seen = "<p>a<p hidden>n<p>b &lt;i&gt; &amp;amp;<script>n</script>c"
    text = read_document(f"{hidden}{seen}{hidden}".encode(), "a.html").text
    assert text == "a\n\nb <i> &amp;c"


def pdf(*pages: str, compress: bool = True, content: bytes | None = None) -> pypdf.PdfWriter:
    """A PDF with a line of text on each page, as its standard prescribes."""
    writer = pypdf.PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )
    for text in pages:
        page = writer.add_blank_page(300, 300)
        fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        shown = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        line = f"BT /F1 12 Tf 20 200 Td ({shown}) Tj ET".encode("cp1252")
        stream.set_data(line if content is None else content)
        page[NameObject("/Contents")] = writer._add_object(
            stream.flate_encode() if compress else stream
        )
    return writer


def written(writer: pypdf.PdfWriter) -> bytes:
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


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
    whole = written(pdf(*(f"Page {n} of a book." for n in range(40)), compress=False))
    try:
        text = read_document(whole[: len(whole) * tenths // 10], "a.pdf").text
    except DocumentError as error:
        text = str(error)
    assert re.search(r"Page \d+ of a book|^a\.pdf (is not a readable PDF|cannot be read)", text)


def test_a_pdf_that_unpacks_without_end_hits_a_limit() -> None:
    bomb = zlib.compress(b"BT " + b" " * 300_000_000, 9)
    bomb = zlib.compress(bomb, 9)
    data = written(pdf("x", compress=False, content=b"@@"))
    packed = b"/Filter [/FlateDecode /FlateDecode] /Length %d" % len(bomb)
    data = data.replace(b"/Length 2", packed).replace(b"@@", bomb)
    assert len(data) < 10_000
    begun = time.monotonic()
    with pytest.raises(DocumentError, match=r"^a\.pdf (cannot be read|holds no text|is not a)"):
        read_document(data, "a.pdf")
    assert time.monotonic() - begun < sandbox.SECONDS


def test_a_parser_that_does_not_come_back_is_ended() -> None:
    """Deep nesting takes HTML's tree builder quadratic time: this file would keep it for hours."""
    markup = b"<div>" * 5_000_000
    with pytest.raises(DocumentError, match="was not read within 2 seconds"):
        sandbox.run("html", markup, seconds=2)


def test_a_parser_that_dies_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    dead = subprocess.CompletedProcess([], -11, b"")
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_more: dead)
    with pytest.raises(DocumentError, match=r"a\.html could not be read: the reading broke off"):
        read_document(b"<p>x", "a.html")


def test_where_no_process_can_be_started_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_more: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "run", full)
    said = r"a\.html was not read: no process can be started \(Resource temporarily unavailable\)"
    with pytest.raises(DocumentError, match=said):
        read_document(b"<p>x", "a.html")


def test_the_parser_has_little_memory() -> None:
    if sys.platform != "linux":
        pytest.fail("The limit on memory was only tried on Linux: say so here for other systems.")
    code = "from qna_widget.documents.sandbox import _limit_memory as l; l(); bytes(1 << 30)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "MemoryError" in done.stderr


def test_a_module_in_the_current_folder_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    assert read_document(b"<p>x", "a.html").text == "x"


@pytest.mark.parametrize(("name", "package"), [("a.pdf", "pypdf"), ("a.html", "selectolax")])
def test_without_the_extra_the_cure_is_named(
    name: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in list(sys.modules):
        if module.split(".")[0] == package or module in (
            "qna_widget.documents.pdf",
            "qna_widget.documents.html",
        ):
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'qna-widget\[documents\]'"):
        read_document(b"<p>x", name)
    assert read_document(b"x", "a.txt").text == "x"


@pytest.mark.parametrize("data", [None, "a text", 5, [b"x"]])
def test_a_file_is_given_by_its_bytes_and_its_name(data: Any) -> None:
    with pytest.raises(DocumentError, match="A file is given by its bytes and its name"):
        read_document(data, "a.txt")
    with pytest.raises(DocumentError, match="got bytes and"):
        read_document(b"x", 5 if isinstance(data, str) else data)


def test_xml_before_html_does_not_hide_it() -> None:
    data = b'<?xml version="1.0"?>\n<!DOCTYPE html><html><body><p>Tamsin owns it.</body></html>'
    assert read_document(data, "a.xhtml").text == "Tamsin owns it."

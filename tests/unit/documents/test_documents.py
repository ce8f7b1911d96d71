"""Texts of files, against what the files were made from and the libraries' own writers."""

from __future__ import annotations

from typing import Any

import pytest

from qna_widget import documents
from qna_widget.documents import Document, read_document
from qna_widget.documents.encoding import decode_html
from qna_widget.errors import DocumentError

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
        (b"city,people", "a.csv", ".pdf. If it is text, give it a name that ends in .txt."),
        (b"<title>only</title><p hidden>x", "a.html", "a.html holds no text"),
        (b"<frameset><frame src=x></frameset>", "a.html", "a.html holds no text"),
        (b"PK\x03\x04\x14\0\x06\0", "a.pdf", "a.pdf is a file of a word processor"),
        (b"\x89PNG\r\n\x1a\n\0", "a.html", "a.html is a picture, not a text"),
        (b"not a pdf", "a.pdf", "a.pdf is not a readable PDF"),
        (b"%PDF-1.7\n%%EOF", "a.pdf", "If a viewer can open it, print it to a new PDF there."),
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


@pytest.mark.parametrize(
    ("label", "codec", "shown"),
    [
        ("Shift_JIS", "cp932", "①㈱№髙﨑"),
        ("x-sjis", "cp932", "東京"),
        ("windows-31j", "cp932", "①"),
        ("x-euc-jp", "euc_jp", "東京"),
        ("big5", "big5hkscs", "碁銹裏恒①"),
        ("x-x-big5", "big5", "中文"),
        ("cn-big5", "big5", "中文"),
        ("gb2312", "gb18030", "中文㐀𠀀"),
        ("x-gbk", "gb18030", "中文"),
        ("tis-620", "cp874", "ภาษาไทย…"),
        ("Windows-874", "cp874", "ภาษาไทย…"),
        ("iso-8859-11", "cp874", "ภาษาไทย…"),
        ("windows-949", "cp949", "한국어 똠"),
        ("iso-8859-8-i", "iso8859-8", "שלום"),
        ("logical", "iso8859-8", "שלום"),
        ("sun_eu_greek", "iso8859-7", "Αθήνα"),
        ("koi8", "koi8-r", "Москва"),
        ("koi8-ru", "koi8-u", "Київ"),
        ("x-cp1251", "cp1251", "Москва"),
        ("x-mac-cyrillic", "mac-cyrillic", "Москва"),
        ("unicode", "utf-8", "Łódź"),
    ],
)
def test_labels_mean_what_they_mean_to_browsers(label: str, codec: str, shown: str) -> None:
    head = f"<meta charset='{label}'>"
    assert decode_html(head.encode() + shown.encode(codec)) == (head + shown, [])


@pytest.mark.parametrize(
    ("label", "data", "shown", "broken"),
    [
        # NEC's and IBM's rows.
        ("euc-jp", b"\xad\xa1\xfc\xe2\xf9\xf5\xc5\xec\xad\xf4", "①髙﨑東∑", 0),
        ("euc-jp", b"\xad\xa1 \xad", "① \ufffd", 1),
        ("gbk", b"5 \x80 \xd6\xd0", "5 € 中", 0),
        ("big5", b"5 \xa3\xe1 \xff", "5 € \ufffd", 1),
    ],
)
def test_signs_that_browsers_know_and_codecs_lack(
    label: str, data: bytes, shown: str, broken: int
) -> None:
    text, notices = decode_html(f"<meta charset={label}>".encode() + data)
    assert text.rpartition(">")[2] == shown
    assert len(notices) == broken


@pytest.mark.parametrize(
    "label", ["zip", "x-zip", "hex", "rot13", "unicode_escape", "utf-7", "idna"]
)
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


@pytest.mark.parametrize("data", [None, "a text", 5, [b"x"]])
def test_a_file_is_given_by_its_bytes_and_its_name(data: Any) -> None:
    with pytest.raises(DocumentError, match="A file is given by its bytes and its name"):
        read_document(data, "a.txt")
    with pytest.raises(DocumentError, match="got bytes and"):
        read_document(b"x", 5 if isinstance(data, str) else data)


def test_xml_before_html_does_not_hide_it() -> None:
    data = b'<?xml version="1.0"?>\n<!DOCTYPE html><html><body><p>Tamsin owns it.</body></html>'
    assert read_document(data, "a.xhtml").text == "Tamsin owns it."

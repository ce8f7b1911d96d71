"""Bytes to text: byte order marks, what an HTML file declares, UTF-8, and else Windows-1252."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress

from qna_widget.errors import DocumentError

_MARKS = (
    # UTF-32's little-endian mark begins with UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# As browsers read labels (https://encoding.spec.whatwg.org/#names-and-labels): first those that
# Python does not know (without "x-", which goes), then its codecs that browsers widen.
_LABELS = {
    "cn-big5": "big5",
    "dos-874": "cp874",
    "gb_2312": "gbk",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-8-i": "iso8859-8",
    "koi": "koi8-r",
    "koi8": "koi8-r",
    "koi8-ru": "koi8-u",
    "ksc_5601": "cp949",
    "logical": "iso8859-8",
    "mac": "mac-roman",
    "sun_eu_greek": "iso8859-7",
    "unicode": "utf-8",
    "visual": "iso8859-8",
    "windows-31j": "cp932",
    "windows-874": "cp874",
    "windows-949": "cp949",
}
_CODECS = {
    "ascii": "cp1252",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "iso8859-11": "cp874",
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
    "tis-620": "cp874",
    "utf-16": "utf-8",
    "utf-16-be": "utf-8",
    "utf-16-le": "utf-8",
}
# Python's other codecs decode what is no text, or unpack.
_ALLOWED = re.compile(
    r"utf-8|iso8859-\d+|cp(125\d|866|874|932|949)|koi8-[ru]|mac-(roman|cyrillic)"
    r"|gb18030|big5hkscs|euc_jp|iso2022_jp"
)
# Codecs that lack signs which browsers know: "①", "髙" (vendors' rows of the Japanese table), "€".
_LACKING = frozenset(("big5hkscs", "euc_jp", "gb18030"))
_LACKS = "qna_widget.lacking"
# Places; where more are broken it is another encoding, and would take long.
_MOST_LACKING = 100_000
# A declaration counts up to the body; where none is marked, within so many bytes. Browsers start
# over when they meet one behind their first 1,024.
_HEAD = 1 << 20
_BODY = re.compile(rb"<body\b", re.IGNORECASE)
# What stands in there is no declaration.
_NOT_MARKUP = re.compile(
    rb"<!--.*?(?:-->|\Z)|<(script|style|title|textarea)\b.*?(?:</\1|\Z)",
    re.IGNORECASE | re.DOTALL,
)
# Of two-byte units: a file with more that are broken is no UTF-16.
_BROKEN_SHARE = 0.05
# Possessive, so that a long row of spaces is read once.
_DECLARED = re.compile(
    rb"""<meta\b[^<>]*?\bcharset\s*+=\s*+["']?\s*+([\w:.-]+)|"""
    rb"""<\?xml[^<>]*?\bencoding\s*+=\s*+["']([\w:.-]+)""",
    re.IGNORECASE,
)


def decode(data: bytes) -> tuple[str, list[str]]:
    """Return the text of a plain file, and sentences about what was guessed.

    Raises DocumentError, without the file's name, for what is no text.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _strictly(data, name)
    if b"\0" in data:
        return _strictly(data, _utf16_without_mark(data))
    whole = decode_utf8(data)
    if whole is not None:
        return whole
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        where = f"byte {error.start:,}"
    return data.decode("cp1252", "replace"), [
        f"The file is not UTF-8 (at {where}), so it was read as Windows-1252. Where letters look "
        "wrong, save it as UTF-8."
    ]


def decode_utf8(data: bytes) -> tuple[str, list[str]] | None:
    """Return the text of UTF-8 of which some bytes may be broken, and a notice that counts those.

    None for what is not UTF-8: more is broken than letters beyond ASCII are whole.
    """
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        text = data.decode("utf-8-sig", "replace")
        if error.end == len(data) and error.end - error.start > 1:  # cut off within a character
            return text, [_count(1, "UTF-8")]
    honest = data.count("\ufffd".encode())
    broken = text.count("\ufffd") - honest
    if sum(character > "\x7f" for character in text) - honest < 2 * broken:
        return None
    return text, [_count(broken, "UTF-8")]


def _count(broken: int, encoding: str) -> str:
    places = "1 place" if broken == 1 else f"{broken:,} places"
    return f"The file is not {encoding} in {places}: what is broken there shows as \ufffd."


def decode_html(data: bytes) -> tuple[str, list[str]]:
    """Do the same for an HTML file, which may name its encoding; a mark goes before that."""
    declared = _declared(data)
    if declared is None or any(data.startswith(mark) for mark, _ in _MARKS):
        return decode(data)
    label = (declared[1] or declared[2]).decode("ascii", "replace")
    name = _codec(label)
    if name is None:
        text, notices = decode(data)
        return text, [f"The file claims the unknown encoding {label!r}.", *notices]
    text = data.decode(name, "replace")
    broken = text.count("\ufffd")
    if name in _LACKING and 0 < broken < _MOST_LACKING:
        text = data.decode(name, _LACKS)
        broken = text.count("\ufffd")
    if broken == 0 or (name == "utf-8" and broken == data.count("\ufffd".encode())):
        return text, []
    return text, [f"It claims to be {label}. {_count(broken, label)}"]


def _declared(data: bytes) -> re.Match[bytes] | None:
    """Find what an HTML file says about its encoding, wherever in its head."""
    head = _NOT_MARKUP.sub(b" ", data[:_HEAD])
    body = _BODY.search(head)
    return _DECLARED.search(head, 0, body.start() if body else len(head))


def _codec(label: str) -> str | None:
    label = re.sub(r"\A(?:x-)+", "", label.lower())
    try:
        name = codecs.lookup(_LABELS.get(label, label)).name
    except (LookupError, ValueError):
        return None
    name = _CODECS.get(name, name)
    return name if _ALLOWED.fullmatch(name) else None


def _lacking(error: UnicodeError) -> tuple[str, int]:
    """Decode what browsers know and Python's codec does not, for `_LACKS`."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    start = error.start
    pair = error.object[start : start + 2]
    if error.encoding == "gb18030" and pair[:1] == b"\x80":
        return "€", start + 1
    if error.encoding == "big5hkscs" and pair == b"\xa3\xe1":
        return "€", start + 2
    if error.encoding == "euc_jp" and len(pair) == 2 and all(0xA0 < byte < 0xFF for byte in pair):
        with suppress(UnicodeDecodeError):
            return _in_shift_jis(*pair).decode("cp932"), start + 2
    return "\ufffd", error.end


codecs.register_error(_LACKS, _lacking)


def _in_shift_jis(first: int, second: int) -> bytes:
    """Return a character of EUC-JP in Shift JIS, which packs two rows of the table into one."""
    row, cell = first - 0xA0, second - 0xA0
    lead = (row - 1) // 2 + (0x81 if row < 63 else 0xC1)
    return bytes((lead, cell + 0x3F + (cell > 63) if row % 2 else cell + 0x9E))


def _strictly(data: bytes, name: str) -> tuple[str, list[str]]:
    try:
        return data.decode(name), []
    except UnicodeDecodeError as error:
        text = data.decode(name, "replace")
        broken = text.count("\ufffd")
        if broken <= _BROKEN_SHARE * len(text):
            return text, [_count(broken, name.removesuffix("-sig").upper())]
        raise DocumentError(
            f"begins like {name.upper()} but is not: {error.reason} at byte {error.start:,}."
        ) from None


def _utf16_without_mark(data: bytes) -> str:
    """Western text in UTF-16 has a zero in every other byte, nearly; other files have not."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    for name, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if (
            zeros > 0.2 * len(data)
            and others < 0.01 * len(data)
            and _is_text(data.decode(name, "replace"))
        ):
            return name
    raise DocumentError("is not a text file: it holds zero bytes.")


def _is_text(text: str) -> bool:
    """Tell whether a beginning holds next to nothing but letters, signs and spaces."""
    start = text[:10_000]
    return sum(c.isprintable() or c.isspace() for c in start) > 0.99 * len(start)

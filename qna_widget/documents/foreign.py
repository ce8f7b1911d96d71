"""What a file is that holds a text which is not read here, told by how it begins."""

from __future__ import annotations

from typing import Final

_OFFICE: Final = "a file of a word processor, a spreadsheet or an archive (ZIP)"
_PICTURE: Final = "a picture"
_STARTS: Final = {
    b"PK\x03\x04": _OFFICE,
    b"PK\x05\x06": _OFFICE,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "a file of an old word processor or spreadsheet",
    b"{\\rtf": "a file in Rich Text Format",
    b"%!PS": "a PostScript file",
    b"\x1f\x8b\x08": "a compressed file (gzip)",
    b"BZh": "a compressed file (bzip2)",
    b"\xfd7zXZ\0": "a compressed file (xz)",
    b"7z\xbc\xaf'\x1c": "a compressed file (7z)",
    b"\x89PNG\r\n\x1a\n": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"GIF87a": _PICTURE,
    b"GIF89a": _PICTURE,
    b"II*\0": _PICTURE,
    b"MM\0*": _PICTURE,
    b"SQLite format 3\0": "a database",
}
_DO: Final = {
    _PICTURE: "Let a program that recognises text read it.",
    "a database": "Save what is in it as .txt.",
}


def foreign(data: bytes) -> str:
    """Return what a file is and what to do, as the end of a sentence and another; "" for none."""
    for start, what in _STARTS.items():
        if data.startswith(start):
            return f"is {what}, not a text. " + _DO.get(what, "Save its text as .txt or .pdf.")
    return ""

"""PDF files as their standard prescribes them, for tests."""

from __future__ import annotations

import io

import pypdf
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)


def shown(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"({escaped}) Tj"


def lines(*texts: str) -> bytes:
    """The content of a page with these lines."""
    written = " T* ".join(shown(text) for text in texts)
    return f"BT /F1 12 Tf 14 TL 20 270 Td {written} ET".encode("cp1252")


def pages(*contents: bytes, font: DictionaryObject | None = None) -> pypdf.PdfWriter:
    """A PDF with these contents; /F1 is Helvetica, /Im1 a picture of one black point."""
    writer = pypdf.PdfWriter()
    if font is None:
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
                NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
            }
        )
    picture = DecodedStreamObject()
    picture.set_data(b"\0")
    picture.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(1),
            NameObject("/Height"): NumberObject(1),
            NameObject("/BitsPerComponent"): NumberObject(8),
            NameObject("/ColorSpace"): NameObject("/DeviceGray"),
        }
    )
    frame = DecodedStreamObject()
    frame.set_data(b"/Im1 Do")
    image = writer._add_object(picture)
    frame.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject([NumberObject(n) for n in (0, 0, 1, 1)]),
            NameObject("/Resources"): DictionaryObject(
                {NameObject("/XObject"): DictionaryObject({NameObject("/Im1"): image})}
            ),
        }
    )
    objects = {NameObject("/Im1"): image, NameObject("/Fm1"): writer._add_object(frame)}
    for content in contents:
        page = writer.add_blank_page(300, 300)
        page[NameObject("/Resources")] = DictionaryObject(
            {
                NameObject("/Font"): DictionaryObject(
                    {NameObject("/F1"): writer._add_object(font)}
                ),
                NameObject("/XObject"): DictionaryObject(objects),
            }
        )
        stream = DecodedStreamObject()
        stream.set_data(content)
        page[NameObject("/Contents")] = writer._add_object(stream)
    return writer


def annotate(writer: pypdf.PdfWriter, page: int, top: float, **entries: object) -> None:
    """Put an annotation on a page; text becomes text, "/Name" a name, and so on."""
    annotation = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Rect"): ArrayObject([FloatObject(n) for n in (20, top - 12, 120, top)]),
            **{NameObject(f"/{name}"): _object(value) for name, value in entries.items()},
        }
    )
    there = writer.pages[page]
    listed = there.setdefault(NameObject("/Annots"), ArrayObject())
    listed.append(writer._add_object(annotation))


def _object(value: object) -> object:
    if isinstance(value, str):
        return NameObject(value) if value.startswith("/") else TextStringObject(value)
    if isinstance(value, int):
        return NumberObject(value)
    if isinstance(value, list):
        return ArrayObject([_object(item) for item in value])
    return value


def written(writer: pypdf.PdfWriter) -> bytes:
    """The file."""
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()

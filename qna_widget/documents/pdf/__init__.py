"""The text of a PDF, page by page: its text layer, filled fields and comments. Opens pypdf."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field

from qna_widget.documents.broken_words import join_broken_words
from qna_widget.errors import DocumentError, needs_extra

from .page import Page, read_page

with needs_extra("Reading PDF", "documents"):
    import pypdf
    from pypdf.errors import DependencyError, FileNotDecryptedError


PAGE_END = "\n\f\n"
"""Between two pages, empty ones included: so answers know theirs."""


@dataclass
class _Pages:
    """What became of the pages, by number from 1."""

    texts: list[str] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    pictures: list[int] = field(default_factory=list)
    nonsense: list[int] = field(default_factory=list)
    has_empty_form: bool = False

    def add(self, number: int, page: Page) -> None:
        self.texts.append(page.text)
        if page.is_picture:
            self.pictures.append(number)
        if page.is_nonsense:
            self.nonsense.append(number)
        self.has_empty_form |= page.has_fields and not page.text


def pdf_text(data: bytes, seconds: float, characters: int) -> tuple[str, list[str]]:
    """Return a PDF's text, and sentences about pages that are not in it.

    No page is begun after so many seconds or code points. Raises DocumentError, without the file's
    name, for what is no PDF, is locked or has no text.
    """
    ends = time.monotonic() + seconds
    try:
        # It tries the empty password, with which many are encrypted only to forbid changes.
        reader = pypdf.PdfReader(io.BytesIO(data))
        count = len(reader.pages)
    except (FileNotDecryptedError, DependencyError):
        raise DocumentError(
            "is locked with a password. Save a copy without one and take that."
        ) from None
    except Exception as error:  # pypdf raises anything at all on a broken file
        why = str(error).strip().rstrip(".") or type(error).__name__
        raise DocumentError(
            f"is not a readable PDF ({why}). If a viewer can open it, print it to a new PDF there."
        ) from None
    pages = _Pages()
    length = read = 0
    for number in range(1, count + 1):
        if time.monotonic() > ends or length > characters:
            break
        read = number
        try:
            page = read_page(reader.pages[number - 1])
        except Exception:
            pages.broken.append(number)
            pages.texts.append("")
            continue
        pages.add(number, page)
        length += len(page.text)
    if not "".join(pages.texts).strip():
        raise DocumentError(_why_empty(count, pages))
    return PAGE_END.join(join_broken_words(pages.texts)), _notices(count, read, pages)


def _why_empty(count: int, pages: _Pages) -> str:
    if pages.broken:
        broken = len(pages.broken)
        return f"cannot be read: {broken} of its {count} pages are broken, the others empty."
    if pages.has_empty_form:
        return "holds no text but a form in which nothing is filled in."
    return (
        f"holds no text in its {count} page{'' if count == 1 else 's'}. It is probably a scan: run "
        "text recognition (OCR) over it first, for example with ocrmypdf."
    )


def _notices(count: int, read: int, pages: _Pages) -> list[str]:
    notices = []
    if read < count:
        notices.append(f"Only the first {read:,} of {count:,} pages were read: there is too much.")
    if pages.broken:
        notices.append(f"Broken and left out: page {_few(pages.broken)}.")
    if pages.pictures:
        notices.append(
            f"Nothing but a picture, or nearly, and what it shows is not read: page "
            f"{_few(pages.pictures)}. Text recognition (OCR) reads it, for example ocrmypdf."
        )
    if pages.nonsense:
        notices.append(
            f"Letters that make no words: page {_few(pages.nonsense)}. Its fonts do not say which "
            "letters they show, so answers from there are nonsense. Text recognition (OCR) helps, "
            "for example ocrmypdf --force-ocr."
        )
    return notices


def _few(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:5])) + (" and others" if len(numbers) > 5 else "")

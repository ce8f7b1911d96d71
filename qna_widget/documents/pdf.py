"""The text layer of a PDF, page by page. Opens pypdf."""

from __future__ import annotations

import io
import time

from qna_widget.errors import DocumentError, needs_extra

with needs_extra("Reading PDF", "documents"):
    import pypdf
    from pypdf.errors import DependencyError, FileNotDecryptedError

# Printed as one sign, but no letters to a model: "oﬃce" is a word that it has never read.
LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)


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
        raise DocumentError(f"is not a readable PDF ({type(error).__name__}: {error}).") from None
    pages: list[str] = []
    broken: list[int] = []
    length = 0
    for number in range(1, count + 1):
        if time.monotonic() > ends or length > characters:
            break
        try:
            page = reader.pages[number - 1].extract_text()
        except Exception:
            broken.append(number)
            continue
        page = page.translate(LIGATURES)
        pages.append(page.strip("\n"))
        length += len(page)
    text = "\n\n".join(page for page in pages if page.strip())
    read = len(pages) + len(broken)
    if not text:
        raise DocumentError(_why_empty(count, len(broken)))
    return text, _notices(count, read, broken)


def _why_empty(count: int, broken: int) -> str:
    if broken:
        return f"cannot be read: {broken} of its {count} pages are broken, the others empty."
    return (
        f"holds no text in its {count} page{'' if count == 1 else 's'}. It is probably a scan: run "
        "text recognition (OCR) over it first, for example with ocrmypdf."
    )


def _notices(count: int, read: int, broken: list[int]) -> list[str]:
    notices = []
    if read < count:
        notices.append(f"Only the first {read:,} of {count:,} pages were read: there is too much.")
    if broken:
        few = ", ".join(map(str, broken[:5])) + (" and others" if len(broken) > 5 else "")
        notices.append(f"Broken and left out: page {few}.")
    return notices

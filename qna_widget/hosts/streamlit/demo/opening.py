"""Files that readers open, read beside the runs of the page: a newer run may end any of these."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from qna_widget.documents import Document, read_document

_READERS = ThreadPoolExecutor(4, "qna-widget-file")


@dataclass(frozen=True)
class Opening:
    """A file that is being read."""

    name: str
    reading: Future[Document]

    def wait(self) -> None:
        """Return once it was read, or could not be."""
        wait([self.reading])

    def document(self) -> Document:
        """Return what it says. Raises DocumentError and MissingExtraError as `read_document`."""
        return self.reading.result()


def begin(content: bytes, name: str) -> Opening:
    """Begin to read a file."""
    return Opening(name, _READERS.submit(read_document, content, name))

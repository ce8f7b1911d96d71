"""Files that are described as a model's, for tests that never ask it."""

from __future__ import annotations

from pathlib import Path

from qna_widget.core.types import UNCASED
from qna_widget.export.bundle import Model, Origin, write_model
from qna_widget.export.vocabulary import Vocabulary


def write(folder: Path, title: str = "A model") -> None:
    """Fill a folder with a description and the files that it names."""
    model = Model(b"graph", Vocabulary(("[PAD]",), UNCASED, segments=True), 8, False, "")
    write_model(model, Origin("tiny", title, "", ""), folder)

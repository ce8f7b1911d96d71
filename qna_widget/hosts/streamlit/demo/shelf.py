"""What one server offers: the texts of its menu, and the model that answers first.

`qna-widget demo` says it in an environment variable; without that there are the examples.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from qna_widget.documents import MAX_BYTES, read_document
from qna_widget.documents.reading import read_bounded
from qna_widget.errors import InputError
from qna_widget.models import names

ENVIRONMENT = "QNA_WIDGET_DEMO"
"""JSON: "model", and "texts", a list of paths."""
OWN = "own"
"""Key of "Your own text"."""


@dataclass(frozen=True)
class Example:
    """A text to choose from."""

    title: str
    passage: str
    questions: tuple[str, ...] = ()
    """To be clicked; the first is asked at once."""

    @property
    def question(self) -> str:
        """The question that is asked at once; "" for none."""
        return self.questions[0] if self.questions else ""


@dataclass(frozen=True)
class Shelf:
    """Texts by their keys in links, the first of them shown first."""

    texts: Mapping[str, Example]
    model: str = names.AUTO

    @property
    def first(self) -> str:
        """The key of the text that is shown first."""
        return next(iter(self.texts))

    def key_of(self, passage: str) -> str:
        """Return the key of the text with exactly this passage, else OWN."""
        return next((key for key, known in self.texts.items() if known.passage == passage), OWN)

    def questions_of(self, passage: str) -> tuple[str, ...]:
        """Return the questions that this passage comes with."""
        known = self.texts.get(self.key_of(passage))
        return known.questions if known else ()


def packed(model: str, files: Iterable[Path]) -> str:
    """Return what to put into the environment variable; a link keeps its name in the menu."""
    return json.dumps({"model": model, "texts": [str(file.absolute()) for file in files]})


def of_environment(examples: Mapping[str, Example]) -> Shelf:
    """Return this server's shelf: its own texts before the examples. Raises as `read_texts`."""
    given = os.environ.get(ENVIRONMENT, "{}")
    try:
        said = json.loads(given)
        model, files = str(said.get("model", names.AUTO)), [*map(Path, said.get("texts", ()))]
    except (ValueError, TypeError, AttributeError):
        raise InputError(
            f"{ENVIRONMENT} is {given[:60]!r}, which `qna-widget demo` did not write: unset it."
        ) from None
    return Shelf({**read_texts(files), **examples}, model)


def read_texts(files: Iterable[Path]) -> dict[str, Example]:
    """Return the texts of files, by their names.

    Raises InputError for a file that cannot be opened or has another's name, DocumentError for one
    that holds no text, MissingExtraError without the `documents` extra.
    """
    texts: dict[str, Example] = {}
    for file in files:
        data = read_bounded(file, MAX_BYTES)
        if file.name in texts:
            raise InputError(f"Two texts are called {file.name}: give one another name.")
        texts[file.name] = Example(file.name, read_document(data, file.name).text)
    return texts

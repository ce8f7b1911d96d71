"""Everything that the package raises on purpose.

::

    QnaError
    ├── InputError (ValueError)         what was asked cannot be answered
    │   ├── BlankQuestionError
    │   └── BlankPassageError
    ├── ModelError                      a model cannot be used
    │   ├── ModelNotFoundError (LookupError)
    │   ├── ModelFileError              its files are missing, damaged or not what they claim
    │   ├── ModelAccessError            the hub gives it only to those it knows
    │   ├── ModelCacheError             the user's cache folder cannot be written
    │   ├── HubError                    the hub is not to be asked, or did not answer as it should
    │   └── ExportError                 a checkpoint cannot be turned into a model
    ├── AssetError                      a file for the browser is missing, or was not to be had
    ├── DatasetError (ValueError)       an evaluation file is not SQuAD-format
    ├── DocumentError (ValueError)      a file's text cannot be read
    └── MissingExtraError (ImportError) an optional dependency is not installed

Each message says what was given, what is allowed and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class QnaError(Exception):
    """Base of all errors that the package raises on purpose. Pickles, to travel from a worker."""

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the message: constructors take what it is made of, or nothing."""
        return _restore, (type(self), self.args, self.__dict__)


def _restore(kind: type[QnaError], args: tuple[object, ...], state: dict[str, object]) -> QnaError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class InputError(QnaError, ValueError):
    """What was asked cannot be answered."""


class BlankQuestionError(InputError):
    """The question holds no visible character."""

    def __init__(self) -> None:
        super().__init__("The question is blank. Give a text with at least one visible character.")


class BlankPassageError(InputError):
    """The passage holds no visible character."""

    def __init__(self) -> None:
        super().__init__("The passage is blank. Give a text with at least one visible character.")


class ModelError(QnaError):
    """A model cannot be used."""


class ModelNotFoundError(ModelError, LookupError):
    """No model goes by that name."""


class ModelFileError(ModelError):
    """A model's files are missing, damaged or not what they claim to be."""


class ModelAccessError(ModelError):
    """The hub gives the model only to those who log in, or who agreed to its terms."""


class ModelCacheError(ModelError):
    """The user's cache folder cannot be written: full, or not permitted."""


class HubError(ModelError):
    """The hub is not to be asked, did not answer, or answered what it should not."""


class ExportError(ModelError):
    """A checkpoint cannot be turned into a model."""


class AssetError(QnaError):
    """A file for the browser is missing, or the browser asked for what there is not."""


class DatasetError(QnaError, ValueError):
    """An evaluation file is not in SQuAD's format."""


class DocumentError(QnaError, ValueError):
    """A file's text cannot be read: it is too large, broken, locked, or holds none."""


def installing(extra: str) -> str:
    """Return the command that installs an extra, from a package index and from a clone."""
    return f"pip install 'qna-widget[{extra}]' (in a clone: pip install '.[{extra}]')"


class MissingExtraError(QnaError, ImportError):
    """An optional dependency is not installed."""

    def __init__(self, what: str, extra: str, missing: str) -> None:
        super().__init__(
            f"{what} needs the package {missing!r}, which is not installed. "
            f"Run: {installing(extra)}"
        )


@contextmanager
def needs_extra(what: str, extra: str) -> Iterator[None]:
    """Turn a missing package inside the block into MissingExtraError, which names the cure."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("qna_widget"):
            raise
        raise MissingExtraError(what, extra, error.name) from error

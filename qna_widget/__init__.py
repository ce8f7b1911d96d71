"""Ask questions about a text; ranked answers with exact offsets come back.

``QnA`` shows a panel in a notebook, where the reader's own browser answers. ``QuestionAnswerer``
gives the same answers in Python (needs the `kernel` extra). Everything else is imported from its
own module, such as ``qna_widget.streamlit.qna``.
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from .core.types import Answer, Result
from .errors import (
    BlankPassageError,
    BlankQuestionError,
    InputError,
    MissingExtraError,
    ModelError,
    QnaError,
    needs_extra,
)

# onnxruntime's wheels (1.29 and newer) write a device id and report to their makers unless this is
# set before it is imported. Nothing leaves this machine unless whoever runs it says so.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

if TYPE_CHECKING:
    from .answering.answerer import QuestionAnswerer
    from .hosts.widget.comparison import compare
    from .hosts.widget.widget import QnA

__all__ = [
    "Answer",
    "BlankPassageError",
    "BlankQuestionError",
    "InputError",
    "MissingExtraError",
    "ModelError",
    "QnA",
    "QnaError",
    "QuestionAnswerer",
    "Result",
    "__version__",
    "compare",
]

try:
    __version__ = version("qna-widget")
except PackageNotFoundError:  # run from a folder that was never installed
    __version__ = "0"

# Imported on first use: neither a notebook nor Pyodide should load what it does not need.
_LAZY = {
    "QnA": "hosts.widget.widget",
    "compare": "hosts.widget.comparison",
    "QuestionAnswerer": "answering.answerer",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with needs_extra(name, "kernel"):
        return getattr(import_module(f".{_LAZY[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)

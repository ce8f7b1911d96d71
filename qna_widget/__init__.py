"""Ask questions about a text; ranked answers with exact offsets come back.

``QnA`` shows a panel in a notebook, where the reader's own browser answers. ``QuestionAnswerer``
gives the same answers in Python (needs the `kernel` extra). Everything else is imported from its
own module, such as ``qna_widget.streamlit.qna``.
"""

from __future__ import annotations

import os
from importlib import import_module

# onnxruntime's wheels (1.29 and newer) write a device id and report to their makers unless this is
# set before it is imported. Nothing leaves this machine unless whoever runs it says so.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

# As in typing, whose import would take its time.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .answering.answerer import QuestionAnswerer
    from .core.types import Answer, Result
    from .errors import (
        BlankPassageError,
        BlankQuestionError,
        InputError,
        MissingExtraError,
        ModelError,
        QnaError,
    )
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

# Imported on first use: neither a notebook nor Pyodide should load what it does not need, and the
# command line is to hear Ctrl-C before anything else is loaded. Where each name stands, and the
# extra that it takes.
_LAZY = {
    "Answer": ("core.types", ""),
    "BlankPassageError": ("errors", ""),
    "BlankQuestionError": ("errors", ""),
    "InputError": ("errors", ""),
    "MissingExtraError": ("errors", ""),
    "ModelError": ("errors", ""),
    "QnA": ("hosts.widget.widget", ""),
    "QnaError": ("errors", ""),
    "QuestionAnswerer": ("answering.answerer", "kernel"),
    "Result": ("core.types", ""),
    "compare": ("hosts.widget.comparison", ""),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _version()
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, extra = _LAZY[name]
    if not extra:
        return getattr(import_module(f".{module}", __name__), name)
    from .errors import needs_extra

    with needs_extra(name, extra):
        return getattr(import_module(f".{module}", __name__), name)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("qna-widget")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "0"


def __dir__() -> list[str]:
    return sorted(__all__)

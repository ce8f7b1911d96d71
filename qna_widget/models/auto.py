"""What "auto" means here and now: MobileBERT once it is on this machine, else the bundled model.

Nobody waits: fetching MobileBERT takes a minute or more, and a first question deserves its
answer at once. So the bundled model answers until MobileBERT is in the cache. It gets there by
`qna-widget fetch mobilebert`, by asking for model="mobilebert" once, or by itself: where a person
looks on (a widget, an app), the `hub` extra is installed and the hub answers within half a second,
a process beside this one fetches it, and ends with this one. Scripts and batch jobs never start
that: their answers should not change from one run to the next by themselves.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from threading import Lock

from qna_widget.errors import installing

from . import names
from .endpoint import answers, offline

PROBE_SECONDS = 0.5
_NEEDED = ("huggingface_hub", "onnx", "onnxruntime", "safetensors", "tokenizers")
_BRINGS = "`qna-widget fetch mobilebert` brings it"


def why_bundled(*, interactive: bool) -> str:
    """Return why MobileBERT does not answer, for the status line.

    `interactive`: a person looks on, and MobileBERT may be fetched beside.
    """
    return f"The bundled model answers, because {_reason(interactive)}."


def _reason(interactive: bool) -> str:
    if sys.platform == "emscripten":
        return "MobileBERT cannot be fetched from within a browser"
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        return f"MobileBERT is not on this machine, and fetching it takes {installing('hub')}"
    if offline():
        return "MobileBERT is not on this machine and HF_HUB_OFFLINE is set"
    if not answers(names.MOBILEBERT.repo, PROBE_SECONDS):
        return "MobileBERT is not on this machine and the hub did not answer"
    if not interactive or not sys.executable:
        return f"MobileBERT is not on this machine: {_BRINGS}"
    return _beside.state()


class _Beside:
    """The process that fetches MobileBERT; at most one for each of ours."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._failure = ""
        self._lock = Lock()

    def state(self) -> str:
        """Start it on the first call; return how far it is, as a reason."""
        with self._lock:
            if self._process is None:
                self._process = self._start()
            if self._process.poll() is None:
                size = names.SHORT["mobilebert"].download // 1_000_000
                return (
                    f"MobileBERT ({size} MB) is being fetched meanwhile; "
                    "it answers in the next widget or session"
                )
            if not self._failure and self._process.stderr is not None:
                said = self._process.stderr.read().strip().splitlines()
                self._failure = said[-1] if said else f"exit code {self._process.returncode}"
            return f"fetching MobileBERT failed ({self._failure.rstrip('.')}); {_BRINGS}"

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "qna_widget.models.fetch_beside"],
            stdin=subprocess.PIPE,  # ends when this process does, however it ends
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "HF_HUB_DISABLE_PROGRESS_BARS": "1"},
            start_new_session=True,  # Ctrl-C in a notebook means the cell, not this
        )


_beside = _Beside()

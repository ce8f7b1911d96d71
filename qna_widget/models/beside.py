"""The process that fetches MobileBERT beside this one (fetch_beside.py), and how far it is."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from weakref import WeakMethod

SECONDS_BETWEEN_NEWS = 1.0


class Beside:
    """At most one process for each of ours, however many widgets and sessions wait for it."""

    def __init__(self) -> None:
        self.share: float | None = None
        """How much was downloaded, of 1; None while nothing is on its way."""
        self.failure = ""
        """What went wrong, or ""."""
        self.process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._listeners: list[WeakMethod[Callable[[], object]]] = []
        self._lock = threading.Lock()

    def runs(self) -> bool:
        """Start the process on the first call; return whether it still runs."""
        with self._lock:
            if self.process is None:
                self.process = _start()
                self.share = 0.0
                self._reader = threading.Thread(
                    target=self._read, args=(self.process,), daemon=True
                )
                self._reader.start()
        if self.process.poll() is None:
            return True
        if self._reader is not None:
            self._reader.join()  # its last words are read, too
        return False

    def notify(self, listener: Callable[[], object]) -> None:
        """Call a method, from another thread, when there is news and once at the end.

        Its object is not kept alive by that.
        """
        with self._lock:
            known = WeakMethod(listener)
            if known not in self._listeners:
                self._listeners.append(known)
        if self.process is not None and self.share is None:
            listener()  # it ended just now

    def _read(self, process: subprocess.Popen[str]) -> None:
        notified_at = 0.0
        for line in process.stdout or ():
            with suppress(ValueError):
                self.share = min(max(float(line), 0.0), 1.0)
            if time.monotonic() - notified_at >= SECONDS_BETWEEN_NEWS:
                notified_at = time.monotonic()
                self._notify_all()
        said = process.stderr.read().strip().splitlines() if process.stderr else []
        if process.wait() != 0:
            self.failure = said[-1] if said else f"exit code {process.returncode}"
        self.share = None
        self._notify_all()

    def _notify_all(self) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            method = listener()
            if method is not None:
                with suppress(Exception):  # a widget that was closed must not silence the others
                    method()


def _start() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "qna_widget.models.fetch_beside"],
        stdin=subprocess.PIPE,  # ends when this process does, however it ends
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "HF_HUB_DISABLE_PROGRESS_BARS": "1"},
        start_new_session=True,  # Ctrl-C in a notebook means the cell, not this
    )


MOBILEBERT = Beside()
"""The one that fetches MobileBERT."""

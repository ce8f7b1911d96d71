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
        """Start the process on the first call; return whether it still runs.

        Where none can be started (a limit on processes, a container that forbids them), `failure`
        says why, and nothing is tried again.
        """
        with self._lock:
            if self.process is None and not self.failure:
                try:
                    self.process = _start()
                except OSError as error:
                    self.failure = f"no process can be started: {error.strerror or error}"
                else:
                    self.share = 0.0
                    self._reader = threading.Thread(
                        target=self._read, args=(self.process,), daemon=True
                    )
                    self._reader.start()
        if self.process is None:
            return False
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
            self._drop_dead()
            if known not in self._listeners:
                self._listeners.append(known)
        if self.process is not None and self.share is None:
            listener()  # it ended just now

    def _read(self, process: subprocess.Popen[str]) -> None:
        notified_at, words = 0.0, ""
        with process:  # closes its pipes, once it has ended
            for line in process.stdout or ():
                try:
                    self.share = min(max(float(line), 0.0), 1.0)
                except ValueError:
                    words = line.strip() or words
                if time.monotonic() - notified_at >= SECONDS_BETWEEN_NEWS:
                    notified_at = time.monotonic()
                    self._notify_all()
            process.wait()
        if process.returncode != 0:
            self.failure = words or f"exit code {process.returncode}"
        self.share = None
        self._notify_all()

    def _drop_dead(self) -> None:
        """Forget listeners whose object is gone. The lock is held."""
        self._listeners = [each for each in self._listeners if each() is not None]

    def _notify_all(self) -> None:
        with self._lock:
            self._drop_dead()
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
        stderr=subprocess.STDOUT,  # one pipe: a second, read later, could fill and stop it
        text=True,
        errors="replace",
        env={**os.environ, "HF_HUB_DISABLE_PROGRESS_BARS": "1"},
        start_new_session=True,  # Ctrl-C in a notebook means the cell, not this
    )


MOBILEBERT = Beside()
"""The one that fetches MobileBERT."""

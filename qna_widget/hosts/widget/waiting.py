"""Waiting for the pages that show a widget, as long as there may be one.

A page's messages reach the kernel only when its host lets them. ipykernel 7 and JupyterLab read
them in a thread of their own (a subshell), even while a cell computes; without subshells, ipykernel
from 7.4 on reads them while a cell awaits; ipykernel 6 reads them between cells only. Tricks that
pump the kernel's queue from inside a cell (jupyter-ui-poll) reach into what each version does
differently, so none is played here; a caller that waits learns when waiting is of no use.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import Context, copy_context
from threading import get_ident
from uuid import uuid4

import comm

from qna_widget.core.messages import ScoresMessage

from .interface import Sender
from .undrawn import Watch, served_by_panel

POLL = 0.02
"""Seconds between two looks."""
PING = 1.0
"""Seconds between two signs of life asked of the pages."""
MOST_PAGES = 16
"""Pages whose scores are put together at a time; chunks of further ones are dropped."""
PATIENCE = 5.0
"""Seconds without a message after which no page is assumed, where the kernel can answer."""


def without_browser() -> bool:
    """Whether notebooks are run by a command: QNA_WIDGET_WITHOUT_BROWSER is set, but not to 0."""
    return os.environ.get("QNA_WIDGET_WITHOUT_BROWSER", "0") not in ("", "0")


def nobody_looks_on(widget: object) -> bool:
    """Whether no page will show a widget that is being made: a command or a plain script makes it.

    A script's widgets get a dummy for their line to the pages. Some hosts put a true one in its
    place: marimo and Shiny are called for every new widget, Panel looks for those that it shows.
    """
    dummy = comm.create_comm.__module__ == comm.__name__  # elsewhere the host's own function
    called = getattr(widget, "_widget_construction_callback", None) is not None
    return without_browser() or (dummy and not called and not served_by_panel())


class Pages:
    """The pages that show a widget: whether any is there, and what it is asked."""

    silent = False
    """Whether a wait for pages ended without a message; the whole kernel has a page, or none."""

    def __init__(self, widget: Sender) -> None:
        self._widget = widget
        self._message_at = float("-inf")
        self._thread: int | None = None
        self._context: Context | None = None
        self._first = Watch()

    @property
    def possible(self) -> bool:
        """Whether there may be a page at all: not in a plain script, nor after close()."""
        line = self._widget.comm
        return line is not None and not isinstance(line, comm.DummyComm) and not without_browser()

    @property
    def read_by_others(self) -> bool:
        """Whether another thread reads the pages' messages, so that this one may block."""
        return self._thread not in (None, get_ident())

    def close(self) -> None:
        """Wait for no page any more."""
        self._first.end()

    def note_message(self) -> None:
        """Note that a page sent a message; called in the thread that handles it, while it does."""
        self._first.end()
        self._message_at = time.monotonic()
        self._thread = get_ident()
        self._context = copy_context()
        Pages.silent = False

    def send(self, content: Mapping[str, object]) -> None:
        """Send a message in the name of the page's last one.

        ipykernel 7.4 hands the reply to the thread that this one was sent from, or for.
        """
        if self._context is None:
            self._widget.send(content)
        else:
            self._context.copy().run(self._widget.send, content)

    def pauses(
        self, done: Callable[[], bool], timeout: float, *, patience: float | None
    ) -> Iterator[float]:
        """Yield the seconds to sleep before the next look, until there is no more use in waiting.

        That is when `done()`, after `timeout` seconds, and after `patience` seconds (None: never)
        without a sign of life. Once no page was there, none is waited for until one sends a
        message.
        """
        begun = time.monotonic()
        pinged = float("-inf")
        while self.possible and not done():
            now = time.monotonic()
            if now - begun >= timeout:
                return
            if patience is not None:
                silent_for = now - max(begun, self._message_at)
                Pages.silent = Pages.silent or silent_for >= patience
                if Pages.silent:
                    return
            if now - pinged >= PING:
                pinged = now
                self.send({"kind": "page.ping", "request": uuid4().hex})
            yield POLL


class Reading:
    """One request for scores, and what has come of it: `head` is the last chunk's message."""

    def __init__(self, fits: Callable[[ScoresMessage], bool]) -> None:
        self.request = uuid4().hex
        self.refusal = ""
        self.blob: bytes | None = None
        self.head: ScoresMessage = {}
        self._fits = fits
        # Several pages may answer, each with all chunks.
        self._parts: dict[str, dict[int, bytes]] = {}

    @property
    def done(self) -> bool:
        """Whether nothing more is to come."""
        return self.blob is not None or self.refusal != ""

    def receive(self, content: ScoresMessage, buffers: Sequence[bytes]) -> None:
        """Handle a message of a page about this request: a chunk, or a refusal in words."""
        if content.get("request") != self.request or self.done:
            return
        if content["kind"] == "scores.none":
            self.refusal = str(content.get("message")) or "The browser has no scores."
        elif not self._fits(content):
            self.refusal = "The page shows another question by now."
        elif content["page"] in self._parts or len(self._parts) < MOST_PAGES:
            parts = self._parts.setdefault(str(content["page"]), {})
            parts[content["offset"]] = bytes(buffers[0])
            if sum(map(len, parts.values())) >= content["total"]:
                self.head = content
                self.blob = b"".join(parts[offset] for offset in sorted(parts))

"""Pages of Panel that show no widget, because anywidget's script cannot be had.

Nothing of this package runs in such a page, so the server's log says it. Other hosts bring the
script themselves; Solara runs no Python of the app before its page has all scripts.
"""

from __future__ import annotations

import logging
import sys
from threading import Timer

PATIENCE = 20.0
"""Seconds without a word from any page after which it is said."""
_MESSAGE = (
    "No page has drawn a QnA within %g seconds. If one is open and shows none: Panel's page "
    "fetches anywidget's script from unpkg.com, which a reader without that network cannot. "
    "Let your app hand it out, see Panel in docs/hosts.md of qna-widget."
)


class Watch:
    """Waits for the first page of one widget; says once in a process that none came."""

    said = False

    def __init__(self) -> None:
        self._timer = Timer(PATIENCE, _say) if not Watch.said and _served_by_panel() else None
        if self._timer is not None:
            self._timer.daemon = True
            self._timer.start()

    def end(self) -> None:
        """Stop waiting: a page has drawn the widget, or none is to."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _served_by_panel() -> bool:
    """Whether a session of Panel's server makes this widget; in notebooks there is none."""
    bokeh = sys.modules.get("bokeh.io")
    if "panel" not in sys.modules or bokeh is None:
        return False
    return bokeh.curdoc().session_context is not None


def _say() -> None:
    if not Watch.said:
        Watch.said = True
        logging.getLogger("qna_widget").warning(_MESSAGE, PATIENCE)

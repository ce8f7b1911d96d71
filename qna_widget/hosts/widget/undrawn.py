"""Pages that show no widget, because a script that their host fetches cannot be had.

Nothing of this package runs in such a page. For Panel, which takes anywidget's script from a CDN,
the server's log says it; Solara's page, which misses Solara's own scripts, is lent a sentence.
Other hosts bring all scripts themselves.
"""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from pathlib import Path
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
        self._timer = Timer(PATIENCE, _say) if not Watch.said and served_by_panel() else None
        if self._timer is not None:
            self._timer.daemon = True
            self._timer.start()

    def end(self) -> None:
        """Stop waiting: a page has drawn the widget, or none is to."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def served_by_panel() -> bool:
    """Whether a session of Panel's server makes this widget; in notebooks there is none."""
    bokeh = sys.modules.get("bokeh.io")
    if "panel" not in sys.modules or bokeh is None:
        return False
    return bokeh.curdoc().session_context is not None


def _say() -> None:
    if not Watch.said:
        Watch.said = True
        logging.getLogger("qna_widget").warning(_MESSAGE, PATIENCE)


NOTE = str(Path(__file__).parent / "solara")
"""The folder whose custom.js says in a page of Solara that its scripts did not come."""


def lend_solara_a_note() -> None:
    """Give the note to the server of Solara that imports the widget, if one does.

    A server of Solara imports the app as it starts, before any page is there. It looks for
    custom.js in the app's own `assets` first, then in these folders, then in its own, which is
    empty: an app that brings one shows that.
    """
    settings = sys.modules.get("solara.server.settings")
    with suppress(AttributeError):  # no server of Solara, or one without such folders
        folders: list[str] = settings.assets.extra_locations  # type: ignore[union-attr]
        if NOTE not in folders:
            folders.append(NOTE)


lend_solara_a_note()

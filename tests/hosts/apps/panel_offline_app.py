"""Panel without a CDN: the app's own server hands out anywidget's script, see docs/hosts.md."""

from typing import Any

import panel as pn
from asked import OPTIONS, PASSAGE, QUESTION, listen

from qna_widget import QnA


class Widget(pn.pane.IPyWidget):
    def _get_ipywidget(self, *args: Any, **kwargs: Any) -> Any:
        return super()._get_ipywidget(*args, cdn="/widgets", **kwargs)


pn.extension("ipywidgets")
w = QnA(PASSAGE, QUESTION, **OPTIONS)
listen(w)
note = pn.pane.Alert("Loading. If nothing else appears, the server's /widgets cannot be read.")
w.observe(lambda _: note.param.update(visible=False), "status")
pn.Column(note, Widget(w)).servable()

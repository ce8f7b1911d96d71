"""Panel without a CDN: the app's own server hands out anywidget's script, see docs/hosts.md."""

from typing import Any

import panel as pn
from asked import OPTIONS, PASSAGE, QUESTION, listen

from qna_widget import QnA

pn.extension("ipywidgets")


class Widget(pn.pane.IPyWidget):
    def _get_ipywidget(self, *args: Any, **kwargs: Any) -> Any:
        return super()._get_ipywidget(*args, cdn="/widgets", **kwargs)


w = QnA(PASSAGE, QUESTION, **OPTIONS)
listen(w)
Widget(w).servable()

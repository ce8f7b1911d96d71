"""Panel as it is: the page fetches anywidget's own script from a CDN."""

import panel as pn
from asked import OPTIONS, PASSAGE, QUESTION, listen

from qna_widget import QnA

pn.extension("ipywidgets")
w = QnA(PASSAGE, QUESTION, **OPTIONS)
listen(w)
pn.pane.IPyWidget(w).servable()

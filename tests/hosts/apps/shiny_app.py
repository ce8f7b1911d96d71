from asked import OPTIONS, PASSAGE, QUESTION, listen
from shiny.express import ui
from shinywidgets import render_widget

from qna_widget import QnA

ui.page_opts(title="Shiny for Python")


@render_widget
def asked():
    w = QnA(PASSAGE, QUESTION, **OPTIONS)
    listen(w)
    return w

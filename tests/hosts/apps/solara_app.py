import solara
from asked import OPTIONS, PASSAGE, QUESTION, listen

from qna_widget import QnA


@solara.component
def Page():
    def make() -> QnA:
        w = QnA(PASSAGE, QUESTION, **OPTIONS)
        listen(w)
        return w

    solara.display(solara.use_memo(make, []))

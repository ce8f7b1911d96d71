from asked import OPTIONS, PASSAGE, QUESTION, keep

from qna_widget.streamlit import qna

found = qna(PASSAGE, QUESTION, **OPTIONS)
if found.answers:
    keep(found.answers, found.null_score)

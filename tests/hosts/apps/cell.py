"""The one cell of the notebook that JupyterLab, Notebook and Voila show."""

from asked import OPTIONS, PASSAGE, QUESTION, listen

from qna_widget import QnA

w = QnA(PASSAGE, QUESTION, **OPTIONS)
listen(w)
w

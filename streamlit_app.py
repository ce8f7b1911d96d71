"""For hosts that run a script at the top: the demo, as `qna-widget demo` serves it."""

from qna_widget.hosts.streamlit.demo import app

app.main()

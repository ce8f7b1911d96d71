"""The demo: a text, a question, and the answers that your own browser finds.

Streamlit runs this file (`qna-widget demo`), or one at the top that calls `main`. As a script it
belongs to no package: its imports are absolute.
"""

from __future__ import annotations

import sys
from functools import partial

import streamlit as st

from qna_widget.errors import QnaError
from qna_widget.hosts.streamlit.demo import own, panels, session, settle
from qna_widget.streamlit import qna

HOW_TO_START = "A Streamlit app: start it with `qna-widget demo`, or `streamlit run` and this file."


def main() -> None:
    """Draw the page. Run as plain Python, say how to start it instead."""
    if not st.runtime.exists():
        # No error: processes that a Streamlit app spawns run its script so, too.
        print(HOW_TO_START, file=sys.stderr)
        return
    st.set_page_config(page_title="Ask a text · qna-widget", page_icon="🔎", layout="wide")
    place = panels.head()
    try:
        session.shelf()
    except QnaError as error:
        st.error(session.plain(f"This app was started with a text that is gone. {error}"))
        return
    session.follow_address()
    session.take_over(partial(panels.say, place))
    above = st.container()  # drawn last: an edited example is the reader's own text
    inputs = session.current().inputs
    result = qna(
        inputs.passage,
        inputs.question,
        key=session.KEY,
        model=inputs.model,
        examples=session.questions(),
        on_change=session.answered,
        **inputs.options,
    )
    is_news = session.remember(result) or session.restore(result)
    with above:
        panels.texts(result)
        panels.troubles()
    session.write_address(session.inputs_of(result))
    panels.take_along(result)
    visit = session.current()
    own.tab(visit.kept, visit.name, wanted=visit.text_missing, on_found=session.answered)
    if is_news:
        st.rerun()
    settle.once()


if __name__ == "__main__":
    main()

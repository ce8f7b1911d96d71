"""What a notebook keeps of a widget for places that show none."""

import logging
from html.parser import HTMLParser
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter
from recorded import ANSWER, PASSAGE, READY, asked, from_browser, report
from recorded import front_end as front_end

from qna_widget.hosts.widget import fallback
from qna_widget.hosts.widget.widget import QnA

VIEW = "application/vnd.jupyter.widget-view+json"


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.names.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def bundle(widget: QnA) -> dict[str, Any]:
    found = widget._repr_mimebundle_()
    return dict(found[0] if isinstance(found, tuple) else found)


def test_beside_the_widget_stand_question_answers_and_excerpt() -> None:
    widget = asked()
    assert "Not answered yet." in bundle(widget)["text/html"]
    from_browser(widget, report(PASSAGE, READY, question="Where?"))
    told = bundle(widget)
    assert told[VIEW]["model_id"] == widget.model_id
    html = told["text/html"]
    assert "<strong>Where?</strong>" in html
    assert "<li>123 Sesame Street <small>(90.0%)</small></li>" in html
    assert "🙂 Bert lives at <mark>123 Sesame Street</mark>." in html
    assert "Run the notebook to ask more." in html
    assert "123 Sesame Street" in told["text/plain"]


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"><img src=x onerror=a()>', "&lt;"]
)
def test_hostile_texts_stay_texts(hostile: str) -> None:
    passage = f"{hostile} and {hostile} again"
    answer = {**ANSWER, "text": hostile, "start": 0, "end": len(hostile)}
    widget = QnA(passage, f"Where is {hostile}?")
    outputs = {**READY, "answers": [answer]}
    from_browser(widget, report(passage, outputs, question=widget.question))
    tags = Tags(bundle(widget)["text/html"])
    assert set(tags.names) <= {"div", "p", "strong", "ol", "li", "small", "blockquote", "mark"}
    assert tags.text.count(hostile) == 4


def test_of_a_long_passage_the_part_around_the_answer_is_shown() -> None:
    passage = "before " * 1000 + "HERE" + " after" * 1000
    start = passage.index("HERE")
    answer = {**ANSWER, "text": "HERE", "start": start, "end": start + 4}
    inputs = {**asked().inputs(), "passage": passage}
    html = fallback.as_html(inputs, [answer])
    assert "… " in html
    assert " …" in html
    assert "<mark>HERE</mark> after" in html
    assert len(html) < 2 * fallback.EXCERPT


def test_nbconvert_shows_it_where_no_state_was_saved() -> None:
    widget = asked()
    from_browser(widget, report(PASSAGE, READY, question="Where?"))
    cell = nbformat.v4.new_code_cell("w")
    cell.outputs = [nbformat.v4.new_output("execute_result", data=bundle(widget))]
    html, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    assert "<mark>123 Sesame Street</mark>" in html


def test_the_model_id_is_the_widgets_own_so_that_a_page_finds_its_kernel() -> None:
    widget = asked()
    assert widget._id == widget.model_id


def test_a_closed_widget_says_so(caplog: pytest.LogCaptureFixture) -> None:
    widget = asked()
    assert repr(widget) == "<QnA: 'Where?' about 34 characters>"
    widget.close()
    closed = "closed: no page shows it any more. Make a new one with QnA(w.passage, w.question)"
    assert closed in repr(widget)
    assert closed in bundle(widget)["text/plain"]
    with pytest.warns(UserWarning, match="This QnA was closed"):
        widget.question = "Who?"
    assert widget.question == "Who?"
    widget.close()
    assert caplog.records == [] or all(r.levelno < logging.ERROR for r in caplog.records)


def test_answers_that_are_next_to_impossible_are_left_out() -> None:
    shares = [0.004, 0.2, 0.009]
    answers = [{**ANSWER, "probability": share} for share in shares]
    html = fallback.as_html(asked().inputs(), answers)
    assert html.count("<li>") == 2
    assert "(0.4%)" in html
    assert "(20.0%)" in html


def test_without_a_browser_python_answers_at_display(monkeypatch: pytest.MonkeyPatch) -> None:
    """For notebooks that a command runs: nobody else would answer."""
    monkeypatch.setenv("QNA_WIDGET_WITHOUT_BROWSER", "1")
    widget = QnA("Bert lives at 123 Sesame Street.", "Where does Bert live?")
    assert "<mark>" in bundle(widget)["text/html"]
    assert "Sesame Street" in widget.answers[0]["text"]
    assert widget.source == "kernel"
    assert "Not answered yet" in bundle(QnA("Bert lives."))["text/html"]
    # White space to no one but the tokenizer.
    assert "text/html" in bundle(QnA("\u200b", "Who?"))
    assert "Not answered yet" in bundle(QnA("Bert lives.", "\u0301"))["text/html"]

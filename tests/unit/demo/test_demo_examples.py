"""The demo's texts: each comes with questions that the bundled model answers well."""

import pytest

from qna_widget import QuestionAnswerer
from qna_widget.documents import read_document
from qna_widget.hosts.streamlit.demo import report
from qna_widget.hosts.streamlit.demo.examples import EXAMPLES

# What an answer must hold, however much stands around it; "" where the text does not say.
ANSWERS = {
    "How much is the deposit?": "1,880",
    "Who pays for small repairs?": "tenant",
    "Where do the bicycles go?": "cellar",
    "Are dogs allowed?": "",
    "How long does the soup simmer?": "20 minutes",
    "What makes the soup vegan?": "Coconut milk",
    "How many people does it serve?": "four",
    "Who will collect offers for the roof?": "Helena Marsh",
    "How much may the bicycle shed cost?": "6,500",
    "When is the next meeting?": "21 May",
    "How accurate are the predictions?": "ten minutes",
    "Who started the project?": "Lotte Claes",
    "How are messages sent?": "e-mail",
    "How many passengers did the ferries carry?": "412,600",
    "Who is the new harbour master?": "Ingrid Solberg",
    "What did the repair of the north quay cost?": "1.2 million",
}


@pytest.fixture(scope="module")
def answerer() -> QuestionAnswerer:
    return QuestionAnswerer()


@pytest.mark.parametrize("key", EXAMPLES)
def test_each_offered_question_is_answered(answerer: QuestionAnswerer, key: str) -> None:
    example = EXAMPLES[key]
    assert len(example.questions) >= 3
    for question in example.questions:
        best = answerer(question=question, passage=example.passage)
        expected = ANSWERS[question]
        assert (expected in best.text) if expected else (best.text == ""), question
        assert len(best.text) < 40


def test_the_report_is_what_its_pdf_says() -> None:
    read = read_document(report.pdf(), "report.pdf")
    assert read.text == report.text() == EXAMPLES["report"].passage
    assert read.text.count("\f") == 9
    assert read.notices == ()

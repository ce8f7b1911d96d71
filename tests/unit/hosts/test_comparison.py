"""Members side by side: what they get, how they are named, what the table holds."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import ipywidgets
import pytest
import traitlets
from recorded import ANSWER, PASSAGE, READY, from_browser, report
from recorded import front_end as front_end

from qna_widget import InputError, QnA, compare
from qna_widget.hosts.widget import comparison
from qna_widget.models import registry


def test_two_questions() -> None:
    both = compare([{"question": "Who?"}, {"question": "Where?", "top_k": 3}], passage=PASSAGE)
    assert [(w.question, w.passage, w.top_k) for w in both.members] == [
        ("Who?", PASSAGE, 5),
        ("Where?", PASSAGE, 3),
    ]
    assert both.labels == ["Who?, top_k 5", "Where?, top_k 3"]
    assert isinstance(both, ipywidgets.Box)
    shown = [cell.children for cell in both.children]
    assert [label.value for label, _ in shown] == both.labels
    assert tuple(member for _, member in shown) == both.members


def test_as_plain_text_it_says_what_its_members_hold() -> None:
    both = compare([{"question": "Who?"}, {"question": "Where?"}], passage=PASSAGE)
    one, other = both.members
    assert repr(both) == f"Comparison of 2\n  {one!r}\n  {other!r}"
    assert "Who?" in repr(one)


def test_a_saved_notebook_shows_what_each_member_found() -> None:
    questions = [{"question": "Where?"}, {"question": "<b>Who?</b>"}]
    both = compare(questions, passage=PASSAGE)
    from_browser(both.members[0], report(PASSAGE, READY, question="Where?"))
    told = both._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in told
    _, first, second = told["text/html"].split("<td")
    assert "<p>Where?</p>" in first
    assert ANSWER["text"] in first
    assert "<p>&lt;b&gt;Who?&lt;/b&gt;</p>" in second
    assert "Not answered yet." in second


def test_of_a_closed_member_a_saved_notebook_says_so() -> None:
    closed = QnA(PASSAGE, "Where?")
    closed.close()
    assert comparison.saved(closed).startswith("&lt;QnA, closed")


def test_two_passages_and_two_models() -> None:
    texts = compare([{"passage": "A a."}, {"passage": "B b."}], question="Which?")
    assert texts.labels == ["passage 1", "passage 2"]
    folder = str(Path(registry.resolve("bundled").onnx.file).parent)
    models = compare([{"model": "bundled"}, {"model": folder}], passage=PASSAGE, question="Where?")
    assert models.labels[0] == "model bundled"
    assert models.labels[1].startswith("model /")
    assert len(models.labels[1]) <= 40


def test_widgets_that_are_there_and_equal_ones() -> None:
    one = QnA(PASSAGE, "Where?")
    both = compare([one, one, QnA(PASSAGE, "Where?")])
    assert both.members[0] is one is both.members[1]
    assert both.labels == ["1", "2", "3"]
    mixed = compare([one, {"question": "Who?"}, {"question": "Who?"}], passage=PASSAGE)
    assert mixed.labels == ["Where?", "Who?", "Who? (3)"]
    named_so = compare([{"question": q} for q in ("A", "A (3)", "A")], passage=PASSAGE)
    assert named_so.labels == ["A", "A (3)", "A (4)"]


def test_a_label_follows_what_is_typed_in_its_member() -> None:
    both = compare([{"question": "Who?"}, {"question": "Where?"}], passage=PASSAGE)
    both.members[0].question = "When?"
    assert [cell.children[0].value for cell in both.children] == ["When?", "Where?"]
    both.members[1].question = "When?"
    assert [cell.children[0].value for cell in both.children] == ["1", "2"]


def test_a_comparison_that_is_closed_goes_and_its_members_stay() -> None:
    one, two = QnA(PASSAGE, "Where?"), QnA(PASSAGE, "Who?")
    both = compare([one, two, one])
    parts = [both, *(part for cell in both.children for part in (cell, cell.children[0]))]
    two.unobserve_all("passage")
    both.close()
    both.close()
    assert [part.comm for part in parts] == [None] * 7
    assert None not in (one.comm, two.comm)
    gone = weakref.ref(both)
    del both, parts
    gc.collect()
    assert gone() is None
    one.question = "Who?"


def test_members_take_all_that_a_widget_takes() -> None:
    offered = ["Who?", "Where?"]
    both = compare([{"examples": offered}, {"tooltip": "second"}], passage=PASSAGE, question="Who?")
    assert (both.members[0].examples, both.members[1].tooltip) == (offered, "second")


def test_one_block_of_columns_per_member() -> None:
    both = compare([{"question": "Who?"}, {"question": "Where?"}], passage=PASSAGE)
    who, where = both.members
    two = [ANSWER, {**ANSWER, "text": "at", "score": 1.0}]
    from_browser(who, report(PASSAGE, READY, question="Who?"))
    from_browser(where, report(PASSAGE, {**READY, "answers": two}, question="Where?"))
    frame = both.answers_frame()
    names = ["text", "start", "end", "score", "probability"]
    assert frame.columns.tolist() == [(label, n) for label in ("Who?", "Where?") for n in names]
    assert frame.index.tolist() == [1, 2]
    assert frame[("Where?", "text")].tolist() == [ANSWER["text"], "at"]
    assert frame.loc[1, ("Who?", "score")] == ANSWER["score"]
    assert frame["Who?"].loc[2].isna().all()


@pytest.mark.parametrize(
    ("members", "shared", "words"),
    [
        ([{}], {}, "two or more members"),
        ("ab", {}, "two or more members"),
        (None, {}, "two or more members"),
        (5, {}, "two or more members"),
        ({"question": "a", "passage": "b"}, {}, "two or more members"),
        ([{}, "Where?"], {}, "Member 2 is a str"),
        ([{"question": "a"}, {}], {"question": "b"}, "question is given to member 1 and to all"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(
    members: Any, shared: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        compare(members, **shared)


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(InputError, match="question would change nothing"):
        compare([QnA(), QnA()], question="Where?")
    for members, shared in [([{"topk": 1}, {}], {}), ([{}, {}], {"topk": 1})]:
        with pytest.raises(TypeError, match="no argument 'topk'"):
            compare(members, **shared)
    with pytest.raises(traitlets.TraitError, match="top_k must be a whole number"):
        compare([{"top_k": 0}, {}])

"""Python's outputs are the newest report's, if it names the inputs as they stand, and else none."""

import itertools
from collections.abc import Callable

import pytest
from recorded import ANSWER, PASSAGE, READY, asked, from_browser, report, typed
from recorded import front_end as front_end

from qna_widget.hosts.widget.widget import QnA

OTHER = "Ernie lives in a basement."
RUNNING = {"status": "running", "progress": {}, "error": "", "backend": "wasm"}


def outputs(widget: QnA) -> tuple[object, ...]:
    return (widget.answers, widget.null_score, widget.timing, widget.status)


FULL = ([ANSWER], READY["null_score"], READY["timing"], "ready")
EMPTY = ([], None, {}, "idle")


def test_passage_and_question_typed_together_behind_their_report() -> None:
    """A report overtakes inputs that Jupyter holds back; these come in one message."""
    widget = asked()
    from_browser(widget, report(OTHER, READY, question="Who?", top_k=3))
    assert outputs(widget) == EMPTY
    typed(widget, passage=OTHER, question="Who?", top_k=3)
    assert outputs(widget) == FULL
    assert [one.question for one in widget.history] == ["Who?"]


def test_any_order_of_any_parts_comes_to_the_same() -> None:
    def parts(widget: QnA) -> list[Callable[[], None]]:
        told = report(OTHER, READY, question="Who?", no_answer_threshold=1)
        return [
            lambda: typed(widget, passage=OTHER),
            lambda: typed(widget, question="Who?"),
            lambda: typed(widget, no_answer_threshold=1),
            lambda: from_browser(widget, told),
        ]

    for order in itertools.permutations(range(4)):
        widget = asked()
        acts = parts(widget)
        for number, one in enumerate(order, 1):
            acts[one]()
            assert outputs(widget) == (FULL if number == 4 else EMPTY), order
        assert len(widget.history) == 1


def test_inputs_that_return_before_the_page_hears_of_it() -> None:
    """The page sees no change, and has nothing to say."""
    widget = asked()
    from_browser(widget, report(PASSAGE, READY, question="Where?"))
    widget.question = "Who?"
    assert outputs(widget) == EMPTY
    widget.question = "Where?"
    assert outputs(widget) == FULL


def test_a_question_asked_anew_and_stopped_has_no_answers() -> None:
    widget = asked()
    from_browser(widget, report(PASSAGE, READY, question="Where?"))
    from_browser(widget, report(PASSAGE, RUNNING, question="Where?"))
    assert (widget.answers, widget.status) == ([ANSWER], "running")
    from_browser(widget, report(PASSAGE, {**RUNNING, "status": "ready"}, question="Where?"))
    assert outputs(widget) == ([], None, {}, "ready")


def test_reports_of_a_page_in_any_order_come_to_the_same() -> None:
    """The first went to the kernel before JupyterLab opened a subshell of it, and waits there."""
    told = [
        {**RUNNING, "status": "loading"},
        RUNNING,
        {**READY, "answers": [ANSWER | {"text": "12", "end": 18}]},
        READY,
    ]
    for order in itertools.permutations(range(4)):
        widget = asked()
        for number in order:
            said = report(PASSAGE, told[number], question="Where?", page="late", number=number)
            from_browser(widget, said)
        assert outputs(widget) == FULL, order


def test_answers_that_come_after_the_word_that_they_are_void() -> None:
    widget = asked()
    stopped = report(PASSAGE, {**RUNNING, "status": "ready"}, question="Where?")
    from_browser(widget, stopped)
    from_browser(widget, report(PASSAGE, READY, question="Where?", number=stopped["number"] - 1))
    assert outputs(widget) == ([], None, {}, "ready")


def test_late_answers_to_a_former_question_are_in_the_history() -> None:
    widget = asked()
    first = report(PASSAGE, READY, question="Where?")
    typed(widget, question="Who?")
    from_browser(widget, report(PASSAGE, READY, question="Who?"))
    from_browser(widget, first)
    assert outputs(widget) == FULL
    typed(widget, question="What?")
    from_browser(widget, report(PASSAGE, READY, question="What?"))
    assert sorted(one.question for one in widget.history) == ["What?", "Where?", "Who?"]


def test_another_page_is_not_late() -> None:
    widget = asked()
    from_browser(widget, report(PASSAGE, READY, question="Where?", page="a", number=7))
    from_browser(widget, report(PASSAGE, RUNNING, question="Where?", page="b", number=1))
    assert outputs(widget) == (*FULL[:3], "running")


@pytest.mark.parametrize("by_kernel", [False, True])
def test_a_page_that_fails_takes_no_answers_away(by_kernel: bool) -> None:
    """A second page may be one whose browser cannot load the model."""
    widget = asked()
    if by_kernel:
        widget._reports.receive_kernel(widget.inputs(), {**READY, "error": ""})
    else:
        from_browser(widget, report(PASSAGE, READY, question="Where?"))
    for status in ("loading", "error"):
        from_browser(widget, report(PASSAGE, {**RUNNING, "status": status}, question="Where?"))
        assert outputs(widget) == (*FULL[:3], status)


def test_an_observer_that_asks_on_is_not_undone() -> None:
    widget = asked()

    def ask_on(change: dict[str, object]) -> None:
        if change["new"]:
            widget.question = "And then?"

    widget.observe(ask_on, "answers")
    from_browser(widget, report(PASSAGE, READY, question="Where?"))
    assert (widget.question, *outputs(widget)) == ("And then?", *EMPTY)


@pytest.mark.parametrize("names", [(), ("question",), ("answers",)])
def test_whoever_takes_all_observers_away_keeps_no_former_answers(names: tuple[str, ...]) -> None:
    widget = asked()
    seen: list[list[object]] = []
    widget.unobserve_all(*names)
    widget.observe(lambda _: seen.append(widget.answers), "question")
    from_browser(widget, report(PASSAGE, READY, question="Where?"))
    widget.question = "Who?"
    assert (outputs(widget), seen) == (EMPTY, [[]])


def test_what_a_user_does_to_the_answers_is_no_report() -> None:
    widget = asked()
    from_browser(widget, report(PASSAGE, READY, question="Where?"))
    widget.answers[0]["text"] = "mine"
    widget.question = "Who?"
    widget.question = "Where?"
    assert outputs(widget) == FULL


@pytest.mark.parametrize("name", ["answers", "timing"])
def test_no_two_widgets_share_an_empty_output(name: str) -> None:
    one, two = asked(), asked()
    one.question = two.question = "Who?"
    assert getattr(one, name) is not getattr(two, name)

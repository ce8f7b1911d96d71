"""Long passages: read in part, the most relevant windows first; nothing read twice."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from qna_widget import InputError, QuestionAnswerer
from qna_widget.answering import engine
from qna_widget.core.types import Feature, Logits, Result
from qna_widget.runtime.session import Session

SMALL = {"max_seq_len": 64, "doc_stride": 16}
FILLER = "It was a quiet day in the harbour, and the boats lay still in the sun. "
LONG = FILLER * 14 + "Tamsin Vale owns the ferry. " + FILLER * 6
WHO = "Who owns the ferry?"


@pytest.fixture
def qa(monkeypatch: pytest.MonkeyPatch) -> QuestionAnswerer:
    """An answerer that remembers nothing of the tests before."""
    monkeypatch.setattr(engine, "_memory", lambda _, most: engine.Memory(most))
    return QuestionAnswerer("bundled", threads=2)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Feature]:
    """The windows that the model was run on, in order."""
    features: list[Feature] = []
    run = Session._run

    def recorded(self: Session, batch: list[Feature]) -> list[Logits]:
        features.extend(batch)
        return run(self, batch)

    monkeypatch.setattr(Session, "_run", recorded)
    return features


def plain(result: Result) -> dict[str, Any]:
    return {**result.as_dict(), "warnings": ()}


def test_all_is_read_by_default(qa: QuestionAnswerer) -> None:
    result = qa.ask(WHO, LONG, **SMALL)
    assert result.windows_read == result.windows > 15
    assert (result.stopped, result.warnings) == (False, ())
    assert result.answers[0].text == "Tamsin Vale"


def test_the_most_relevant_windows_are_read_first(qa: QuestionAnswerer, ran: list[Feature]) -> None:
    whole = qa.ask(WHO, LONG, **SMALL)
    ran.clear()
    part = QuestionAnswerer("bundled", threads=1, cache_bytes=0).ask(
        WHO, LONG, max_windows=2, **SMALL
    )
    assert len(ran) == part.windows_read == 2
    assert part.windows == whole.windows
    assert part.stopped
    assert part.answers[0].text == "Tamsin Vale"
    said = f"Read 2 of {whole.windows} windows; what the others hold was not seen."
    assert part.warnings == (said,)
    assert json.loads(json.dumps(part.as_dict()))["windows_read"] == 2


def test_limits_that_are_not_reached_change_nothing(qa: QuestionAnswerer) -> None:
    whole = qa.ask(WHO, LONG, **SMALL)
    for limits in ({"max_windows": 10_000}, {"budget_s": 1000.0}, {"max_windows": whole.windows}):
        assert qa.ask(WHO, LONG, **limits, **SMALL) == whole


def test_one_window_is_read_whatever_the_budget(qa: QuestionAnswerer, ran: list[Feature]) -> None:
    result = qa.ask(WHO, LONG, budget_s=0, **SMALL)
    assert result.windows_read == 1
    assert result.answers[0].text == "Tamsin Vale"
    # Two for each thread are under way, and one more when the first is handed out.
    assert len(ran) <= 5, "further windows were run for nothing"


def test_a_budget_ends_the_reading(qa: QuestionAnswerer, monkeypatch: pytest.MonkeyPatch) -> None:
    clock: Iterator[float] = iter([0.0, 0.0, *(float(n) for n in range(1, 100))])
    monkeypatch.setattr(engine.time, "perf_counter", lambda: next(clock))
    assert qa.ask(WHO, LONG, budget_s=5, **SMALL).windows_read == 5


@pytest.mark.parametrize("known", [False, True])
def test_a_budget_is_not_spent_on_the_order_of_what_is_not_read(
    known: bool, qa: QuestionAnswerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many windows that overlap much, that takes longer than to read some."""
    if known:
        qa.ask(WHO, LONG, **SMALL)
    drawn: list[int] = []

    def order(_index: object, _question: object, features: Sequence[Feature]) -> Iterator[int]:
        for window in range(len(features)):
            drawn.append(window)
            yield window

    monkeypatch.setattr(engine, "reading_order", order)
    monkeypatch.setattr(engine, "KNOWN_AHEAD", 3)
    assert qa.ask(WHO, LONG, budget_s=0, **SMALL).windows_read == 1
    # Two for each thread are under way, and one more.
    assert len(drawn) <= 5


def test_calls_and_streams_take_max_windows(qa: QuestionAnswerer) -> None:
    options = {"max_windows": 1, **SMALL}
    one = qa.ask(WHO, LONG, top_k=1, **options)
    with pytest.warns(UserWarning, match=f"Read 1 of {one.windows} windows"):
        assert qa(WHO, LONG, **options) == one.answers[0]
    short, again = qa.ask_many([(WHO, "Ann owns the ferry."), (WHO, LONG)], top_k=1, **options)
    assert (short.windows_read, short.stopped) == (1, False)
    assert again == one


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"max_windows": 0}, "max_windows must be a whole number from 1 to 1000000 (windows), or"),
        ({"max_windows": 2.5}, "got 2.5 (float)."),
        ({"budget_s": -1}, "budget_s must be a number from 0 to 1000000 (seconds), or None for"),
        ({"budget_s": "5"}, "got '5' (str)."),
        ({"budget_s": float("nan")}, "got nan (float)."),
    ],
)
def test_what_limits_may_not_be(qa: QuestionAnswerer, options: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        qa.ask(WHO, LONG, **options)
    assert said in str(caught.value)


def test_many_questions_have_no_budget(qa: QuestionAnswerer) -> None:
    for ask in (
        lambda: next(qa.ask_many([(WHO, LONG)], budget_s=1)),  # type: ignore[call-arg]
        lambda: qa(WHO, LONG, budget_s=1),  # type: ignore[call-overload]
    ):
        with pytest.raises(TypeError, match=r"argument of QuestionAnswerer\.ask alone.*max_win"):
            ask()


def edited(text: str) -> str:
    """Return the text with one word changed for another of one token."""
    assert text.count("Vale owns") == 1
    return text.replace("Vale owns", "Vale sold")


def test_an_edit_runs_the_windows_that_it_touches(qa: QuestionAnswerer, ran: list[Feature]) -> None:
    before = qa.ask(WHO, LONG, **SMALL)
    contents = {window.input_ids.tobytes() for window in ran}
    assert 10 < len(contents) <= len(ran) <= before.windows  # some have the same content
    ran.clear()
    after = qa.ask(WHO, edited(LONG), **SMALL)
    touched = len(ran)
    capacity = SMALL["max_seq_len"] - 5 - 3
    assert 0 < touched <= -(-capacity // SMALL["doc_stride"])
    assert after == QuestionAnswerer("bundled", threads=2, cache_bytes=0).ask(
        WHO, edited(LONG), **SMALL
    )
    ran.clear()
    assert qa.ask(WHO, LONG, **SMALL) == before
    assert ran == [], "an undo costs nothing"


def test_words_at_the_end_run_the_last_windows_only(
    qa: QuestionAnswerer, ran: list[Feature]
) -> None:
    qa.ask(WHO, LONG, **SMALL)
    ran.clear()
    result = qa.ask(WHO, LONG + "Nobody else does.", **SMALL)
    assert 0 < len(ran) <= 4 < result.windows


@pytest.mark.parametrize(
    "changed",
    [{"doc_stride": 20}, {"max_seq_len": 60}, {"question": "Who sold the ferry?"}],
    ids=lambda changed: next(iter(changed)),
)
def test_another_question_or_stride_is_never_served_from_memory(
    qa: QuestionAnswerer, changed: dict[str, Any]
) -> None:
    qa.ask(WHO, LONG, **SMALL)
    asked = {"question": WHO, "passage": LONG, **SMALL, **changed}
    fresh = QuestionAnswerer("bundled", threads=2, cache_bytes=0).ask(**asked)
    assert qa.ask(**asked) == fresh
    assert plain(fresh) != plain(qa.ask(WHO, LONG, **SMALL))


def test_nothing_is_kept_without_bytes(ran: list[Feature]) -> None:
    forgetful = QuestionAnswerer("bundled", threads=1, cache_bytes=0)
    first = forgetful.ask(WHO, LONG, **SMALL)
    assert forgetful.ask(WHO, LONG, **SMALL) == first
    assert len(ran) == 2 * first.windows
    assert pickle.loads(pickle.dumps(forgetful))._engine._memory is forgetful._engine._memory
    with pytest.raises(InputError, match="cache_bytes must be a whole number from 0 to"):
        QuestionAnswerer("bundled", cache_bytes=-1)


def test_tables_take_max_windows_and_refuse_a_budget() -> None:
    import pandas as pd

    from qna_widget.batch import answer_batch

    frame = pd.DataFrame({"question": [WHO], "passage": [LONG]})
    found = answer_batch(frame, model="bundled", max_windows=1, **SMALL)
    assert found["answer"].tolist() == ["Tamsin Vale"]
    assert found["warning"][0].startswith("Read 1 of ")
    for rows in (frame, frame.iloc[:0]):
        with pytest.raises(TypeError, match=r"argument of QuestionAnswerer\.ask alone"):
            answer_batch(rows, model="bundled", budget_s=3)

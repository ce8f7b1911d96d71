"""What pages send to Python: anything, in any order; the widget stays whole."""

from __future__ import annotations

import csv
import json
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("hypothesis", reason="a package of the test group")

from fuzzing import SCALARS, TEXTS, cases
from hypothesis import given
from hypothesis import strategies as st
from recorded import PASSAGE, READY, asked, customs, from_browser, report, typed, updates
from recorded import front_end as front_end

from qna_widget.core.contract import CONTRACT, check_inputs
from qna_widget.hosts.widget.packed_scores import of_browser
from qna_widget.hosts.widget.widget import QnA
from qna_widget.results.history import History

MESSAGES = CONTRACT["messages"]
NAMES = sorted({item for message in MESSAGES.values() for item in message["items"]})
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=10,
)
OTHERS = ("_manifest", "_models", "_fetching", "_esm", "_id", "layout", "examples", "tooltip")
GOOD = report(PASSAGE, READY, question="Where?")


@st.composite
def altered(draw: st.DrawFn) -> Any:
    """A report as it should be, one part of it replaced or left out."""
    changed = json.loads(json.dumps(GOOD))
    within: Any = changed
    while True:
        keys = sorted(within) if isinstance(within, dict) else range(len(within))
        key = draw(st.sampled_from(keys))
        if not isinstance(within[key], dict | list) or not within[key] or draw(st.booleans()):
            break
        within = within[key]
    if isinstance(within, dict) and draw(st.booleans()):
        del within[key]
    else:
        within[key] = draw(ANYTHING)
    return changed


KINDS = st.sampled_from(sorted(MESSAGES)) | SCALARS
MESSAGE = (
    altered()
    | st.just(GOOD)
    | st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=6).flatmap(
        lambda content: KINDS.map(lambda kind: {**content, "kind": kind})
    )
)


@cases()
@given(st.lists(st.tuples(MESSAGE, st.lists(st.binary(max_size=9), max_size=2)), max_size=4))
def test_whatever_a_page_says_the_widget_stays_whole(
    caplog: pytest.LogCaptureFixture, messages: list[tuple[Any, list[bytes]]]
) -> None:
    # Closed, since ipywidgets keeps every other one.
    with closing(asked()) as widget:
        for content, buffers in messages:
            with caplog.at_level("WARNING"):
                from_browser(widget, content, *buffers)
            assert caplog.records == []  # ipywidgets logs what a callback raises
            assert widget.status in CONTRACT["outputs"]["status"]["enum"]
            for name in ("progress", "timing"):
                assert list(getattr(widget, name)) in ([], CONTRACT["outputs"][name]["items"])
            assert isinstance(widget.error, str)
            assert widget.inputs()["passage"] == PASSAGE
            for answer in widget.answers:
                assert list(answer) == CONTRACT["outputs"]["answers"]["items"]
                assert 0 <= answer["start"] <= answer["end"]
            for entry in widget.history:
                json.dumps(entry.as_dict(), allow_nan=False)
        for content, _ in customs(widget):
            assert content["kind"] in MESSAGES
        from_browser(widget, GOOD)
        assert widget.answers == READY["answers"]


STATE = st.dictionaries(
    st.sampled_from(sorted({*QnA.class_trait_names(sync=True), "_model_name", "nothing"})),
    ANYTHING,
    max_size=5,
)


@cases()
@given(st.lists(STATE, max_size=3))
def test_a_page_sets_inputs_to_what_they_may_be_and_nothing_else(
    caplog: pytest.LogCaptureFixture, states: list[dict[str, Any]]
) -> None:
    """Whatever it says of other traits: answers, manifest, script."""
    # Closed, since ipywidgets keeps every other one.
    with closing(asked()) as widget:
        from_browser(widget, GOOD)
        before = {name: getattr(widget, name) for name in OTHERS}
        for state in states:
            state.pop("model", None)  # which models are there is not asked here
            with caplog.at_level("WARNING"):
                typed(widget, **state)
            assert caplog.records == []
            inputs = dict(widget.inputs())
            assert check_inputs(inputs) == inputs
            wrong = {name for name in inputs.keys() & state.keys() if inputs[name] != state[name]}
            assert not wrong or wrong <= updates(widget)[-1].keys()
        assert {name: getattr(widget, name) for name in OTHERS} == before
        repr(widget)
        typed(widget, **{name: GOOD["inputs"][name] for name in GOOD["inputs"]}, passage=PASSAGE)
        assert widget.answers == READY["answers"]


COUNTS = st.fixed_dictionaries(
    dict.fromkeys(CONTRACT["scores"]["counts"], st.integers(-2, 5) | st.integers())
)


@cases()
@given(COUNTS, st.binary(max_size=200) | st.integers(0, 60).map(lambda n: bytes(4 * n)))
def test_scores_are_what_the_contract_says_or_refused(counts: Any, blob: bytes) -> None:
    try:
        scores = of_browser("Where?", PASSAGE, counts, blob, max_answer_len=30)
    except ValueError:
        return
    for window in scores.windows:
        assert len(window.start_logits) == len(window.tokens)


ENTRY = st.fixed_dictionaries(
    {
        "question": TEXTS,
        "passage": TEXTS,
        "model": st.sampled_from(["Mini", "Maxi"]),
        "null_score": st.floats(allow_nan=False, allow_infinity=False),
    }
)


@cases()
@given(st.lists(ENTRY, max_size=12))
def test_a_history_is_read_back_as_it_was(entries: list[dict[str, Any]]) -> None:
    history = History()
    options = {name: CONTRACT["inputs"][name]["default"] for name in CONTRACT["history"]["options"]}
    for entry in entries:
        sound = {
            name: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
            for name, value in entry.items()
        }
        answer = {"text": sound["passage"][:3], "start": 0, "end": min(3, len(sound["passage"])),
                  "score": -0.5, "probability": 0.25}  # fmt: skip
        history.add(**sound, options=options, answers=[answer])
    kept = {(one.question, one.passage, one.model) for one in history}
    assert len(kept) == len(history)
    with tempfile.TemporaryDirectory() as place:
        history.to_json(Path(place, "h.json"))
        history.to_csv(Path(place, "h.csv"))
        whole = json.loads(Path(place, "h.json").read_text(encoding="utf-8"))
        with Path(place, "h.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    texts = {passage["crc32"]: passage["text"] for passage in whole["passages"]}
    for one, question, row in zip(history, whole["questions"], rows, strict=True):
        assert question["question"] == one.question
        assert texts[question["passage_crc32"]] == one.passage
        for name, text in (("question", one.question), ("text", one.answers[0]["text"])):
            assert not row[name].startswith(tuple(CONTRACT["history"]["formula_starts"]))
            assert row[name] in (text, f"'{text}")

"""The contract's inputs and outputs as traits."""

from __future__ import annotations

import re

import pytest
import traitlets

from qna_widget.hosts.widget.traits import ExamplesTrait, InputTrait, OutputTrait


class Widget(traitlets.HasTraits):
    top_k = InputTrait("top_k")
    answers = OutputTrait("answers")
    null_score = OutputTrait("null_score")


def test_input_traits_keep_the_old_value_when_refusing() -> None:
    widget = Widget(top_k=3)
    with pytest.raises(traitlets.TraitError, match="from 1 to 100"):
        widget.top_k = 0
    assert widget.top_k == 3


def test_examples_are_checked_and_not_shared() -> None:
    class Offering(traitlets.HasTraits):
        examples = ExamplesTrait()

    one = Offering(examples=("Where?", "Who?", "Where?"))
    assert one.examples == ["Where?", "Who?"]
    assert Offering().examples == []
    for wrong, words in [
        ("Where?", "got 'Where?'"),
        (3, "got 3"),
        (["Where?", " "], "one is ' '"),
        ([None], "one is None"),
        (["Where?"] * 13, "at most 12 questions, each a string; got 13"),
        (["\ud83d?"], "lone surrogate"),
    ]:
        with pytest.raises(traitlets.TraitError, match=re.escape(words)):
            one.examples = wrong
    assert one.examples == ["Where?", "Who?"]


def test_output_traits_are_read_only_observable_and_not_shared() -> None:
    widget, other = Widget(), Widget()
    with pytest.raises(traitlets.TraitError, match="answers comes from the browser"):
        widget.answers = []
    with pytest.raises(traitlets.TraitError, match="null_score comes from the browser"):
        Widget(null_score=1.0)
    seen: list[object] = []
    widget.observe(lambda change: seen.append(change["new"]), "answers")
    widget.set_trait("answers", [{"text": "x"}])
    widget.set_trait("answers", [{"text": "x"}])
    assert seen == [[{"text": "x"}]]
    assert other.answers == []
    widget.answers.append("mine")
    assert Widget().answers == []

"""The contract's inputs and outputs as traits."""

from __future__ import annotations

import pytest
import traitlets

from qna_widget.hosts.widget.traits import InputTrait, OutputTrait


class Widget(traitlets.HasTraits):
    top_k = InputTrait("top_k")
    answers = OutputTrait("answers")
    null_score = OutputTrait("null_score")


def test_input_traits_keep_the_old_value_when_refusing() -> None:
    widget = Widget(top_k=3)
    with pytest.raises(traitlets.TraitError, match="from 1 to 100"):
        widget.top_k = 0
    assert widget.top_k == 3


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

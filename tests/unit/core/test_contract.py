import math
from pathlib import Path
from typing import get_args, get_type_hints

import numpy
import pytest

from qna_widget.core import contract, messages
from qna_widget.core.manifest import Fetching, ModelChoice
from qna_widget.core.types import AnswerDict, Overlap
from qna_widget.errors import InputError
from qna_widget.models.menu import AvailableModel


@pytest.mark.parametrize("name", contract.INPUTS)
def test_defaults_are_allowed(name: str) -> None:
    default = contract.default_inputs()[name]
    assert contract.check_input(name, default) == default


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("top_k", 1, 1),
        ("top_k", 100, 100),
        ("no_answer_threshold", -3, -3.0),
        ("no_answer_threshold", 100, 100.0),
        ("no_answer_threshold", None, None),
        ("overlap", "allow", "allow"),
        ("passage", "🙂 na\u0301ive 𠀀", "🙂 na\u0301ive 𠀀"),
        ("model", Path("bundled"), str(Path("x/bundled")).replace("x", ".", 1)),
        ("model", Path("/models/mine"), str(Path("/models/mine"))),
    ],
)
def test_takes_what_is_allowed(name: str, value: object, kept: object) -> None:
    assert contract.check_input(name, value) == kept


def test_takes_numbers_of_numpy() -> None:
    checked = contract.check_input("top_k", numpy.int64(7))
    assert type(checked) is int
    assert checked == 7
    assert type(contract.check_input("no_answer_threshold", numpy.float32(0.5))) is float


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("top_k", 0, ["top_k", "from 1 to 100", "answers", "got 0 (int)"]),
        ("top_k", 101, ["from 1 to 100", "got 101"]),
        ("top_k", 2.0, ["whole number", "got 2.0 (float)"]),
        ("top_k", True, ["whole number", "got True (bool)"]),
        ("max_answer_len", "9", ["whole number", "tokens", "got '9' (str)"]),
        ("no_answer_threshold", math.nan, ["from -100 to 100", "got nan"]),
        ("no_answer_threshold", math.inf, ["from -100 to 100", "got inf"]),
        ("no_answer_threshold", "1", ["a number", "or None for the model's own", "got '1' (str)"]),
        ("overlap", "some", ["'none', 'nested', 'allow'", "got 'some'"]),
        ("question", None, ["question", "a string", "got None (NoneType)"]),
        ("passage", b"bytes", ["passage", "a string", "(bytes)"]),
        ("passage", "ab\ud83d!", ["lone surrogate", "U+D83D", "character 2", "replace"]),
    ],
)
def test_refuses_in_words(name: str, value: object, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        contract.check_input(name, value)
    for word in words:
        assert word in str(caught.value)


def test_the_advice_against_lone_surrogates_works() -> None:
    broken = "ab\ud83d!"
    mended = broken.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert contract.check_input("passage", mended) == "ab\ufffd!"


def test_a_long_value_is_shown_in_short() -> None:
    with pytest.raises(InputError) as caught:
        contract.check_input("overlap", "x" * 10_000)
    assert len(str(caught.value)) < 200


def test_unknown_names_are_refused() -> None:
    with pytest.raises(TypeError, match=r"no argument 'pasage'; there are passage, question"):
        contract.check_inputs({"pasage": "typo"})


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (messages.Inputs, contract.INPUTS),
        (messages.SomeInputs, contract.INPUTS),
        (messages.ReportedInputs, [name for name in contract.INPUTS if name != "passage"]),
        (messages.Outputs, contract.OUTPUTS),
        (messages.Progress, contract.OUTPUTS["progress"]["items"]),
        (messages.Timing, contract.OUTPUTS["timing"]["items"]),
        (AnswerDict, contract.OUTPUTS["answers"]["items"]),
        (messages.ReportMessage, contract.CONTRACT["messages"]["report"]["items"]),
        (ModelChoice, contract.CONTRACT["models"]["choice"]),
        (AvailableModel, contract.CONTRACT["models"]["choice"]),
        (Fetching, contract.CONTRACT["models"]["fetching"]),
        (contract.HistoryShape, set(contract.CONTRACT["history"]) - {"about", "asked_at"}),
    ],
)
def test_types_name_what_the_contract_does(kind: type, names: list[str]) -> None:
    assert set(get_type_hints(kind)) == set(names)


def test_messages_about_scores_name_what_the_contract_does() -> None:
    named = (
        contract.CONTRACT["messages"][kind]["items"] for kind in ("scores.chunk", "scores.none")
    )
    assert set(get_type_hints(messages.ScoresMessage)) == {name for each in named for name in each}


def test_spans_and_statuses_are_those_of_the_contract() -> None:
    assert list(get_args(Overlap)) == contract.INPUTS["overlap"]["enum"]
    assert list(get_args(messages.Status)) == contract.OUTPUTS["status"]["enum"]

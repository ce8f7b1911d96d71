"""The demo's link: what it says comes back, and what it must not say is refused in words."""

import random
from urllib.parse import parse_qs, urlsplit

import pytest

from qna_widget.core.contract import INPUTS
from qna_widget.hosts.streamlit.demo import link
from qna_widget.hosts.streamlit.demo.examples import EXAMPLES
from qna_widget.hosts.streamlit.demo.link import Inputs
from qna_widget.hosts.streamlit.demo.shelf import OWN, Example, Shelf

MODELS = ("auto", "bundled")
SHELF = Shelf(EXAMPLES)
START = link.start(SHELF)


def opened(address: str) -> dict[str, str]:
    """What a server reads from an address."""
    return {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}


def followed(inputs: Inputs, **how: bool) -> Inputs:
    address = link.url("https://example.org/app/?old=1#top", link.write(inputs, SHELF, **how))
    assert address.startswith("https://example.org/app/?")
    read, troubles = link.read(opened(address), SHELF, MODELS)
    assert troubles == []
    return read


def test_without_an_address_there_is_the_first_example() -> None:
    assert link.read({}, SHELF, MODELS) == (START, [])
    assert START.passage in {example.passage for example in EXAMPLES.values()}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_comes_back(name: str) -> None:
    example = EXAMPLES[name]
    inputs = Inputs(example.passage, "Who? 1 + 1 = 2 & #more 🙂")
    assert followed(inputs) == inputs
    assert link.write(inputs, SHELF)["example"] == name


def test_all_settings_come_back_exactly() -> None:
    draw = random.Random(5)
    for _ in range(200):
        options = {
            "top_k": draw.randint(1, 100),
            "max_answer_len": draw.randint(1, 384),
            "doc_stride": draw.randint(1, 384),
            "no_answer_threshold": draw.choice([None, 0, draw.uniform(-100, 100)]),
            "overlap": draw.choice(INPUTS["overlap"]["enum"]),
            "workers": draw.choice([None, draw.randint(1, 16)]),
        }
        inputs = Inputs(START.passage, "Who?", draw.choice(MODELS), options)
        assert followed(inputs) == inputs


def test_an_own_text_is_in_the_link_only_when_asked_for_and_short() -> None:
    inputs = Inputs("Mine, and mine alone.\nYes: 50 % & more.", "Whose?")
    assert followed(inputs, with_passage=True) == inputs
    assert inputs.passage not in str(link.write(inputs, SHELF))
    assert followed(inputs) == Inputs("", "Whose?")
    long = Inputs("x" * (link.MAX_CHARACTERS + 1), "y" * (link.MAX_CHARACTERS + 1))
    assert link.write(long, SHELF, with_passage=True) == {"example": OWN}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("top_k", "0", "top_k must be a whole number from 1 to 100"),
        ("top_k", "many", "top_k must be a whole number from 1 to 100 (answers); got 'many'"),
        ("top_k", "1e3", "top_k must be a whole number"),
        ("top_k", "9" * 5000, "top_k must be a whole number"),
        ("max_answer_len", "", "max_answer_len must be a whole number from 1 to 384"),
        ("no_answer_threshold", "nan", "no_answer_threshold must be a number from -100 to 100"),
        ("no_answer_threshold", "inf", "no_answer_threshold must be a number"),
        ("overlap", "<script>", "overlap must be one of"),
        ("example", "../../etc", "There is no example '../../etc'"),
        ("model", "/etc", "The model '/etc' is not at hand here"),
        ("model", "mobilebert", "The model 'mobilebert' is not at hand here"),
        ("question", "x" * 1001, "question has 1,001 characters; a link holds 1,000"),
        ("passage", "x" * 100_000, "passage has 100,000 characters; a link holds 1,000"),
        ("question", "\ud800", "question holds a lone surrogate"),
        ("__class__", "1", "Nothing here is called '__class__'"),
    ],
)
def test_what_is_not_allowed_is_told_and_the_rest_is_done(
    name: str, value: str, words: str
) -> None:
    inputs, troubles = link.read({"doc_stride": "64", name: value}, SHELF, MODELS)
    assert len(troubles) == 1
    assert words in troubles[0]
    assert len(troubles[0]) < 300
    assert inputs.options == {**START.options, "doc_stride": 64}
    assert inputs.model == "auto"
    assert inputs.passage in (START.passage, "")


def test_own_texts_stand_first_and_their_model_is_the_default() -> None:
    own = Shelf({"letter.md": Example("letter.md", "Dear Ada.", ""), **EXAMPLES}, "bundled")
    inputs = link.start(own)
    assert (inputs.passage, inputs.question, inputs.model) == ("Dear Ada.", "", "bundled")
    assert link.read({}, own, ["auto"]) == (inputs, [])
    assert link.write(inputs, own) == {"example": "letter.md"}
    elsewhere = link.read({"example": "letter.md", "question": "Who?"}, SHELF, MODELS)
    assert elsewhere[0].passage == START.passage
    assert elsewhere[1] == ["There is no example 'letter.md'."]
    chosen = Inputs("Dear Ada.", "Who?", "auto")
    assert link.write(chosen, own)["model"] == "auto"
    assert link.read(link.write(chosen, own), own, ["auto"]) == (chosen, [])

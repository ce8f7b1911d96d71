"""transformers 4.57.6's pipeline, recorded, and QuestionAnswerer(pipeline_compatible=True).

Same shapes; same answers, except where a declared rule (pipeline_rules.py) says otherwise.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from qna_widget import QuestionAnswerer
from qna_widget.export.bundle import Origin
from qna_widget.export.recipe import export_checkpoint

from .pipeline_rules import RULES, Asked, Rung, explained, ladder

HERE = Path(__file__).parent
FIXTURE = json.loads((HERE / "fixtures" / "pipeline.json").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = FIXTURE["cases"]
WINDOWS = {name: FIXTURE[name] for name in ("max_seq_len", "doc_stride")}


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory) -> QuestionAnswerer:
    """The tiny BERT of the fixture, its weights as they are."""
    folder = tmp_path_factory.mktemp("tiny")
    origin = Origin("tiny", "tiny", "", "")
    export_checkpoint(
        HERE / "tiny_bert", folder, origin, max_seq_len=FIXTURE["max_seq_len"], precision="fp32"
    )
    return QuestionAnswerer(folder, threads=1, pipeline_compatible=True)


@pytest.fixture(scope="module")
def rungs(qa: QuestionAnswerer) -> list[list[Rung]]:
    """From the pipeline's rules to ours, for each case."""
    return [
        ladder(
            Asked(case["question"], case["passage"], **case["options"], **WINDOWS),
            qa.tokenizer,
            lambda features: list(qa.session.run(features)),
        )
        for case in CASES
    ]


def listed(answer: Any) -> list[dict[str, Any]]:
    return answer if isinstance(answer, list) else [answer]


def test_the_recording_covers_what_is_to_be_compared() -> None:
    assert FIXTURE["made_by"] == "transformers 4.57.6"
    assert len(CASES) == 100
    options = Counter((name, value) for case in CASES for name, value in case["options"].items())
    assert min(options.values()) >= 10
    assert len(options) == 6
    assert sum(isinstance(case["answer"], list) for case in CASES) > 10


def test_the_first_rung_is_the_recorded_pipeline(rungs: list[list[Rung]]) -> None:
    """Our reading of its rules gives its answers and its scores."""
    for case, (first, *_) in zip(CASES, rungs, strict=True):
        for answer, found in zip(listed(case["answer"]), first.answers, strict=False):
            assert found.score == pytest.approx(answer["score"], rel=1e-3), case
            assert (found.start, found.end) == (answer["start"], answer["end"]), case


def test_the_last_rung_is_this_package(qa: QuestionAnswerer, rungs: list[list[Rung]]) -> None:
    for case, (*_, last) in zip(CASES, rungs, strict=True):
        answer = listed(qa(case["question"], case["passage"], **case["options"], **WINDOWS))
        for ours, found in zip(answer, last.answers, strict=False):
            place = (ours["start"], ours["end"])
            assert place == (found.start, found.end) or last.ties(place), case


def test_shapes_are_the_pipelines(qa: QuestionAnswerer) -> None:
    for case in CASES:
        ours = qa(question=case["question"], context=case["passage"], **case["options"], **WINDOWS)
        theirs = case["answer"]
        assert type(ours) is type(theirs)
        for answer, recorded in zip(listed(ours), listed(theirs), strict=True):
            assert {name: type(value) for name, value in answer.items()} == {
                name: type(value) for name, value in recorded.items()
            }
            assert list(answer) == list(recorded)
            assert case["passage"][answer["start"] : answer["end"]] == answer["answer"]
            assert 0 <= answer["score"] <= 1


def test_every_rule_gets_its_turn(rungs: list[list[Rung]]) -> None:
    """Or the tests above would not hold it. Random weights spread their probability wide."""
    reasons: Counter[str] = Counter()
    for case in rungs:
        reasons.update(explained(case))
    assert set(reasons) == set(RULES), reasons

"""The benchmark beside every peer: samples to figures, and figures to the page of results."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

from benchmarks.peers.cases import QUESTION, cases
from benchmarks.peers.chart import draw
from benchmarks.peers.claims import CLAIMS, Claim
from benchmarks.peers.ratios import Figure, by_round, figure, ratio
from benchmarks.peers.report import README_END, README_START, filled, page, quoted
from benchmarks.peers.samples import Run, Sample
from qna_widget import QuestionAnswerer


def hot(contender: str, *taken: float, case: str = "128 tokens") -> list[Sample]:
    return [Sample("hot", case, contender, number, ms) for number, ms in enumerate(taken)]


def test_median_with_spread() -> None:
    assert figure({0: 5.0, 1: 1.0, 2: 30.0}) == Figure(5.0, 1.0, 30.0, 3)
    assert figure({}) is None


def test_ratio_is_of_common_rounds_only() -> None:
    # The third round was slow for both; the fourth measured only ours.
    theirs, ours = {0: 20.0, 1: 30.0, 2: 200.0}, {0: 10.0, 1: 10.0, 2: 100.0, 3: 1.0}
    assert ratio(theirs, ours) == Figure(3.0, 2.0, 3.0, 3)


@pytest.mark.parametrize(
    ("theirs", "ours"), [({}, {0: 1.0}), ({0: 1.0}, {1: 1.0}), ({0: 1}, {0: 0})]
)
def test_no_ratio_without_both(theirs: dict[int, float], ours: dict[int, float]) -> None:
    assert ratio(theirs, ours) is None


def test_samples_of_one_kind_case_and_contender() -> None:
    samples = [
        *hot("a", 1, 2),
        *hot("b", 3),
        *hot("a", 4, case="32 tokens"),
        Sample("cold", "128 tokens", "a", 0, 5),
    ]
    assert by_round(samples, "hot", "128 tokens", "a") == {0: 1, 1: 2}
    assert by_round(samples, "hot", "128 tokens", "b", lambda sample: sample.stall_ms) == {0: 0}


def test_no_round_asks_what_was_asked_before() -> None:
    """However long a run lasts: what was asked before is answered from memory."""
    texts = cases(QuestionAnswerer("bundled").tokenizer)
    asked = [case.ask(number) for case in texts for number in range(case.rounds)]
    assert len({QUESTION, *asked}) == 1 + len(asked) > 250


def test_claims_hold_miss_or_were_not_measured() -> None:
    least = Claim("", "hot", "128 tokens", "theirs", "ours", 2)
    most = Claim("", "hot", "128 tokens", "theirs", "ours", 2, at_least=False)
    samples = [*hot("theirs", 30, 30), *hot("ours", 10, 10)]
    assert (least.verdict(least.found(samples)), most.verdict(most.found(samples))) == (
        "holds",
        "missed",
    )
    assert least.verdict(least.found(hot("ours", 10))) == "not measured"


@pytest.fixture
def run() -> Run:
    return Run(
        about={"Date": "2026-11-28", "Machine": "a slow one"},
        titles={"mobilebert": "ours", "qna": "TensorFlow.js", "transformers": "transformers.js"},
        ran_titles={"mobilebert": "ours", "native": "native"},
        cases={"128 tokens": "128 tokens", "100,000 characters": "100,000 characters"},
        samples=[
            *hot("mobilebert", 100, 110, 90),
            *hot("qna", 2000, 2200, 2400),
            *hot("mobilebert", 9000, case="100,000 characters"),
            *[Sample("forward", "128", "mobilebert", n, 100) for n in range(3)],
            *[Sample("forward", "128", "native", n, 50) for n in range(3)],
        ],
        without={"TensorFlow.js, 100,000 characters": "all in one batch"},
    )


def test_page_holds_ratios_and_what_is_missing(run: Run) -> None:
    text = page(run)
    assert "a slow one" in text
    assert "| 128 tokens | 100 ms (90–110; 3) | **22.0×** (20.0–26.7; 3) | – |" in text
    # Never left out silently: a case without a sample says so.
    assert "| 100,000 characters | 9.00 s (one) | – | – |" in text
    assert "all in one batch" in text
    assert text.count("not measured") == len(CLAIMS) - 2


def test_what_was_not_read_to_the_end_is_marked(run: Run) -> None:
    run.samples += hot("transformers", 300, case="100,000 characters")
    run.tokens = {"128 tokens": 128, "100,000 characters": 25_000}
    assert "| 9.00 s (one) | – | **0.03×** (one) † |" in page(run)


def test_readme_quotes_between_its_marks(tmp_path: Path, run: Run) -> None:
    before = f"# Title\n\n{README_START}\nold\n{README_END}\n\nmore\n"
    after = filled(before, quoted(run))
    assert "old" not in after
    assert after.startswith("# Title\n")
    assert after.endswith("\n\nmore\n")
    assert "22.0" in after
    assert filled(after, quoted(run)) == after


def test_readme_without_marks_is_refused(run: Run) -> None:
    with pytest.raises(ValueError, match="bench:start"):
        filled("# Title\n", quoted(run))


def test_run_is_read_as_it_was_written(tmp_path: Path, run: Run) -> None:
    run.write(tmp_path / "samples.json")
    assert Run.read(tmp_path / "samples.json") == run


def test_every_claim_names_those_who_take_part() -> None:
    from benchmarks.peers.contenders import asked, ran

    known = {c.name for c in chain(asked("q8"), ran("q8"))}
    assert {name for claim in CLAIMS for name in (claim.slower, claim.faster)} <= known


def test_chart_leaves_out_what_was_not_read_and_names_everybody(tmp_path: Path, run: Run) -> None:
    run.samples += hot("transformers", 300, case="100,000 characters")
    run.tokens = {"128 tokens": 128, "100,000 characters": 25_000}
    draw(run, tmp_path / "results.svg")
    text = (tmp_path / "results.svg").read_text(encoding="utf-8")
    assert "TensorFlow.js" in text
    assert " 22×" in text
    assert "0.0333×" not in text

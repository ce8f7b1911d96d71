"""Streamlit's Python half, in a real script run; what the browser does with it: tests/e2e."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mounted import ANSWER, OUTPUTS, PASSAGE, Browser, qna, reset

from qna_widget.core import contract
from qna_widget.errors import InputError
from qna_widget.models import registry
from qna_widget.streamlit import QnAResult


def test_before_the_browser_answers_the_result_is_loading(browser: Browser) -> None:
    result = qna(PASSAGE, "Where?", key="a")
    assert result == QnAResult(
        passage=PASSAGE,
        question="Where?",
        answers=[],
        null_score=None,
        status="loading",
        error="",
        backend="",
        timing={},
        options={**_options(), "top_k": 5},
        model=registry.resolve("auto").title,
    )


def _options() -> dict[str, Any]:
    options = contract.default_inputs()
    return {name: options[name] for name in options if name not in ("passage", "question")}


def test_the_report_comes_back_as_the_result(browser: Browser) -> None:
    qna(PASSAGE, "Where?")
    browser.says()
    result = qna(PASSAGE, "Where?")
    assert (result.status, result.answers, result.null_score) == ("ready", [ANSWER], -4.5)
    assert result.passage[16:33] == result.answers[0]["text"]


def test_a_stopped_question_says_how_far_it_went(browser: Browser) -> None:
    qna(PASSAGE, "Where?")
    far = {"stage": "run", "name": "A model", "loaded": 32, "total": 410, "unit": "windows"}
    nothing = {"answers": [], "null_score": None, "timing": {}}
    browser.says({**OUTPUTS, **nothing, "progress": far})
    result = qna(PASSAGE, "Where?")
    assert (result.status, result.answers, result.progress) == ("ready", [], far)
    browser.says()
    assert qna(PASSAGE, "Where?").progress == {}


def test_what_the_reader_typed_comes_back_and_survives_reruns(browser: Browser) -> None:
    qna(PASSAGE, "Where?")
    browser.says(question="Who?", top_k=2)
    for _ in range(2):
        result = qna(PASSAGE, "Where?")
        assert result.question == "Who?"
        assert result.options["top_k"] == 2
        assert result.answers == [ANSWER]


def test_hidden_and_shown_again(browser: Browser) -> None:
    qna(PASSAGE, "Where?")
    browser.says(question="Who?")
    qna(PASSAGE, "Where?")
    revision = browser.data["revision"]
    browser.hides()
    result = qna(PASSAGE, "Where?")
    assert (result.question, result.answers) == ("Who?", [ANSWER])
    assert browser.data["changes"] == {"question": "Who?"}
    assert browser.data["revision"] == revision
    assert browser.data["heard"] == 1


def test_a_changed_argument_overrides_only_itself(browser: Browser) -> None:
    qna(PASSAGE, "Where?")
    browser.says(question="Who?", passage="Ernie is here.")
    qna(PASSAGE, "Where?")
    result = qna(PASSAGE, "When?")
    assert (result.question, result.passage) == ("When?", "Ernie is here.")
    assert (result.answers, result.status) == ([], "loading")
    assert browser.data["changes"] == {"passage": "Ernie is here."}


def test_the_page_is_told_which_arguments_override(browser: Browser) -> None:
    """So that it keeps what was typed elsewhere and is not answered yet."""
    qna(PASSAGE, "Where?")
    first = browser.data["revision"]
    assert browser.data["since"] == dict.fromkeys(contract.default_inputs(), first)
    qna(PASSAGE, "When?")
    second = browser.data["revision"]
    assert browser.data["since"] == {
        **dict.fromkeys(browser.data["since"], first),
        "question": second,
    }
    reset("passage")
    qna(PASSAGE, "When?")
    assert browser.data["since"]["passage"] == browser.data["revision"] != second
    assert browser.data["since"]["question"] == second


def test_another_model_behind_the_same_name_answers_anew(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    qna(PASSAGE, "Where?")
    browser.says(question="Who?")
    bundled = registry.resolve("bundled")
    arrived = replace(bundled, title="MobileBERT", onnx=replace(bundled.onnx, sha256="ab" * 32))
    monkeypatch.setattr(registry, "resolve", lambda *_args, **_more: arrived)
    result = qna(PASSAGE, "Where?")
    assert (result.model, result.answers, result.status) == ("MobileBERT", [], "loading")
    assert result.question == "Who?"
    assert set(browser.data["since"].values()) != {browser.data["revision"]}


def test_a_late_report_about_former_arguments_is_dropped(browser: Browser) -> None:
    qna(PASSAGE, "Where?")
    browser.says(question="Who?")
    late = browser.session["qna"]
    qna("Another passage.", "Where?")
    browser.session["qna"] = late
    result = qna("Another passage.", "Where?")
    assert (result.answers, result.status) == ([], "loading")


def test_a_run_that_was_overtaken_undoes_nothing(browser: Browser) -> None:
    qna("Bert.", "Who?")
    browser.says(question="Whos?")
    older = browser.session["qna"]
    qna("Bert.", "Who?")
    browser.says(question="Whose?")
    assert qna("Bert.", "Who?").question == "Whose?"
    browser.session["qna"] = older
    assert qna("Bert.", "Who?").question == "Whose?"


def test_examples_reach_the_page_and_make_no_new_revision(browser: Browser) -> None:
    qna(PASSAGE, "Where?", key="a")
    before = browser.data["revision"]
    assert browser.data["examples"] == []
    qna(PASSAGE, "Where?", key="a", examples=("Where?", "Who?"))
    assert browser.data["examples"] == ["Where?", "Who?"]
    assert browser.data["revision"] == before
    with pytest.raises(InputError, match="a list of at most 12 questions"):
        qna(PASSAGE, key="a", examples="Where?")


def test_a_server_that_lost_its_memory_takes_the_pages_word_only_for_equal_arguments(
    browser: Browser,
) -> None:
    qna(PASSAGE, "Where?")
    browser.says(question="Who?")
    page = browser.session["qna"]
    browser.session.clear()
    browser.session["qna"] = page
    assert qna(PASSAGE, "Where?").question == "Who?"
    browser.session.clear()
    browser.session["qna"] = page
    assert qna("Edited meanwhile.", "Where?").question == "Where?"


@pytest.mark.parametrize(
    "part",
    [
        {"changes": {"top_k": 10_000}},
        {"changes": {"no such input": 1}},
        {"changes": None},
        {"number": "first"},
        {"number": -1},
        {"outputs": {"status": "ready", "answers": [{}], "null_score": 1.0}},
        {"outputs": {"status": "ready", "progress": {"loaded": 3}}},
        {"outputs": "none"},
    ],
)
def test_a_page_that_says_what_no_page_says_is_not_heard(
    browser: Browser, part: dict[str, Any]
) -> None:
    qna(PASSAGE, "Where?")
    browser.says(question="Who?")
    browser.session["qna"]["report"] |= part
    result = qna(PASSAGE, "Where?")
    assert (result.question, result.answers, result.status) == ("Where?", [], "loading")
    browser.session["qna"]["report"] = ["no", "report"]
    assert qna(PASSAGE, "Where?").status == "loading"


def test_what_another_element_left_under_its_key_is_no_report(browser: Browser) -> None:
    """As a text field does that another page of the app has under the same key."""
    browser.session["qna"] = "hello"
    assert qna(PASSAGE, "Where?").answers == []
    browser.says()
    assert qna(PASSAGE, "Where?").answers == [ANSWER]


def test_reset_lets_equal_arguments_override(browser: Browser) -> None:
    qna(PASSAGE, "Where?")
    browser.says(question="Who?", top_k=2)
    revision = browser.data["revision"]
    reset("question")
    result = qna(PASSAGE, "Where?")
    assert (result.question, result.options["top_k"]) == ("Where?", 2)
    assert (result.answers, result.status) == ([], "loading")
    assert browser.data["revision"] != revision
    browser.says(question="Who?", top_k=2)
    reset()
    assert qna(PASSAGE, "Where?").options["top_k"] == 5
    reset(key="never shown")
    with pytest.raises(TypeError, match="no argument 'questoin'"):
        reset("questoin")


def test_the_model_that_answers_is_named(browser: Browser) -> None:
    assert qna(PASSAGE, "Where?").model == registry.resolve("auto").title


def test_a_forged_page_opens_no_folder_of_the_servers(browser: Browser, tmp_path: Path) -> None:
    """It chooses from the menu; the script may name what it likes."""
    shutil.copytree(registry.BUNDLED, tmp_path / "own")
    qna(PASSAGE, "Where?", model="bundled")
    browser.says(model=str(tmp_path / "own"))
    qna(PASSAGE, "Where?", model="bundled")
    assert browser.data["manifest"]["asked"] == "bundled"
    assert browser.data["fetching"] is None

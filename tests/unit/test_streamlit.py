"""Streamlit's Python half, in a real script run; what the browser does with it: tests/e2e."""

import inspect
import json
from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qna_widget import contract
from qna_widget import streamlit as adapter
from qna_widget.assets import PACKAGE
from qna_widget.errors import InputError
from qna_widget.streamlit import QnAResult, qna

PASSAGE = "🙂 Bert lives at 123 Sesame Street."
ANSWER = {"text": "123 Sesame Street", "start": 16, "end": 33, "score": 9.5, "probability": 0.9}
OUTPUTS = {
    "status": "ready",
    "error": "",
    "backend": "wasm, 1 thread",
    "answers": [ANSWER],
    "null_score": -4.5,
    "timing": {"tokens": 20, "windows": 1, "run_ms": 5, "total_ms": 6},
}


class Browser:
    """Stands where Streamlit mounts the component: keeps what it gets, says what it is told."""

    def __init__(self) -> None:
        self.session: dict[str, Any] = {}
        self.data: dict[str, Any] = {}
        self.calls: list[dict[str, Any]] = []

    def mount(self, **call: Any) -> None:
        self.calls.append(call)
        self.data = json.loads(json.dumps(call["data"]))

    def says(self, outputs: dict[str, Any] | None = None, **changes: object) -> None:
        report = {
            "revision": self.data["revision"],
            "number": self.data["heard"] + 1,
            "changes": changes,
            "outputs": outputs or OUTPUTS,
        }
        self.session[self.data["key"]] = {"report": report}

    def hides(self) -> None:
        """What Streamlit does with the state of a component that a run did not mount."""
        del self.session[self.data["key"]]


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    browser = Browser()
    monkeypatch.setattr(st, "session_state", browser.session)
    monkeypatch.setattr(adapter, "_component", lambda _runtime: browser.mount)
    monkeypatch.setattr(st.runtime, "get_instance", object)
    monkeypatch.setattr(adapter, "manifest", lambda model: {"model": model.name})
    monkeypatch.setattr(st.runtime, "exists", lambda: True)
    return browser


def test_the_signature_and_the_contract_agree() -> None:
    parameters = inspect.signature(qna).parameters
    defaults = {name: value.default for name, value in parameters.items() if name != "key"}
    assert defaults == contract.default_inputs()


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


def test_a_late_report_about_former_arguments_is_dropped(browser: Browser) -> None:
    qna(PASSAGE, "Where?")
    browser.says(question="Who?")
    late = browser.session["qna"]
    qna("Another passage.", "Where?")
    browser.session["qna"] = late
    result = qna("Another passage.", "Where?")
    assert (result.answers, result.status) == ([], "loading")


@pytest.mark.parametrize("call", [lambda: qna(PASSAGE, key="a"), lambda: qna("", key="b")])
def test_two_components_do_not_share(browser: Browser, call: Callable[[], QnAResult]) -> None:
    qna(PASSAGE, "Where?", key="main")
    browser.says()
    assert call().answers == []
    assert qna(PASSAGE, "Where?", key="main").answers == [ANSWER]


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


def test_wrong_values_are_refused(browser: Browser) -> None:
    with pytest.raises(InputError, match="top_k must be a whole number from 1 to 100"):
        qna(PASSAGE, top_k=0)
    with pytest.raises(InputError, match="overlap must be one of"):
        qna(PASSAGE, overlap="some")
    qna(PASSAGE, "Where?")
    browser.says(top_k=10_000)
    with pytest.raises(InputError, match="top_k"):
        qna(PASSAGE, "Where?")
    assert len(browser.calls) == 1


def test_paths_lead_into_the_folders_that_streamlit_serves() -> None:
    import tomllib

    declared = tomllib.loads((PACKAGE / "pyproject.toml").read_text())
    folders = {
        f"{declared['project']['name']}.{component['name']}": component["asset_dir"]
        for component in declared["tool"]["streamlit"]["component"]["components"]
    }
    asset = {"sha256": "ab", "path": "models/bundled/x.gz"}
    served = adapter._served({"model": {"onnx": asset, "name": "x"}})
    component, _, rest = served["model"]["onnx"]["path"].partition("/")
    assert f"{folders[component]}/{rest}" == "models/bundled/x.gz"
    assert served["model"]["name"] == "x"


def test_a_model_outside_the_package_is_refused_in_words() -> None:
    with pytest.raises(InputError, match=r"serves only the package's own models, and model\.onnx"):
        adapter._served({"onnx": {"sha256": "ab", "name": "model.onnx", "path": "model.onnx.gz"}})


def test_a_result_is_the_callers_own(browser: Browser) -> None:
    qna(PASSAGE, "Where?")
    browser.says()
    qna(PASSAGE, "Where?").answers.clear()
    assert qna(PASSAGE, "Where?").answers == [ANSWER]


@pytest.mark.parametrize("_again", range(2))
def test_the_demo_runs_in_streamlits_own_test_harness(_again: int) -> None:
    app = AppTest.from_file(str(PACKAGE.parent / "streamlit_app.py"), default_timeout=60)
    app.run()
    assert not app.exception
    assert [element.type for element in app.main].count("bidi_component") == 1
    assert "once the browser has read" in app.markdown[-1].value

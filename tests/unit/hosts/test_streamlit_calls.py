"""What a call of Streamlit's component takes, and which calls are one component."""

import inspect
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mounted import ANSWER, PASSAGE, Browser, qna
from streamlit.errors import StreamlitDuplicateElementKey

from qna_widget.core import contract
from qna_widget.errors import InputError
from qna_widget.hosts.streamlit import place, serving
from qna_widget.streamlit import QnAResult
from qna_widget.streamlit import qna as keyless
from qna_widget.streamlit import reset as reset_keyless

# Parameters that are the component's, not the model's.
OWN = ("key", "examples", "on_change")


def test_the_signature_and_the_contract_agree() -> None:
    parameters = inspect.signature(keyless).parameters
    defaults = {name: value.default for name, value in parameters.items() if name not in OWN}
    assert defaults == contract.default_inputs()


@pytest.mark.parametrize("call", [lambda: qna(PASSAGE, key="a"), lambda: qna("", key="b")])
def test_two_components_do_not_share(browser: Browser, call: Callable[[], QnAResult]) -> None:
    qna(PASSAGE, "Where?", key="main")
    browser.says()
    assert call().answers == []
    assert qna(PASSAGE, "Where?", key="main").answers == [ANSWER]


def test_wrong_values_are_refused(browser: Browser) -> None:
    with pytest.raises(InputError, match="top_k must be a whole number from 1 to 100"):
        qna(PASSAGE, top_k=0)
    with pytest.raises(InputError, match="overlap must be one of"):
        qna(PASSAGE, overlap="some")
    assert len(browser.calls) == 0


def test_on_change_reaches_streamlit(browser: Browser) -> None:
    qna(PASSAGE, "Where?", on_change=print)
    assert browser.calls[-1]["on_report_change"] is print


def test_a_result_is_the_callers_own(browser: Browser) -> None:
    qna(PASSAGE, "Where?")
    browser.says()
    qna(PASSAGE, "Where?").answers.clear()
    assert qna(PASSAGE, "Where?").answers == [ANSWER]


def test_calls_without_a_key_are_told_apart_by_place_and_page(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first() -> QnAResult:
        return keyless(PASSAGE, "Where?")

    pages = {"now": "one"}
    monkeypatch.setattr(place, "_of_run", lambda *_names: pages["now"])
    monkeypatch.setattr(place, "can_rerun", lambda: True)
    first()
    browser.says(question="Who?")
    assert first().question == "Who?"
    assert keyless(PASSAGE, "Where?").question == "Where?"
    pages["now"] = "two"
    assert first().question == "Where?"
    pages["now"] = "one"
    assert first().question == "Who?"
    reset_keyless("question")
    assert first().question == "Where?"


def test_a_call_is_known_again_where_the_app_was_edited(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Streamlit runs an app anew when its file is saved."""
    monkeypatch.setattr(place, "_of_run", lambda *_names: "one")
    monkeypatch.setattr(place, "can_rerun", lambda: True)
    app = tmp_path / "app.py"

    def run(source: str) -> list[str]:
        app.write_text(source, encoding="utf-8")
        found = runpy.run_path(str(app), {"qna": keyless})
        return [found["first"].question, found["second"].question]

    source = "first, second = qna('a', 'Where?'), qna(\n    'b', 'Where?'\n)\n"
    run(source)
    browser.says(question="Who?")
    assert run(source) == ["Where?", "Who?"]
    assert run(f"title = print\n\ntitle()\n{source}") == ["Where?", "Who?"]
    assert run(source.replace("'b',", "passage='b', question=")) == ["Where?", "Who?"]


def test_a_second_call_without_a_key_at_one_place_is_explained(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice(**_call: Any) -> None:
        raise StreamlitDuplicateElementKey("whatever")

    monkeypatch.setattr(serving, "component", lambda _runtime: twice)
    with pytest.raises(InputError, match=r"Give each call a key of its own: qna\(…, key='first'\)"):
        keyless(PASSAGE)
    with pytest.raises(StreamlitDuplicateElementKey):
        qna(PASSAGE, key="mine")

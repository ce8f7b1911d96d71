"""Streamlit's Python half, in a real script run; what the browser does with it: tests/e2e."""

import hashlib
import inspect
import json
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.errors import StreamlitDuplicateElementKey
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from qna_widget.core import contract
from qna_widget.core.manifest import PACKAGE, Asset
from qna_widget.errors import AssetError, InputError
from qna_widget.hosts.streamlit import chosen_model, place, serving
from qna_widget.models import registry
from qna_widget.streamlit import QnAResult
from qna_widget.streamlit import qna as keyless
from qna_widget.streamlit import reset as reset_keyless

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


def qna(*texts: str, key: str = "qna", **more: Any) -> QnAResult:
    """Call one component from many lines."""
    return keyless(*texts, key=key, **more)


def reset(*names: str, key: str = "qna") -> None:
    reset_keyless(*names, key=key)


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
    monkeypatch.setattr(serving, "component", lambda _runtime: browser.mount)
    monkeypatch.setattr(st.runtime, "get_instance", object)
    monkeypatch.setattr(serving, "served", lambda model: {"model": model.name})
    monkeypatch.setattr(st.runtime, "exists", lambda: True)
    return browser


# Parameters that are the component's, not the model's.
OWN = ("key", "examples", "on_change")


def test_the_signature_and_the_contract_agree() -> None:
    parameters = inspect.signature(keyless).parameters
    defaults = {name: value.default for name, value in parameters.items() if name not in OWN}
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


@pytest.mark.parametrize("call", [lambda: qna(PASSAGE, key="a"), lambda: qna("", key="b")])
def test_two_components_do_not_share(browser: Browser, call: Callable[[], QnAResult]) -> None:
    qna(PASSAGE, "Where?", key="main")
    browser.says()
    assert call().answers == []
    assert qna(PASSAGE, "Where?", key="main").answers == [ANSWER]


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


def test_wrong_values_are_refused(browser: Browser) -> None:
    with pytest.raises(InputError, match="top_k must be a whole number from 1 to 100"):
        qna(PASSAGE, top_k=0)
    with pytest.raises(InputError, match="overlap must be one of"):
        qna(PASSAGE, overlap="some")
    assert len(browser.calls) == 0


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


class Media:
    """Stands where Streamlit keeps media files, with its real storage behind it."""

    def __init__(self) -> None:
        self.storage = MemoryMediaFileStorage("/media")
        self.media_file_mgr = MediaFileManager(self.storage)

    def content(self, path: str) -> bytes:
        assert path.startswith("../../media/")
        return self.storage.get_file(path.removeprefix("../../media/")).content


@pytest.fixture
def media(monkeypatch: pytest.MonkeyPatch) -> Media:
    media = Media()
    monkeypatch.setattr(st.runtime, "get_instance", lambda: media)
    return media


def test_the_packages_files_lie_in_the_folders_that_streamlit_serves() -> None:
    declared = tomllib.loads((PACKAGE / "pyproject.toml").read_text())
    folders = {
        f"{declared['project']['name']}.{component['name']}": component["asset_dir"]
        for component in declared["tool"]["streamlit"]["component"]["components"]
    }
    served = serving.served(registry.resolve("bundled"))
    for told in (served["model"]["onnx"], served["model"]["vocab"], served["runtime"]["wasm"]):
        component, _, rest = told["path"].partition("/")
        file = PACKAGE / folders[component] / rest
        assert hashlib.sha256(file.read_bytes()).hexdigest() == told["sha256"]
    assert served["model"]["title"] == registry.resolve("bundled").title


def test_a_model_from_anywhere_is_lent_to_streamlit(tmp_path: Path, media: Media) -> None:
    folder = shutil.copytree(registry.BUNDLED, tmp_path / "model")
    served = serving.served(registry.resolve(folder))
    again = serving.served(registry.resolve(folder))
    assert again == served
    for told in (served["model"]["onnx"], served["model"]["vocab"]):
        content = media.content(told["path"])
        assert hashlib.sha256(content).hexdigest() == told["sha256"]
    assert len(media.storage._files_by_id) == 2, "one copy, however often it is shown"
    assert str(tmp_path) not in json.dumps(served)


def test_files_with_equal_samples_are_not_confused(tmp_path: Path, media: Media) -> None:
    """Streamlit's own name for a file comes from its ends, middle and length."""
    paths = set()
    for name, byte in (("a", b"1"), ("b", b"2")):
        content = bytearray(3_000_000)
        content[500_000:500_001] = byte
        file = tmp_path / name
        file.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        asset = Asset(name, str(file), digest, len(content), "identity", len(content))
        path = serving._lent(asset)
        assert media.content(path) == content
        paths.add(path)
    assert len(paths) == 2


def test_a_model_with_a_missing_file_is_explained(tmp_path: Path, media: Media) -> None:
    folder = shutil.copytree(registry.BUNDLED, tmp_path / "model")
    (folder / "vocab.txt.gz").unlink()
    with pytest.raises(AssetError, match=r"vocab\.txt cannot be read \(No such file"):
        serving.served(registry.resolve(folder))


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


class RerunError(Exception):
    pass


@pytest.mark.parametrize(
    ("fragment", "fragments_run", "scope"),
    [(None, None, "app"), ("f", ["f"], "fragment"), ("f", None, None)],
)
def test_a_model_that_is_fetched_reruns_no_more_than_it_must(
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    fragment: str | None,
    fragments_run: list[str] | None,
    scope: str | None,
) -> None:
    """A bare rerun closes a dialog; drawn by a run of the whole app, a dialog allows no other."""
    known = {"fragment_id": fragment, "fragment_ids_this_run": fragments_run}
    monkeypatch.setattr(place, "_of_run", lambda *names: known.get(names[0]))
    bundled = registry.resolve("bundled")
    came: list[str] = []
    monkeypatch.setattr(chosen_model, "is_at_hand", lambda name: str(name) == "bundled" or came)
    monkeypatch.setattr(
        registry, "resolve", lambda name, *_, **__: came.append(str(name)) or bundled
    )
    scopes: list[str] = []

    def rerun(scope: str) -> None:
        scopes.append(scope)
        raise RerunError

    monkeypatch.setattr(st, "rerun", rerun)
    monkeypatch.setattr(st, "empty", lambda: SimpleNamespace(progress=print, empty=lambda: None))
    if scope is None:
        assert qna(PASSAGE, "Where?", model="owner/name").model == bundled.title
        assert scopes == []
        assert browser.data["manifest"] is not None
    else:
        with pytest.raises(RerunError):
            qna(PASSAGE, "Where?", model="owner/name")
        assert scopes == [scope]
        assert browser.data["fetching"]["model"] == "owner/name"
    assert "owner/name" in came


def test_a_forged_page_opens_no_folder_of_the_servers(browser: Browser, tmp_path: Path) -> None:
    """It chooses from the menu; the script may name what it likes."""
    shutil.copytree(registry.BUNDLED, tmp_path / "own")
    qna(PASSAGE, "Where?", model="bundled")
    browser.says(model=str(tmp_path / "own"))
    qna(PASSAGE, "Where?", model="bundled")
    assert browser.data["manifest"]["asked"] == "bundled"
    assert browser.data["fetching"] is None

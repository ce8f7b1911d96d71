"""The demo's page in Streamlit's own test harness; a stand-in says what a browser would."""

import csv
import gc
import io
import json
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qna_widget.core.contract import CONTRACT
from qna_widget.core.manifest import PACKAGE
from qna_widget.hosts.streamlit import serving
from qna_widget.hosts.streamlit.demo import link, own, panels, report, serve, session, settle, shelf
from qna_widget.hosts.streamlit.demo.app import HOW_TO_START
from qna_widget.hosts.streamlit.demo.examples import EXAMPLES
from qna_widget.models import registry

START = link.start(shelf.Shelf(EXAMPLES))
ANSWER = {"text": "123 Sesame Street", "start": 100, "end": 117, "score": 9.5, "probability": 0.9}


class Page:
    """The demo, and a reader who looks at it."""

    def __init__(self, **address: str) -> None:
        self.data: dict[str, Any] = {}
        self.tab_data: dict[str, Any] = {}
        self.tab_says: object = None
        self.app = AppTest.from_file(str(PACKAGE.parent / "streamlit_app.py"), default_timeout=60)
        self.app.query_params.update(address)

    def mount(self, **call: Any) -> None:
        """What Streamlit's component would be told."""
        self.data = json.loads(json.dumps(call["data"]))
        self.answered = call["on_report_change"]

    def tab(self, **call: Any) -> None:
        """What the browser's tab would be told; with something to say, it says it."""
        self.tab_data = json.loads(json.dumps(call["data"]))
        if self.tab_says is not None:
            st.session_state["own-text"] = {"found": self.tab_says}
            self.tab_says = None
            call["on_found_change"]()

    def run(self) -> "Page":
        self.app.run()
        assert not self.app.exception
        return self

    def inputs(self) -> dict[str, Any]:
        return {**self.data["arguments"], **self.data["changes"]}

    def says(self, **changes: object) -> "Page":
        """The browser has answered what the reader typed."""
        report = {
            "revision": self.data["revision"],
            "number": self.data["heard"] + 1,
            "changes": {**self.data["changes"], **changes},
            "outputs": {
                "status": "ready",
                "error": "",
                "backend": "wasm, 1 thread",
                "answers": [ANSWER],
                "null_score": -4.5,
                "timing": {"tokens": 20, "windows": 1, "run_ms": 5, "total_ms": 6},
            },
        }
        self.app.session_state[session.KEY] = {"report": report}
        self.visit().acted = True  # what Streamlit does by calling `on_change`
        return self.run()

    def back_to(self, address: dict[str, str]) -> "Page":
        self.app.query_params.clear()
        self.app.query_params.update(address)
        return self.run()

    def visit(self) -> session.Session:
        found: session.Session = self.app.session_state["session"]
        return found

    def address(self) -> dict[str, str]:
        found = self.app.query_params.items()
        return {name: value if isinstance(value, str) else value[-1] for name, value in found}

    def link(self) -> str:
        return self.app.code[0].value

    def menu(self) -> Any:
        return self.app.pills(key=f"text-{self.visit().menus}")

    def pick(self, text: str | None) -> "Page":
        self.menu().set_value(text)
        return self.run()

    def examples(self) -> list[str]:
        """What is offered to be clicked."""
        found: list[str] = self.data["examples"]
        return found

    def upload(self, name: str, content: bytes) -> "Page":
        self.app.file_uploader(key=f"file-{self.visit().uploads}").set_value(
            (name, content, "application/octet-stream")
        )
        return self.run()


@pytest.fixture(autouse=True)
def _own_server() -> Iterator[None]:
    """Each test is another server; what one offers is fixed when it starts."""
    session.shelf.cache_clear()
    settle.once.cache_clear()
    yield
    session.shelf.cache_clear()
    gc.unfreeze()


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    return shown(monkeypatch)


def shown(monkeypatch: pytest.MonkeyPatch, tab: object = None, **address: str) -> Page:
    """Open the page; `tab` is what the browser's tab has to say."""
    page = Page(**address)
    page.tab_says = tab
    monkeypatch.setattr(serving, "component", lambda _runtime: page.mount)
    monkeypatch.setattr(own, "_component", lambda _runtime: page.tab)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return page.run()


def test_it_begins_with_a_question_and_an_empty_address(page: Page) -> None:
    assert (page.inputs()["passage"], page.inputs()["question"]) == (START.passage, START.question)
    assert page.address() == {}
    assert page.examples() == list(EXAMPLES["rent"].questions)
    assert not page.app.warning
    assert not page.app.error


def test_what_the_first_run_loaded_is_left_out_of_collections_once(page: Page) -> None:
    assert gc.get_freeze_count() > 10_000
    gc.unfreeze()
    page.run()
    assert gc.get_freeze_count() == 0, "what comes later is collected as ever"


SCRIPTS = [PACKAGE.parent / "streamlit_app.py", Path(serve.APP)]


@pytest.mark.parametrize("script", SCRIPTS, ids=["clone", "qna-widget demo"])
def test_it_mounts_the_component_once_without_a_stand_in(script: Path) -> None:
    app = AppTest.from_file(str(script), default_timeout=60).run()
    assert not app.exception
    assert [element.type for element in app.main].count("bidi_component") == 2, "it and the tab's"


@pytest.mark.parametrize("script", SCRIPTS, ids=["clone", "qna-widget demo"])
def test_as_plain_python_it_says_how_to_start_it(script: Path) -> None:
    said = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60)
    assert said.stderr == f"{HOW_TO_START}\n"
    assert (said.stdout, said.returncode) == ("", 0)


def test_choosing_an_example_overrides_what_was_typed(page: Page) -> None:
    page.says(question="Who?", top_k=2)
    page.pick("recipe")
    assert page.inputs()["question"] == EXAMPLES["recipe"].question
    assert page.inputs()["top_k"] == 2, "a setting stays"
    page.says(question="Whose?")
    page.pick("rent")
    assert page.inputs()["question"] == EXAMPLES["rent"].question


def test_an_edited_example_is_an_own_text_and_the_example_can_be_had_again(page: Page) -> None:
    page.says(passage="Nobody lives there.")
    assert page.menu().value == "own"
    page.pick("rent")
    assert page.inputs()["passage"] == EXAMPLES["rent"].passage


def test_an_own_text_begins_empty_and_may_come_from_a_file(page: Page) -> None:
    page.pick("own")
    assert (page.inputs()["passage"], page.inputs()["question"]) == ("", "")
    page.says(question="Who?")
    page.upload("letter.md", "# Dear Bert 🙂\n\nErnie.".encode())
    assert page.inputs()["passage"] == "# Dear Bert 🙂\n\nErnie."
    assert page.inputs()["question"] == "Who?"
    assert page.menu().options[-1] == r"letter\.md"
    assert page.menu().value == "own"
    assert page.examples() == []
    assert not page.app.info
    page.pick("rent")
    assert page.menu().options[-1] == r"letter\.md", "it can be had again"


def test_without_a_text_or_a_question_there_is_nothing_to_take_along(page: Page) -> None:
    page.says()
    assert page.app.expander
    page.pick("own")
    assert not page.app.expander
    page.says(passage="Mine.")
    assert not page.app.expander
    page.says(question="Whose?")
    assert page.app.expander


def test_an_example_s_question_is_not_asked_of_an_opened_file(page: Page) -> None:
    page.says(question=EXAMPLES["rent"].questions[1])
    page.upload("letter.md", b"Dear Bert.")
    assert (page.inputs()["passage"], page.inputs()["question"]) == ("Dear Bert.", "")


def test_the_chosen_text_clicked_again_stays(page: Page) -> None:
    page.says(question="Who?")
    page.pick(None)
    assert page.menu().value == "rent"
    assert page.inputs()["question"] == "Who?"


def test_questions_are_offered_for_exactly_the_text_that_is_shown(page: Page) -> None:
    page.says(passage=EXAMPLES["minutes"].passage)  # an older question, of the history
    assert page.menu().value == "minutes"
    assert page.examples() == list(EXAMPLES["minutes"].questions)
    page.says(passage="Mine.")
    assert page.examples() == []
    page.pick("recipe")
    assert page.examples() == list(EXAMPLES["recipe"].questions)


def test_a_file_opened_while_the_page_is_drawn_for_the_first_time_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as first:
        first.setattr(panels, "troubles", st.stop)  # as a widget's word ends a run
        page = shown(monkeypatch, None, example="own", question="Whose?")
    assert page.address() == {"example": "own", "question": "Whose?"}
    page.upload("letter.md", b"Dear Bert.")
    assert (page.inputs()["passage"], page.inputs()["question"]) == ("Dear Bert.", "Whose?")


def test_a_file_is_shown_though_a_newer_run_ends_the_one_that_read_it(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as overtaken:
        # Streamlit ends such a run where it next looks into the session.
        overtaken.setattr(session, "reset", lambda *_names, **_key: st.stop())
        page.upload("letter.md", b"Dear Bert.")
    assert page.run().inputs()["passage"] == "Dear Bert."
    assert page.menu().options[-1] == r"letter\.md"


def test_a_late_word_of_the_menu_does_not_take_an_opened_file_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A message under way as the file was opened speaks of the menu as it was."""
    visit = session.Session(inputs=replace(START, passage="Dear Bert."), file_notices=["21"])
    state: dict[str, Any] = {"session": visit, "text-0": "rent"}
    monkeypatch.setattr("streamlit.session_state", state)
    menu = session.show_in_menu("own")
    assert state[f"text-{menu}"] == "own"
    assert session.show_in_menu("own") == menu
    session.pick_text(0)
    assert visit.inputs.passage == "Dear Bert."
    assert visit.file_notices == ["21"]
    state[f"text-{menu}"] = "recipe"
    session.pick_text(menu)
    assert visit.inputs.passage == EXAMPLES["recipe"].passage


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"%PDF-1.7 nothing more", "is not a readable PDF"),
        ("a.txt", b"", "holds no text"),
        ("a.html", b"<script>all()</script>", "holds no text"),
        ("![x](http://evil.example/x).txt", bytes(range(256)), "is not a text file"),
    ],
)
def test_a_file_without_text_is_explained_and_nothing_is_lost(
    page: Page, name: str, content: bytes, words: str
) -> None:
    page.says(passage="My own words.", question="Whose?")
    page.upload(name, content)
    error = page.app.error[0].value
    assert words in error.replace("\\", "")
    assert "![" not in error
    assert (page.inputs()["passage"], page.inputs()["question"]) == ("My own words.", "Whose?")
    page.pick("rent")
    assert not page.app.error


def test_a_link_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    page = shown(monkeypatch, example="minutes", question="How much?", top_k="3", overlap="allow")
    given = page.inputs()
    assert given["passage"] == EXAMPLES["minutes"].passage
    assert (given["question"], given["top_k"], given["overlap"]) == ("How much?", 3, "allow")
    assert page.menu().value == "minutes"
    assert page.address() == {
        "example": "minutes",
        "question": "How much?",
        "top_k": "3",
        "overlap": "allow",
    }


def test_a_hostile_link_is_explained_as_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    page = shown(
        monkeypatch, model="![x](http://evil.example/x)", top_k=":red[9999]", **{"<b>": "1"}
    )
    warning = page.app.warning[0].value
    assert "\\!\\[x\\]\\(http\\:\\/\\/evil\\.example\\/x\\)" in warning
    assert "got '\\:red" in warning.replace("\\'", "'")
    assert "\\<b\\>" in warning
    assert page.inputs()["model"] == "auto"
    assert page.address() == {}
    page.says()
    assert page.app.warning, "the first answers do not wipe it away"
    page.pick("recipe")
    assert not page.app.warning


def test_the_address_follows_the_reader_and_going_back_is_followed(page: Page) -> None:
    page.says(question="Who?", top_k=2)
    before = page.address()
    assert before == {"example": "rent", "question": "Who?", "top_k": "2"}
    page.says(question="Whose?", top_k=5)
    assert page.address() == {"example": "rent", "question": "Whose?"}
    page.back_to(before)
    assert (page.inputs()["question"], page.inputs()["top_k"]) == ("Who?", 2)
    page.run()
    assert page.address() == before, "and it stays there"


def test_an_answer_that_overtakes_the_address_loses_nothing(page: Page) -> None:
    page.says(question="Who?")
    stale = page.address()
    page.says(question="Whose?")
    page.app.query_params.clear()
    page.app.query_params.update(stale)
    page.says(question="Whose street?")
    assert page.inputs()["question"] == "Whose street?"
    assert page.address()["question"] == "Whose street?"


def test_an_own_text_is_in_no_address_but_in_a_link_that_was_asked_for(page: Page) -> None:
    page.says(passage="My own words.", question="Whose?")
    assert page.address() == {"example": "own", "question": "Whose?"}
    assert "My" not in page.link()
    page.app.checkbox[0].check().run()
    assert "passage=My+own+words." in page.link()
    assert "passage" not in page.address()
    page.says(passage="long " * 1000)
    assert not page.app.checkbox
    wanted = "Not in it: text (a link takes up to 1,000 characters of it)."
    assert any(wanted in one.value for one in page.app.caption)


OWN_TEXT = {"passage": "My own words.", "question": "Whose?", "file_name": "mine.md"}


def test_an_own_text_is_there_again_after_a_look_at_another_and_going_back(page: Page) -> None:
    page.says(passage="My own words.", question="Whose?")
    first = page.address()
    page.says(question="Whose words?")
    page.back_to(first)
    assert (page.inputs()["passage"], page.inputs()["question"]) == ("My own words.", "Whose?")
    page.pick("recipe")
    page.says(question="How long?")
    page.pick("own")
    assert (page.inputs()["passage"], page.inputs()["question"]) == ("My own words.", "Whose?")
    page.pick("recipe")
    page.back_to(first)
    assert page.inputs()["passage"] == "My own words."
    assert page.menu().value == "own"
    assert not page.app.info


def test_a_page_loaded_anew_gets_the_own_text_back_from_its_tab(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = shown(monkeypatch)
    assert page.tab_data["text"] is None
    page.upload("mine.md", b"My own words.").says(question="Whose?")
    assert page.tab_data["text"] == OWN_TEXT
    again = shown(monkeypatch, {"text": OWN_TEXT, "ours": True}, **page.address())
    assert again.tab_data["wanted"]
    again.run()
    assert (again.inputs()["passage"], again.inputs()["question"]) == ("My own words.", "Whose?")
    assert again.menu().options[-1] == r"mine\.md"
    assert not again.app.info
    again.says(question="Whose words?")
    assert again.tab_data["text"] == {**OWN_TEXT, "question": "Whose words?"}


def test_the_tab_s_text_is_not_asked_what_a_link_asks_of_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link = {"example": "own", "question": "Who else?"}
    text = {**OWN_TEXT, "file_name": ""}  # the harness looks a choice up by its title
    page = shown(monkeypatch, {"text": text, "ours": False}, **link).run()
    assert page.inputs()["passage"] == ""
    assert "is not in the link" in page.app.info[0].value
    page.pick("rent")
    assert not page.app.info
    page.pick("own")
    assert (page.inputs()["passage"], page.inputs()["question"]) == ("My own words.", "Whose?")


@pytest.mark.parametrize(
    "said", [{}, {"text": {"passage": 1}, "ours": True}, {"text": [], "ours": True}, "words"]
)
def test_what_is_no_own_text_of_a_tab_is_none(
    monkeypatch: pytest.MonkeyPatch, said: object
) -> None:
    page = shown(monkeypatch, said, example="own", question="Whose?").run()
    assert page.inputs()["passage"] == ""
    assert "is not in the link" in page.app.info[0].value


def test_a_text_that_a_link_brought_along_stays_in_the_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = {"passage": "My own words.", "question": "Whose?"}
    page = shown(monkeypatch, **given)
    assert page.address() == given
    page.says(question="Whose words?")
    assert page.address() == {**given, "question": "Whose words?"}
    assert page.app.checkbox[0].value
    assert "passage=My+own+words." in page.link()
    page.says(passage="Others' words.")
    assert page.address() == {"example": "own", "question": "Whose words?"}


def test_downloads_are_what_the_page_shows(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    files: dict[str, bytes] = {}

    def offer(label: str, content: Callable[[], bytes], *_: str, **_how: str) -> None:
        files[label] = content()

    monkeypatch.setattr("streamlit.download_button", offer)
    page.says(question="=Who?")
    assert list(files) == ["Answers as CSV", "Answers as JSON"]
    read = json.loads(files["Answers as JSON"])
    assert list(read["questions"][0]) == CONTRACT["history"]["questions"]
    assert read["questions"][0]["answers"] == [ANSWER]
    assert read["passages"][0]["crc32"] == zlib.crc32(START.passage.encode())
    rows = list(csv.DictReader(io.StringIO(files["Answers as CSV"].decode("utf-8-sig"))))
    assert rows[0]["text"] == ANSWER["text"]
    assert rows[0]["question"] == "'=Who?", "no formula in a spreadsheet"
    page.pick("report")
    assert files["The report as PDF"] == report.pdf()


def test_nothing_that_the_component_shows_stands_on_the_page_again(page: Page) -> None:
    page.says(question="Who?").says(question="Whose?")
    kinds = [element.type for element in page.app.main]
    assert not {"arrow_data_frame", "table", "tabs", "metric"} & {*kinds}
    assert (kinds.count("download_button"), kinds.count("code")) == (2, 2), "link, Python"
    assert [one.label for one in page.app.expander] == [panels.TAKE_ALONG]


def test_a_chosen_model_is_carried(page: Page) -> None:
    page.says(question="Who?", model="bundled")
    assert page.address() == {"example": "rent", "question": "Who?", "model": "bundled"}
    assert "model=bundled" in page.link()


def test_a_page_chooses_models_from_the_menu_only(page: Page, tmp_path: Path) -> None:
    shutil.copytree(registry.BUNDLED, tmp_path / "model")
    before = page.data["manifest"]
    page.says(model=str(tmp_path / "model"))
    assert page.data["manifest"] == before


def test_the_lines_for_python_run(page: Page) -> None:
    page.says(question='Where\'s "Bert"?', top_k=2, overlap="allow")
    lines = page.app.code[-1].value
    seen: dict[str, Any] = {}
    exec(compile(lines, "shown", "exec"), seen)
    assert len(seen["answers"]) == 2
    assert all(START.passage[one.start : one.end] == one.text for one in seen["answers"])


def test_plain_text_stays_plain() -> None:
    assert session.plain("a *b* 🙂 x1") == "a \\*b\\* 🙂 x1"


def test_own_texts_of_the_command_line_stand_in_the_menu(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    letter, page_file = tmp_path / "letter.md", tmp_path / "<b>.html"
    letter.write_text("Dear *Ada*.", encoding="utf-8")
    page_file.write_text("<p>Grace &amp; Ada</p>", encoding="utf-8")
    said = shelf.packed("bundled", [letter, page_file])
    monkeypatch.setenv(shelf.ENVIRONMENT, said)
    page = shown(monkeypatch)
    assert page.menu().options[:3] == [r"letter\.md", r"\<b\>\.html", EXAMPLES["rent"].title]
    given = page.inputs()
    assert (given["passage"], given["question"], given["model"]) == ("Dear *Ada*.", "", "bundled")
    assert page.address() == {}
    page.pick("<b>.html")
    assert page.inputs()["passage"] == "Grace & Ada"
    assert page.address() == {"example": "<b>.html"}


def test_an_own_text_that_is_gone_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(shelf.ENVIRONMENT, shelf.packed("auto", [tmp_path / "gone.txt"]))
    page = Page().run()
    assert "gone.txt cannot be read: No such file" in page.app.error[0].value.replace("\\", "")
    assert page.data == {}

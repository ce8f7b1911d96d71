"""The demo's page: how it begins, what stands on it, downloads, models, lines for Python."""

import csv
import gc
import io
import json
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from demo_page import ANSWER, START, Page
from streamlit.testing.v1 import AppTest

from qna_widget.core.contract import CONTRACT
from qna_widget.core.manifest import PACKAGE
from qna_widget.hosts.streamlit.demo import panels, report, serve, session
from qna_widget.hosts.streamlit.demo.app import HOW_TO_START
from qna_widget.hosts.streamlit.demo.examples import EXAMPLES
from qna_widget.models import registry


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


def test_without_a_text_or_a_question_there_is_nothing_to_take_along(page: Page) -> None:
    page.says()
    assert page.app.expander
    page.pick("own")
    assert not page.app.expander
    page.says(passage="Mine.")
    assert not page.app.expander
    page.says(question="Whose?")
    assert page.app.expander


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


def test_the_lines_for_python_give_the_pages_answers(page: Page) -> None:
    """Which end where words do."""
    page.says(question="Who?")
    assert "    align_to_words=True,\n" in page.app.code[-1].value


def test_plain_text_stays_plain() -> None:
    assert session.plain("a *b* 🙂 x1") == "a \\*b\\* 🙂 x1"

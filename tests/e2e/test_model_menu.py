"""Another model from the menu, in a real JupyterLab and a Streamlit app, with a hub nearby."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import Offline
from hub_server import Hub, serve
from lab import BERT, BERT_QUESTION, Lab, write
from playwright.sync_api import Locator, expect
from servers import jupyterlab, streamlit

TINY = Path(__file__).parents[1] / "parity" / "tiny_bert"
# A few kilobytes in several steps, so that there is a middle of the download.
MAKE = f"""\
import huggingface_hub.constants
huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE = 4096
from qna_widget import QnA
w = QnA({BERT!r}, {BERT_QUESTION!r}, model="bundled")
w"""


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with serve() as running:
        yield running
        running.pace.set()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("menu") / "notebooks"


@pytest.fixture(scope="module")
def address(folder: Path, hub: Hub) -> Iterator[str]:
    folder.mkdir()
    home = folder.parent
    env = {
        "HF_ENDPOINT": hub.url,
        "HF_HUB_CACHE": str(home / "hub"),
        "QNA_WIDGET_CACHE": str(home / "cache"),
    }
    with jupyterlab(folder, home / "log.txt", **env) as address:
        yield address


@pytest.fixture
def lab(returning: Offline, address: str, folder: Path, hub: Hub) -> Iterator[Lab]:
    """A widget that has answered, on a hub whose MobileBERT is tiny, and stops half-way."""
    hub.add("csarron/mobilebert-uncased-squad-v2", TINY)
    hub.pace.clear()
    lab = Lab(returning.page(), address, write(folder, "menu", MAKE))
    lab.run(0)
    lab.answered()
    lab.view().get_by_text("Settings", exact=True).click()
    yield lab
    assert returning.errors == []


def menu(view: Locator) -> Locator:
    return view.get_by_label("Model", exact=True)


def wait(view: Locator) -> Locator:
    return view.locator(".qna-model-wait")


def status(view: Locator) -> Locator:
    return view.locator(".qna-status-line").first


def test_a_model_that_does_not_come_is_told_and_taken_back(lab: Lab, hub: Hub) -> None:
    before = lab.answered()
    hub.repos.clear()
    menu(lab.view()).select_option("mobilebert")
    alert = wait(lab.view()).get_by_role("alert")
    expect(alert).to_contain_text("MobileBERT is not used;")
    expect(alert).to_contain_text("MiniLM-L6 (bundled) goes on answering")
    expect(menu(lab.view())).to_have_value("bundled")
    assert lab.answered() == before
    assert "401" in lab.until("w.error", lambda v: v)
    # What Python refuses from the start is an error in words there, and changes nothing here.
    assert "There is no model" in lab.python("w.model = 'no-such'")
    lab.question().fill("Who is Ernie?")
    assert lab.answered("Who is Ernie?")


def test_the_former_model_answers_until_the_new_one_is_there(lab: Lab, hub: Hub) -> None:
    options = menu(lab.view()).locator("option").all_inner_texts()
    assert options[0].startswith("Automatic")
    assert options[2] == "MobileBERT, 98.5 MB to download"
    # By keyboard alone.
    menu(lab.view()).focus()
    menu(lab.view()).press("End")
    expect(wait(lab.view())).to_contain_text("MobileBERT: Downloading mobilebert")
    expect(wait(lab.view())).to_contain_text("MiniLM-L6 (bundled) answers meanwhile")
    bar = wait(lab.view()).get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", re.compile("[1-9]"))
    # The kernel is free, and so is the page; but Python is given no other model's answers.
    lab.question().fill("Who is Ernie?")
    expect(status(lab.view())).to_contain_text("MiniLM-L6")
    expect(lab.view().get_by_role("article")).to_contain_text("Bert")
    everything = "[w.model, w.question, w.status, w.answers]"
    told = lab.until(everything, lambda v: v[1:3] == ["Who is Ernie?", "loading"])
    assert told == ["mobilebert", "Who is Ernie?", "loading", []]
    assert lab.until("w.progress", lambda v: v)["stage"] == "fetch"

    wait(lab.view()).get_by_role("button", name="Cancel").click()
    expect(wait(lab.view()).get_by_role("progressbar")).to_be_hidden()
    expect(menu(lab.view())).to_be_focused()
    former = lab.answered("Who is Ernie?")
    assert lab.value("w.model") == "bundled"

    hub.pace.set()
    menu(lab.view()).select_option("mobilebert")
    expect(status(lab.view())).to_contain_text("MobileBERT")
    expect(wait(lab.view()).get_by_role("progressbar")).to_be_hidden()
    expect(wait(lab.view()).get_by_role("status")).to_have_text("MobileBERT answers.")
    assert lab.answered("Who is Ernie?") != former
    assert lab.value("w.model") == "mobilebert"
    assert "to download" not in menu(lab.view()).locator("option:checked").inner_text()


APP = f"""\
import huggingface_hub.constants
import streamlit as st
huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE = 4096
from qna_widget.streamlit import qna
result = qna({BERT!r}, {BERT_QUESTION!r}, model="bundled")
st.write(f"{{result.options['model']}}|{{result.status}}|{{len(result.answers)}}|{{result.model}}")
"""


def test_in_streamlit_the_former_model_answers_on(
    offline: Offline, hub: Hub, tmp_path: Path
) -> None:
    hub.repos.clear()
    hub.pace.clear()
    (tmp_path / "app.py").write_text(APP)
    env = {
        "HF_ENDPOINT": hub.url,
        "HF_HUB_CACHE": str(tmp_path / "hub"),
        "QNA_WIDGET_CACHE": str(tmp_path / "cache"),
    }
    with streamlit(tmp_path / "app.py", tmp_path / "log.txt", **env) as address:
        page = offline.page()
        page.goto(address)
        view = page.locator(".qna-root")
        first = view.get_by_role("article")
        expect(page.get_by_text(re.compile(r"bundled\|ready\|\d\|MiniLM"))).to_be_visible()
        view.get_by_text("Settings", exact=True).click()
        # Refused: told in words, taken back, and the answers stay.
        menu(view).select_option("mobilebert")
        expect(wait(view).get_by_role("alert")).to_contain_text("MobileBERT is not used;")
        expect(menu(view)).to_have_value("bundled")
        expect(page.get_by_text(re.compile(r"bundled\|ready\|\d\|MiniLM"))).to_be_visible()
        # On its way: the former one answers, and another choice ends it.
        hub.add("csarron/mobilebert-uncased-squad-v2", TINY)
        menu(view).select_option("mobilebert")
        expect(wait(view)).to_contain_text("MiniLM-L6 (bundled) answers meanwhile")
        expect(page.get_by_text("Downloading mobilebert")).to_be_visible()
        view.get_by_label("Question", exact=True).fill("Who is Ernie?")
        expect(first).to_contain_text("Bert")
        wait(view).get_by_role("button", name="Cancel").click()
        expect(page.get_by_text(re.compile(r"bundled\|ready\|\d\|MiniLM"))).to_be_visible()
        expect(page.get_by_text("Downloading mobilebert")).to_be_hidden()
        hub.pace.set()
        menu(view).select_option("mobilebert")
        expect(page.get_by_text(re.compile(r"mobilebert\|ready\|\d\|MobileBERT"))).to_be_visible()
        expect(status(view)).to_contain_text("MobileBERT")
        assert offline.errors == []

"""Another model from the menu of a real JupyterLab, fetched by a real kernel from a hub nearby."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Offline
from hub_server import Hub, serve
from lab import BERT, BERT_QUESTION, Lab, write
from playwright.sync_api import Locator, expect
from servers import jupyterlab

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
def lab(offline: Offline, address: str, folder: Path, hub: Hub) -> Iterator[Lab]:
    """A widget that has answered, on a hub whose MobileBERT is tiny, and stops half-way."""
    hub.add("csarron/mobilebert-uncased-squad-v2", TINY)
    hub.pace.clear()
    lab = Lab(offline.page(), address, write(folder, "menu", MAKE))
    lab.run(0)
    lab.answered()
    lab.view().get_by_text("Settings", exact=True).click()
    yield lab
    assert offline.errors == []


def menu(lab: Lab) -> Locator:
    return lab.view().get_by_label("Model", exact=True)


def wait(lab: Lab) -> Locator:
    return lab.view().locator(".qna-model-wait")


def status(lab: Lab) -> Locator:
    return lab.view().locator(".qna-status-line").first


def test_a_model_that_does_not_come_is_told_and_taken_back(lab: Lab, hub: Hub) -> None:
    before = lab.answered()
    hub.repos.clear()
    menu(lab).select_option("mobilebert")
    alert = wait(lab).get_by_role("alert")
    expect(alert).to_contain_text("MobileBERT is not used.")
    expect(alert).to_contain_text("MiniLM-L6 (bundled) goes on answering")
    expect(menu(lab)).to_have_value("bundled")
    assert lab.answered() == before
    assert "401" in lab.until("w.error", lambda v: v)
    # What Python refuses from the start is an error in words there, and changes nothing here.
    assert "There is no model" in lab.python("w.model = 'no-such'")
    lab.question().fill("Who is Ernie?")
    assert lab.answered("Who is Ernie?")


def test_the_former_model_answers_until_the_new_one_is_there(lab: Lab, hub: Hub) -> None:
    options = menu(lab).locator("option").all_inner_texts()
    assert options[0].startswith("Automatic")
    assert options[2] == "MobileBERT, 98.5 MB to download"
    # By keyboard alone.
    menu(lab).focus()
    menu(lab).press("End")
    expect(wait(lab)).to_contain_text("MobileBERT: Downloading mobilebert")
    expect(wait(lab)).to_contain_text("MiniLM-L6 (bundled) answers meanwhile")
    bar = wait(lab).get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", re.compile("[1-9]"))
    # The kernel is free, and so is the page; but Python is given no other model's answers.
    lab.question().fill("Who is Ernie?")
    expect(status(lab)).to_contain_text("MiniLM-L6 (bundled)")
    expect(lab.view().get_by_role("listitem").first).to_contain_text("Bert")
    told = lab.until("[w.model, w.question, w.status, w.answers]", lambda v: v[2] == "loading")
    assert told == ["mobilebert", "Who is Ernie?", "loading", []]
    assert lab.until("w.progress", lambda v: v)["stage"] == "fetch"

    wait(lab).get_by_role("button", name="Cancel").click()
    expect(wait(lab).get_by_role("progressbar")).to_be_hidden()
    expect(menu(lab)).to_be_focused()
    former = lab.answered("Who is Ernie?")
    assert lab.value("w.model") == "bundled"

    hub.pace.set()
    menu(lab).select_option("mobilebert")
    expect(status(lab)).to_contain_text("MobileBERT")
    expect(wait(lab).get_by_role("progressbar")).to_be_hidden()
    expect(wait(lab).get_by_role("status")).to_have_text("MobileBERT answers.")
    assert lab.answered("Who is Ernie?") != former
    assert lab.value("w.model") == "mobilebert"
    assert "to download" not in menu(lab).locator("option:checked").inner_text()

"""The Streamlit component on pages, in dialogs, fragments, forms and tabs, and without its server.

One server and one browser page serve all tests but the last, which ends its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import Offline
from hub_server import Hub, serve
from places_app import (
    PATIENCE,
    answered,
    answers,
    choose,
    component,
    go,
    question,
    type_at_once,
    until,
    write_app,
)
from playwright.sync_api import Browser, Page, expect
from servers import streamlit

TINY = Path(__file__).parents[1] / "parity" / "tiny_bert"


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with serve() as running:
        running.add("csarron/mobilebert-uncased-squad-v2", TINY)
        yield running
        running.pace.set()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("places")
    write_app(folder)
    return folder


@pytest.fixture(scope="module")
def address(folder: Path, hub: Hub) -> Iterator[str]:
    env = {
        "HF_ENDPOINT": hub.url,
        "HF_HUB_CACHE": str(folder / "hub"),
        "QNA_WIDGET_CACHE": str(folder / "cache"),
    }
    # The demo's settings take Streamlit's own keys away, which are tried here.
    keys = "--client.toolbarMode=developer"
    with streamlit(folder / "app.py", folder / "log.txt", keys, **env) as address:
        yield address


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    yield page
    context.close()


@pytest.fixture
def errors(page: Page) -> Iterator[list[str]]:
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    yield found
    assert found == []


def test_pages_without_a_key_share_nothing(page: Page, errors: list[str]) -> None:
    go(page, "one")
    answered(page)
    question(page).fill("Who is Bert?")
    answered(page, "Who is Bert?")
    go(page, "two")
    answered(page)
    expect(question(page)).to_have_value("Where does Bert live?")
    expect(component(page).locator(".qna-history > summary")).to_have_text("History (1)")
    go(page, "one")
    answered(page, "Who is Bert?")
    expect(question(page)).to_have_value("Who is Bert?")


def test_a_letter_on_the_component_is_no_shortcut(page: Page, errors: list[str]) -> None:
    """Streamlit's "c" asks whether to clear the caches, its "r" runs the app anew."""
    go(page, "two")
    runs = answered(page)["app_runs"]
    places = component(page).locator(
        "button:visible, summary:visible, select:visible, input:visible"
    )
    expect(places.first).to_be_visible()
    for number in range(places.count()):
        places.nth(number).focus()
        page.keyboard.press("c")
        page.keyboard.press("r")
    page.wait_for_timeout(300)
    expect(page.get_by_role("dialog")).to_have_count(0)
    question(page).fill("Who is it?")
    assert answered(page, "Who is it?")["app_runs"] == runs + 1
    # Elsewhere they are Streamlit's as ever.
    page.get_by_test_id("stAppViewContainer").click(position={"x": 5, "y": 500})
    page.keyboard.press("c")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_dialog_stays_open_while_it_is_used(page: Page, errors: list[str], hub: Hub) -> None:
    go(page, "dialogs")
    page.get_by_role("button", name="Open").click()
    dialog = page.get_by_role("dialog")
    answered(page)
    # Escape lets go of the answer that was chosen, no more.
    row = component(page).locator("button[aria-pressed]").first
    row.click()
    expect(row).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(row).to_have_attribute("aria-pressed", "false")
    page.wait_for_timeout(500)
    expect(dialog).to_be_visible()
    # A model that must be fetched comes, and the dialog is still there.
    hub.pace.set()
    choose(page, "mobilebert")
    until(page, lambda said: said["model"] == "MobileBERT" and said["status"] == "ready")
    expect(dialog).to_be_visible()
    # With nothing to let go of, Escape is the dialog's.
    question(page).focus()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_fragment_reruns_alone(page: Page, errors: list[str], folder: Path, hub: Hub) -> None:
    go(page, "fragments")
    runs = answered(page)["app_runs"]
    for known in (*(folder / "cache").iterdir(), *(folder / "hub").iterdir()):
        known.rename(folder / f"{known.parent.name}-{known.name}")  # it must be fetched again
    hub.pace.set()
    choose(page, "mobilebert")
    said = until(page, lambda said: said["model"] == "MobileBERT" and said["status"] == "ready")
    assert said["app_runs"] == runs
    question(page).fill("Who is Bert?")
    assert answered(page, "Who is Bert?")["app_runs"] == runs


def test_in_a_form_the_newest_question_goes_with_submit(page: Page, errors: list[str]) -> None:
    go(page, "forms")
    expect(answers(page)).to_contain_text("Sesame Street")
    expect(component(page)).to_contain_text("Submit sends it to the app.")
    assert until(page, lambda said: True)["status"] == "loading"
    submit = page.get_by_role("button", name="Submit")
    submit.click()
    assert "Sesame Street" in answered(page)["best"]
    expect(component(page)).not_to_contain_text("Submit sends it")
    # Right after typing: the answers come with the next.
    type_at_once(page, "Who is Bert?", submit)
    until(page, lambda said: said["question"] == "Who is Bert?")
    expect(component(page)).to_contain_text("Submit sends it to the app.")
    choose(page, "mobilebert")
    expect(
        component(page).get_by_text("MiniLM-L6 (bundled) answers meanwhile").first
    ).to_be_visible()
    expect(component(page).get_by_text("busy, or not running")).to_be_hidden()
    choose(page, "bundled")
    expect(question(page)).to_have_value("Who is Bert?")
    # Until the choice is settled here, a click sends it without answers.
    expect(component(page).get_by_text("answers meanwhile").first).to_be_hidden()
    expect(answers(page)).to_contain_text("Ernie")
    submit.click()
    answered(page, "Who is Bert?")


def test_in_a_tab_that_is_opened_later(page: Page, errors: list[str]) -> None:
    go(page, "tabs")
    answered(page)
    page.get_by_role("tab", name="Second").click()
    expect(answers(page)).to_be_visible()
    question(page).fill("Who is Bert?")
    page.get_by_role("tab", name="First").click()
    answered(page, "Who is Bert?")
    page.get_by_role("tab", name="Second").click()
    expect(question(page)).to_have_value("Who is Bert?")


def test_a_server_that_goes_is_told_on_the_component(
    offline: Offline, folder: Path, tmp_path: Path
) -> None:
    page = offline.page()
    with streamlit(folder / "app.py", tmp_path / "log.txt") as address:
        page.goto(address)
        answered(page)
    lost = "The app's server is gone. Questions are answered here"
    expect(component(page)).to_contain_text(lost)
    type_at_once(page, "Who is Bert?")  # by itself, Streamlit may cover the page meanwhile
    expect(answers(page)).to_contain_text("Ernie")
    expect(component(page)).to_contain_text(lost)
    port = int(address.rpartition(":")[2])
    with streamlit(folder / "app.py", tmp_path / "log.txt", port=port):
        answered(page, "Who is Bert?")
        expect(component(page)).not_to_contain_text(lost)

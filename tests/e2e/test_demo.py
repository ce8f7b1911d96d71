"""The demo, as `make demo` serves it."""

from pathlib import Path

from conftest import Offline
from playwright.sync_api import expect
from servers import ROOT, streamlit

PATIENCE = 120_000


def test_the_demo_answers_by_itself_and_as_one_types(
    offline: Offline, tmp_path: Path, screenshots: Path
) -> None:
    with streamlit(ROOT / "streamlit_app.py", tmp_path / "log.txt") as address:
        page = offline.page()
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        question = page.get_by_label("Question", exact=True)
        expect(question).to_have_value("Where does Bert live?", timeout=PATIENCE)
        said = page.get_by_test_id("stJson")
        expect(said).to_contain_text("Where does Bert live?", timeout=PATIENCE)
        first = page.locator(".qna-root").get_by_role("listitem").first
        expect(first).to_contain_text("Sesame Street")
        page.screenshot(path=screenshots / "demo.png", full_page=True)

        question.fill("Who shares the basement apartment?")
        expect(said).to_contain_text("Who shares the basement apartment?", timeout=PATIENCE)

        page.get_by_role("combobox").click()
        page.get_by_role("option", name="The lighthouse").click()
        expect(question).to_have_value("When did the lamp get electricity?", timeout=PATIENCE)
        expect(said).to_contain_text("When did the lamp get electricity?", timeout=PATIENCE)
        expect(first).to_contain_text("1962")
        assert offline.errors == []

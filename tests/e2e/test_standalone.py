"""Pages without Python: one file opened from disk, and a folder on a web server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from chromium import Offline
from playwright.sync_api import expect
from web_server import served

from qna_widget.cli import main
from qna_widget.standalone import write_html, write_page

PASSAGE = (
    "Bert is Ernie's best friend and roommate on Sesame Street. The pair share the basement "
    "apartment at 123 Sesame Street."
)
PATIENCE = 120_000


def test_a_file_opened_from_disk_answers(
    offline: Offline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, out = tmp_path / "text.txt", tmp_path / "page.html"
    text.write_text(PASSAGE, encoding="utf-8")
    assert (
        main(["html", str(out), "Where does Bert live?", "-p", str(text), "--title", "<Bert>"]) == 0
    )
    assert capsys.readouterr().out == f"{out}\n"
    page = offline.page()
    page.set_default_timeout(PATIENCE)
    page.goto(out.as_uri())
    assert page.title() == "<Bert>"
    first = page.get_by_role("article")
    expect(first).to_contain_text("123 Sesame Street", timeout=PATIENCE)
    page.get_by_label("Question", exact=True).fill("Who is Bert's best friend?")
    expect(first).to_contain_text("Ernie", timeout=PATIENCE)
    assert offline.local == [out.as_uri()]
    assert offline.errors == []


def test_two_workers_read_in_a_file_opened_from_disk(offline: Offline, tmp_path: Path) -> None:
    """Its origin equals no other, so that the engine starts them from a copy of its own."""
    passage = "The mill stood still, and nobody at the mill remembered the rain. " * 160 + PASSAGE
    page = offline.page()
    page.set_default_timeout(PATIENCE)
    file = write_html(tmp_path / "page.html", passage, "Where does Bert live?", workers=2)
    page.goto(file.as_uri())
    expect(page.locator("summary.qna-status-line")).to_contain_text("Read in", timeout=PATIENCE)
    expect(page.get_by_role("article")).to_contain_text("Sesame Street")
    assert "2 workers" in (page.locator(".qna-details").text_content() or "")
    assert offline.errors == []


def test_a_hostile_passage_stays_text(offline: Offline, tmp_path: Path) -> None:
    passage = (
        "</script><script>window.broken = 1</script><!-- <script> "
        "Zoë 🦊 lives in <b>Oslo</b>. \u2028 </SCRIPT> &amp; ]]> end."
    )
    page = offline.page()
    page.set_default_timeout(PATIENCE)
    page.goto(write_html(tmp_path / "page.html", passage, "Where does Zoë live?").as_uri())
    expect(page.get_by_role("article")).to_contain_text("Oslo", timeout=PATIENCE)
    assert page.evaluate("window.broken") is None
    given = json.loads(page.locator("#qna-given").text_content() or "")
    assert given["inputs"]["passage"] == passage
    assert page.get_by_label("Passage", exact=True).input_value() == passage
    assert offline.errors == []


def test_wrong_options_write_nothing(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="topk"):
        write_html(tmp_path / "page.html", PASSAGE, topk=3)
    with pytest.raises(ValueError, match="top_k"):
        write_html(tmp_path / "page.html", PASSAGE, top_k=0)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_answers_below_any_path(offline: Offline, tmp_path: Path) -> None:
    where = tmp_path / "some" / "where"
    write_page(where, PASSAGE + " <b>&</b></script>", "Where does Bert live?", title="<Bert>")
    with served(tmp_path) as root:
        address = f"{root}/some/where/"
        page = offline.page()
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        assert page.title() == "<Bert>"
        first = page.get_by_role("article")
        expect(first).to_contain_text("123 Sesame Street", timeout=PATIENCE)
        below = [url.removeprefix(address) for url in offline.local if url.startswith(address)]
        assert {path.split("/")[0] for path in below} == {"", "assets"}
        elsewhere = {url for url in offline.local if not url.startswith(address)}
        assert elsewhere <= {f"{root}/favicon.ico"}
        page.reload()
        page.get_by_label("Question", exact=True).fill("Who is Bert's best friend?")
        expect(first).to_contain_text("Ernie", timeout=PATIENCE)
        models = [url for url in offline.local if "model.onnx" in url]
        assert len(models) == 1, "the browser keeps it"
        assert offline.errors == []


def test_a_folder_opened_from_disk_says_what_to_do(offline: Offline, tmp_path: Path) -> None:
    page = offline.page()
    page.set_default_timeout(PATIENCE)
    page.goto(write_page(tmp_path / "page", PASSAGE, "Where does Bert live?").as_uri())
    expect(page.get_by_role("alert").first).to_contain_text("Put the folder on a web server")

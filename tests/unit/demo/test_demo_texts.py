"""The demo's texts: examples, an own text, opened files, the command line's."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from demo_page import START, Page, shown

from qna_widget.hosts.streamlit.demo import panels, session, shelf
from qna_widget.hosts.streamlit.demo.examples import EXAMPLES


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


def test_an_example_s_question_is_not_asked_of_an_opened_file(page: Page) -> None:
    page.says(question=EXAMPLES["rent"].questions[1])
    page.upload("letter.md", b"Dear Bert.")
    assert (page.inputs()["passage"], page.inputs()["question"]) == ("Dear Bert.", "")


def test_the_bound_of_a_long_file_is_said_once(page: Page) -> None:
    page.upload("book.txt", b"word " * 408_000)
    [said] = [one.value for one in page.app.info]
    assert said.count("1\\,000\\,000") == 1
    assert "2\\,040\\,000 characters" in said


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
        ("a.docx", b"PK\x03\x04\x14\0\x06\0", "not a text. Save its text as .txt or .pdf."),
        ("a.csv", b"city,people", "of no kind that is read"),
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

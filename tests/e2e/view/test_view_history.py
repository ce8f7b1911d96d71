"""What a reader does with the history: look, bring back, take away; nothing typed is lost."""

from __future__ import annotations

import csv
import io
import json
import zlib
from pathlib import Path
from typing import Any

from inspector_cases import HARD, LONG, NO_ANSWER, SHORT, ask
from playwright.sync_api import Page, expect
from view_page import View, calls, focused, put
from view_states import STATES, state

from qna_widget.results.history import History


def open_history(page: Page) -> Any:
    """Open the panel; return its rows."""
    page.locator(".qna-history > summary").click()
    return page.locator(".qna-asked")


def fields(page: Page) -> tuple[str, str]:
    inputs = page.evaluate("harness.script.state.inputs")
    return inputs["question"], inputs["passage"]


def saved(page: Page, kind: str) -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=f"Download {kind}").click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_final_answers_newest_first(view: View) -> None:
    page = view(STATES["partial"])
    put(page, {"status": "ready", "progress": None})  # cancelled: first answers stay
    rows = open_history(page)
    expect(page.get_by_text("Questions that were answered are kept here.")).to_be_visible()
    expect(page.locator(".qna-asked-list")).to_be_hidden()
    expect(page.get_by_role("button", name="Download CSV")).to_be_disabled()
    put(page, STATES["error"])
    expect(rows).to_have_count(0)
    for case in (SHORT, LONG, NO_ANSWER, SHORT):
        ask(page, case)
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("Who is the mayor?")
    expect(rows.nth(0)).to_contain_text("The text does not say")
    expect(rows.nth(1)).to_contain_text("in “The clocks of the old town hall")
    expect(rows.nth(2)).to_have_attribute("aria-current", "true")
    assert [row.get_attribute("aria-current") for row in rows.all()] == [None, None, "true"]
    best = page.evaluate("harness.script.state.result.answers[0]")
    expect(rows.nth(2)).to_contain_text(best["text"])
    expect(rows.nth(2)).to_contain_text(f"{100 * best['probability']:.1f}%")
    expect(rows.nth(2)).to_contain_text(f"score {best['score']:.2f}")
    expect(rows.nth(2)).to_contain_text("MiniLM-L6 (bundled)")
    assert rows.nth(2).locator("time").inner_text() == page.evaluate(
        "new Date().toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })"
    )
    expect(page.locator(".qna-history > summary")).to_have_text("History (3)")


def test_a_click_brings_a_question_back_and_loses_nothing_typed(view: View) -> None:
    page = view()
    put(page, {"inputs": {"no_answer_threshold": 2.5}})
    ask(page, LONG)
    put(page, {"inputs": {"no_answer_threshold": None}})
    ask(page, SHORT)
    rows = open_history(page)
    page.get_by_label("Question", exact=True).fill("Half a ques")
    before = len(calls(page))
    rows.nth(1).click()
    assert fields(page) == (LONG["question"], LONG["passage"])
    assert page.evaluate("harness.script.state.inputs.no_answer_threshold") == 2.5
    names = [name for name, *_ in calls(page)[before:]]
    assert names == ["setPassage", "setQuestion", "setOptions"], "only what differs is set, once"
    assert focused(page) == "Question"
    draft = rows.nth(0)
    expect(draft).to_contain_text("Half a ques")
    expect(draft).to_contain_text("Not asked yet")
    draft.click()
    assert fields(page) == ("Half a ques", SHORT["passage"])
    expect(rows).to_have_count(2)
    # A passage without a question is not lost either; what can be brought back makes no draft.
    put(page, state("A new passage.", ""))
    rows.nth(0).click()
    expect(rows.nth(0)).to_contain_text("No question yet")
    expect(rows.nth(0)).to_contain_text("in “A new passage.”")
    ask(page, LONG)
    known = rows.count()
    rows.nth(known - 1).click()
    assert rows.count() == known


def test_by_keyboard_and_in_pages(view: View) -> None:
    page = view()
    for number in range(70):
        ask(page, {**SHORT, "question": f"{number}?"})
    rows = open_history(page)
    expect(rows).to_have_count(30)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert focused(page) == "69?"
    page.keyboard.press("ArrowDown")
    assert focused(page) == "68?"
    page.keyboard.press("End")
    assert focused(page) == "40?"
    page.keyboard.press("Tab")
    assert focused(page) == "Earlier questions"
    page.keyboard.press("Enter")
    assert focused(page) == "39?"
    expect(rows).to_have_count(60)
    page.keyboard.press("Enter")
    assert fields(page)[0] == "39?"


def test_views_of_one_component_share_it(view: View) -> None:
    page = view()
    ask(page, SHORT)
    page.evaluate("harness.unmount()")
    page.evaluate("harness.mount(false)")
    expect(open_history(page)).to_have_count(1)


def test_files_are_what_python_writes(view: View, tmp_path: Path, offline: Any) -> None:
    page = view(shadow=True)
    formula = '=HYPERLINK("https://example.org";"x")'
    for case in (HARD, {**NO_ANSWER, "question": formula}, SHORT, {**HARD, "question": "Wo?\r\n"}):
        ask(page, case)
    put(page, STATES["partial"])
    open_history(page)
    name, body = saved(page, "JSON")
    today = page.evaluate("new Date().toLocaleDateString('sv')")
    assert name == f"qna-history-{today}.json"
    whole = json.loads(body.decode())
    texts = {passage["crc32"]: passage["text"] for passage in whole["passages"]}
    assert list(texts.values()) == [HARD["passage"], SHORT["passage"]]
    assert [zlib.crc32(text.encode()) for text in texts.values()] == list(texts)
    asked = whole["questions"]
    assert [one["question"] for one in asked] == ["Who?", formula, SHORT["question"], "Wo?\r\n"]
    history = History()
    for one in asked:
        passage = texts[one["passage_crc32"]]
        assert one["answers"]
        for answer in one["answers"]:
            assert passage[answer["start"] : answer["end"]] == answer["text"]
        given = ("question", "model", "options", "null_score", "answers")
        history.add(passage=passage, **{name: one[name] for name in given})
    times = [one.pop("asked_at") for one in asked]
    assert times == sorted(times)

    history.to_json(tmp_path / "python.json")
    python = json.loads((tmp_path / "python.json").read_text())
    for one in python["questions"]:
        assert len(one.pop("asked_at")) == len(times[0])
    assert whole == python

    name, body = saved(page, "CSV")
    assert name.endswith(".csv")
    history.to_csv(tmp_path / "python.csv")
    mine, theirs = (rows(data) for data in (body, (tmp_path / "python.csv").read_bytes()))
    assert mine[0] == theirs[0]
    assert len(mine) == len(theirs) == 1 + sum(len(one["answers"]) for one in asked)
    # The time is when it was asked, here and there.
    assert [row[:-1] for row in mine] == [row[:-1] for row in theirs]
    assert any(row[0] == "'" + formula for row in mine)
    assert offline.errors == []


def rows(data: bytes) -> list[list[Any]]:
    """Read as Python's own reader does; what is not in quotes is a number."""
    text = data.decode("utf-8")
    assert text.startswith("\ufeff")
    assert text.count("\ufeff") == 1
    return list(csv.reader(io.StringIO(text[1:], newline=""), quoting=csv.QUOTE_NONNUMERIC))

"""The component in a real Streamlit server and a real browser, cut off from the world."""

from __future__ import annotations

import re
from pathlib import Path

from chromium import Offline
from component_app import BERT_QUESTION, App
from playwright.sync_api import expect


def test_bert(offline: Offline, app_address: str) -> None:
    app = App(offline.page(), app_address)
    said = app.answered(BERT_QUESTION)
    found = said["found"]["one"]
    best = found["answers"][0]
    assert "Sesame Street" in best["text"]
    assert found["slices"] == [answer["text"] for answer in found["answers"]]
    assert found["null_score"] < best["score"]
    assert 0 < best["probability"] <= 1
    assert len(found["answers"]) == 5
    # Loading, then the answers: one rerun.
    assert said["runs"] == 2
    expect(app.component().get_by_role("article")).to_contain_text(best["text"])
    assert offline.errors == []


def test_offsets_are_code_points(returning: Offline, app_address: str) -> None:
    app = App(returning.page(), app_address)
    app.answered(BERT_QUESTION)
    app.call("emoji")
    found = app.answered("When did Bert follow?")["found"]["one"]
    best = found["answers"][0]
    assert "1970" in best["text"]
    assert found["slices"] == [answer["text"] for answer in found["answers"]]
    # The same place counted in UTF-16 units lies further on: three emoji and a rare ideograph.
    ahead = found["passage"][: best["start"]].encode("utf-16-le")
    assert len(ahead) // 2 == best["start"] + 4


def test_the_app_reruns_when_the_answers_change_and_only_then(
    returning: Offline, app_address: str
) -> None:
    app = App(returning.page(), app_address)
    runs = app.answered(BERT_QUESTION)["runs"]
    for question in ("Who is Ernie's roommate?", "What do the two share?", BERT_QUESTION):
        app.question().fill(question)
        runs += 1
        assert app.answered(question)["runs"] == runs
    # A theme is redrawn by calling the component again: that is no new answer.
    app.page.emulate_media(color_scheme="dark")
    app.question().fill("Who lives at 123 Sesame Street?")
    assert app.answered("Who lives at 123 Sesame Street?")["runs"] == runs + 1


def test_typing_letter_by_letter_loses_nothing(returning: Offline, app_address: str) -> None:
    app = App(returning.page(), app_address)
    app.question().press_sequentially(" Tell me!", delay=20)
    app.answered(f"{BERT_QUESTION} Tell me!")
    expect(app.question()).to_have_value(f"{BERT_QUESTION} Tell me!")


def test_hiding_and_showing_keeps_what_was_typed(returning: Offline, app_address: str) -> None:
    app = App(returning.page(), app_address)
    app.answered(BERT_QUESTION)
    app.question().fill("Who is Ernie?")
    runs = app.answered("Who is Ernie?")["runs"]
    app.show()
    app.until(lambda said: said["found"] == {})
    expect(app.component()).to_have_count(0)
    app.show()
    said = app.until(lambda said: "one" in said["found"])
    # Python has the answers at once, and the page's own, being equal, rerun nothing.
    assert said["found"]["one"]["question"] == "Who is Ernie?"
    assert said["found"]["one"]["answers"] != []
    expect(app.question()).to_have_value("Who is Ernie?")
    expect(app.component().get_by_role("article")).to_be_visible()
    app.question().fill("Who is Bert?")
    assert app.answered("Who is Bert?")["runs"] == runs + 3
    expect(app.component().locator(".qna-history > summary")).to_have_text("History (3)")


def test_what_was_typed_just_before_hiding_is_not_lost(
    returning: Offline, app_address: str
) -> None:
    app = App(returning.page(), app_address)
    app.answered(BERT_QUESTION)
    app.question().fill("Unfinished")
    app.show()
    app.until(lambda said: said["found"] == {})
    app.show()
    expect(app.question()).to_have_value("Unfinished")
    app.answered("Unfinished")


def test_a_changed_argument_overrides_and_the_rest_stays(
    returning: Offline, app_address: str
) -> None:
    app = App(returning.page(), app_address)
    app.answered(BERT_QUESTION)
    passage = app.component().get_by_label("Passage", exact=True)
    passage.fill("Ernie's best friend is Bert. They live in a basement.")
    app.until(lambda said: "basement." in said["found"]["one"]["passage"])
    app.call("other question")
    found = app.answered("Who is Bert's best friend?")["found"]["one"]
    assert found["passage"].endswith("They live in a basement.")
    app.call("emoji")
    found = app.answered("When did Bert follow?")["found"]["one"]
    assert found["passage"].startswith("🙂🙃")


def test_an_argument_changed_meanwhile_loses_nothing_that_was_pasted(
    returning: Offline, app_address: str
) -> None:
    app = App(returning.page(), app_address)
    app.answered(BERT_QUESTION)
    pasted = "Ernie's best friend is Bert. They live in a basement. " * 40
    passage = app.component().get_by_label("Passage", exact=True)
    passage.fill(pasted)
    app.call("other question")  # long before the pasted text is answered
    expect(app.question()).to_have_value("Who is Bert's best friend?")
    expect(passage).to_have_value(pasted)
    app.until(lambda said: said["found"]["one"]["passage"] == pasted)


def test_without_texts_it_waits_quietly(returning: Offline, app_address: str) -> None:
    app = App(returning.page(), app_address)
    app.answered(BERT_QUESTION)
    app.call("nothing")
    said = app.answered("")
    assert said["found"]["one"]["answers"] == []


def test_a_wrong_argument_is_explained_on_the_page(returning: Offline, app_address: str) -> None:
    app = App(returning.page(), app_address)
    app.answered(BERT_QUESTION)
    app.call("wrong")
    error = app.page.get_by_test_id("stException")
    expect(error).to_contain_text("top_k must be a whole number from 1 to 100 (answers); got 0")


def test_dark_theme(returning: Offline, app_address: str, screenshots: Path) -> None:
    app = App(returning.page(), app_address)
    app.answered(BERT_QUESTION)
    colour = "element => getComputedStyle(element).color"
    light = app.question().evaluate(colour)
    app.page.screenshot(path=screenshots / "streamlit-light.png")
    app.page.emulate_media(color_scheme="dark")
    expect(app.question()).not_to_have_css("color", light)
    app.page.screenshot(path=screenshots / "streamlit-dark.png")
    dark = app.question().evaluate(colour)
    assert brightness(dark) > 150 > 100 > brightness(light)
    expect(app.question()).to_have_value(BERT_QUESTION)


def brightness(colour: str) -> float:
    red, green, blue = (float(part) for part in re.findall(r"[\d.]+", colour)[:3])
    return (red + green + blue) / 3


def test_the_sources_of_the_package_are_not_served(offline: Offline, app_address: str) -> None:
    page = offline.page()
    base = f"{app_address}/_stcore/bidi-components"
    for path in ("qna-widget.qna/streamlit.js", "qna-widget.bundled/vocab.txt.gz"):
        assert page.request.get(f"{base}/{path}").ok
    for path in (
        "qna-widget.qna/../errors.py",
        "qna-widget.bundled/../registry.py",
        "qna-widget.bundled/%2e%2e/registry.py",
        "qna-widget.models/registry.py",
    ):
        assert not page.request.get(f"{base}/{path}").ok

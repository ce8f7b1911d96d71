"""Model files in a Streamlit app: fetched once, kept and shared; and a model of the user's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from chromium import Offline
from component_app import BERT_QUESTION, TINY_PASSAGE, App
from playwright.sync_api import expect

from qna_widget import QuestionAnswerer


def model_files(offline: Offline) -> list[str]:
    return [url for url in offline.local if url.endswith(".gz")]


def test_a_model_from_a_folder_of_the_users(
    offline: Offline, app_address: str, own_model: Path
) -> None:
    app = App(offline.page(), app_address)
    app.answered(BERT_QUESTION)
    app.call("own model")
    found = app.answered("who saw the cat?")["found"]["one"]
    kernel = QuestionAnswerer(model=own_model)
    wanted = kernel(question="who saw the cat?", passage=TINY_PASSAGE, top_k=5, align_to_words=True)
    assert [answer["text"] for answer in found["answers"]] == [answer.text for answer in wanted]
    scores = [answer["score"] for answer in found["answers"]]
    assert scores == pytest.approx([answer.score for answer in wanted], abs=1e-4)
    assert found["model"] == "Tiny random BERT"
    lent = [url for url in model_files(offline) if "/media/" in url]
    assert len(lent) == 2, "model and vocabulary, each once"
    app.page.reload()
    app.call("own model")
    app.answered("who saw the cat?")
    assert [url for url in model_files(offline) if "/media/" in url] == lent, "kept by the browser"
    assert offline.errors == []


def test_after_a_reload_no_model_byte_is_fetched_again(offline: Offline, app_address: str) -> None:
    app = App(offline.page(), app_address)
    first = app.answered(BERT_QUESTION)["found"]["one"]["answers"]
    assert len(model_files(offline)) == 3, "wasm, model and vocabulary, each once"
    app.page.reload()
    again = app.answered(BERT_QUESTION)["found"]["one"]["answers"]
    assert len(model_files(offline)) == 3
    assert [answer["text"] for answer in again] == [answer["text"] for answer in first]


@pytest.mark.parametrize(
    "broken", ["undefined", "{ open() { throw new Error('forbidden') } }"], ids=["absent", "throws"]
)
def test_without_a_usable_indexeddb_it_still_answers(
    offline: Offline, app_address: str, broken: str
) -> None:
    offline.context.add_init_script(
        f"Object.defineProperty(globalThis, 'indexedDB', {{ value: {broken} }})"
    )
    app = App(offline.page(), app_address)
    assert app.answered(BERT_QUESTION)["found"]["one"]["answers"] != []
    app.page.reload()
    app.answered(BERT_QUESTION)
    # Nothing could be kept: the server is asked again.
    assert len(model_files(offline)) == 6


def test_two_components_share_one_model(offline: Offline, app_address: str) -> None:
    app = App(offline.page(), app_address, keys="one two")
    app.answered(BERT_QUESTION, "one")
    app.answered(BERT_QUESTION, "two")
    assert len(model_files(offline)) == 3
    app.question(1).fill("Who is Ernie?")
    said = app.answered("Who is Ernie?", "two")
    assert said["found"]["one"]["question"] == BERT_QUESTION
    assert said["found"]["one"]["answers"][0]["text"] in app.component(0).inner_text()


def test_two_pages_do_not_mix(offline: Offline, app_address: str) -> None:
    one, two = App(offline.page(), app_address), App(offline.page(), app_address)
    one.answered(BERT_QUESTION)
    two.answered(BERT_QUESTION)
    two.question().fill("Who is Ernie?")
    two.answered("Who is Ernie?")
    expect(one.question()).to_have_value(BERT_QUESTION)
    assert len(model_files(offline)) <= 6

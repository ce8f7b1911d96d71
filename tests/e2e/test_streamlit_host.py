"""The component in a real Streamlit server and a real browser, cut off from the world."""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import Offline
from playwright.sync_api import Locator, Page, expect
from servers import ROOT, streamlit

from qna_widget import QuestionAnswerer
from qna_widget.export.bundle import Origin
from qna_widget.export.recipe import export_checkpoint

# Loading the model on a slow, shared machine.
PATIENCE = 120_000
APP = """
import json

import streamlit as st

from qna_widget.streamlit import qna

BERT = (
    "Bert is Ernie's best friend and roommate on Sesame Street. The pair share the basement "
    "apartment at 123 Sesame Street."
)
EMOJI = "🙂🙃 Ernie 𠮷 moved to 12 Rainbow Road 🏠 in 1969, and Bert followed in 1970."
CALLS = {
    "bert": {"passage": BERT, "question": "Where does Bert live?"},
    "other question": {"passage": BERT, "question": "Who is Bert's best friend?"},
    "emoji": {"passage": EMOJI, "question": "When did Bert follow?"},
    "nothing": {},
    "wrong": {"passage": BERT, "top_k": 0},
    "own model": {"passage": PASSAGE, "question": "who saw the cat?", "model": FOLDER},
}

said = st.empty()  # in one place, wherever the rest moves
st.session_state.runs = st.session_state.get("runs", 0) + 1
call = st.radio("Call", CALLS)
found = {}
for key in st.query_params.get("keys", "one").split():
    if st.checkbox(f"Show {key}", value=True):
        result = qna(**CALLS[call], key=key)
        found[key] = {
            "question": result.question,
            "passage": result.passage,
            "status": result.status,
            "answers": result.answers,
            "null_score": result.null_score,
            "slices": [result.passage[a["start"] : a["end"]] for a in result.answers],
            "options": result.options,
            "model": result.model,
        }
said.code(json.dumps({"runs": st.session_state.runs, "call": call, "found": found}))
"""


# Words that the tiny model's vocabulary holds.
TINY_PASSAGE = "a dog sat. the dog saw the cats. a cat sat, the mat saw a dog."


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model in a folder of the user's, described by the file returned."""
    origin = Origin("tiny", "Tiny random BERT", "tests/parity/tiny_bert", "MIT")
    target = tmp_path_factory.mktemp("own") / "model"
    source = ROOT / "tests" / "parity" / "tiny_bert"
    return export_checkpoint(source, target, origin, max_seq_len=24, precision="fp32")


@pytest.fixture(scope="module")
def address(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("streamlit")
    script = folder / "app.py"
    constants = f"FOLDER = {str(tiny.parent)!r}\nPASSAGE = {TINY_PASSAGE!r}\n"
    script.write_text(constants + APP, encoding="utf-8")
    with streamlit(script, folder / "log.txt") as address:
        yield address


class App:
    """The page, and what Python last said on it."""

    def __init__(self, page: Page, address: str, keys: str = "one") -> None:
        self.page = page
        page.set_default_timeout(PATIENCE)
        page.goto(f"{address}/?keys={keys.replace(' ', '+')}")

    def component(self, number: int = 0) -> Locator:
        return self.page.locator(".qna-root").nth(number)

    def question(self, number: int = 0) -> Locator:
        return self.component(number).get_by_label("Question", exact=True)

    def call(self, name: str) -> None:
        self.page.get_by_text(name, exact=True).click()

    def show(self, key: str = "one") -> None:
        self.page.get_by_text(f"Show {key}").click()

    def python(self) -> dict[str, Any]:
        return json.loads(self.page.get_by_test_id("stCode").inner_text())

    def until(self, true: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until Python has said what makes `true` true."""
        deadline = time.monotonic() + PATIENCE / 1000
        said = self.python()
        while not true(said):
            assert time.monotonic() < deadline, f"Python did not come to it; at last: {said}"
            self.page.wait_for_timeout(50)
            said = self.python()
        return said

    def answered(self, question: str, key: str = "one") -> dict[str, Any]:
        """Wait for the answers to `question` in Python."""

        def settled(said: dict[str, Any]) -> bool:
            found = said["found"].get(key, {})
            return found.get("question") == question and found["status"] == "ready"

        return self.until(settled)


def model_files(offline: Offline) -> list[str]:
    return [url for url in offline.local if url.endswith(".gz")]


BERT_QUESTION = "Where does Bert live?"


def test_bert(offline: Offline, address: str) -> None:
    app = App(offline.page(), address)
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


def test_offsets_are_code_points(returning: Offline, address: str) -> None:
    app = App(returning.page(), address)
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
    returning: Offline, address: str
) -> None:
    app = App(returning.page(), address)
    runs = app.answered(BERT_QUESTION)["runs"]
    for question in ("Who is Ernie's roommate?", "What do the two share?", BERT_QUESTION):
        app.question().fill(question)
        runs += 1
        assert app.answered(question)["runs"] == runs
    # A theme is redrawn by calling the component again: that is no new answer.
    app.page.emulate_media(color_scheme="dark")
    app.question().fill("Who lives at 123 Sesame Street?")
    assert app.answered("Who lives at 123 Sesame Street?")["runs"] == runs + 1


def test_typing_letter_by_letter_loses_nothing(returning: Offline, address: str) -> None:
    app = App(returning.page(), address)
    app.question().press_sequentially(" Tell me!", delay=20)
    app.answered(f"{BERT_QUESTION} Tell me!")
    expect(app.question()).to_have_value(f"{BERT_QUESTION} Tell me!")


def test_hiding_and_showing_keeps_what_was_typed(returning: Offline, address: str) -> None:
    app = App(returning.page(), address)
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


def test_what_was_typed_just_before_hiding_is_not_lost(returning: Offline, address: str) -> None:
    app = App(returning.page(), address)
    app.answered(BERT_QUESTION)
    app.question().fill("Unfinished")
    app.show()
    app.until(lambda said: said["found"] == {})
    app.show()
    expect(app.question()).to_have_value("Unfinished")
    app.answered("Unfinished")


def test_a_changed_argument_overrides_and_the_rest_stays(returning: Offline, address: str) -> None:
    app = App(returning.page(), address)
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
    returning: Offline, address: str
) -> None:
    app = App(returning.page(), address)
    app.answered(BERT_QUESTION)
    pasted = "Ernie's best friend is Bert. They live in a basement. " * 40
    passage = app.component().get_by_label("Passage", exact=True)
    passage.fill(pasted)
    app.call("other question")  # long before the pasted text is answered
    expect(app.question()).to_have_value("Who is Bert's best friend?")
    expect(passage).to_have_value(pasted)
    app.until(lambda said: said["found"]["one"]["passage"] == pasted)


def test_without_texts_it_waits_quietly(returning: Offline, address: str) -> None:
    app = App(returning.page(), address)
    app.answered(BERT_QUESTION)
    app.call("nothing")
    said = app.answered("")
    assert said["found"]["one"]["answers"] == []


def test_a_wrong_argument_is_explained_on_the_page(returning: Offline, address: str) -> None:
    app = App(returning.page(), address)
    app.answered(BERT_QUESTION)
    app.call("wrong")
    error = app.page.get_by_test_id("stException")
    expect(error).to_contain_text("top_k must be a whole number from 1 to 100 (answers); got 0")


def test_dark_theme(returning: Offline, address: str, screenshots: Path) -> None:
    app = App(returning.page(), address)
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


def test_a_model_from_a_folder_of_the_users(offline: Offline, address: str, tiny: Path) -> None:
    app = App(offline.page(), address)
    app.answered(BERT_QUESTION)
    app.call("own model")
    found = app.answered("who saw the cat?")["found"]["one"]
    kernel = QuestionAnswerer(model=tiny.parent)
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


def test_after_a_reload_no_model_byte_is_fetched_again(offline: Offline, address: str) -> None:
    app = App(offline.page(), address)
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
    offline: Offline, address: str, broken: str
) -> None:
    offline.context.add_init_script(
        f"Object.defineProperty(globalThis, 'indexedDB', {{ value: {broken} }})"
    )
    app = App(offline.page(), address)
    assert app.answered(BERT_QUESTION)["found"]["one"]["answers"] != []
    app.page.reload()
    app.answered(BERT_QUESTION)
    # Nothing could be kept: the server is asked again.
    assert len(model_files(offline)) == 6


def test_two_components_share_one_model(offline: Offline, address: str) -> None:
    app = App(offline.page(), address, keys="one two")
    app.answered(BERT_QUESTION, "one")
    app.answered(BERT_QUESTION, "two")
    assert len(model_files(offline)) == 3
    app.question(1).fill("Who is Ernie?")
    said = app.answered("Who is Ernie?", "two")
    assert said["found"]["one"]["question"] == BERT_QUESTION
    assert said["found"]["one"]["answers"][0]["text"] in app.component(0).inner_text()


def test_two_pages_do_not_mix(offline: Offline, address: str) -> None:
    one, two = App(offline.page(), address), App(offline.page(), address)
    one.answered(BERT_QUESTION)
    two.answered(BERT_QUESTION)
    two.question().fill("Who is Ernie?")
    two.answered("Who is Ernie?")
    expect(one.question()).to_have_value(BERT_QUESTION)
    assert len(model_files(offline)) <= 6


def test_the_sources_of_the_package_are_not_served(offline: Offline, address: str) -> None:
    page = offline.page()
    base = f"{address}/_stcore/bidi-components"
    for path in ("qna-widget.qna/streamlit.js", "qna-widget.bundled/vocab.txt.gz"):
        assert page.request.get(f"{base}/{path}").ok
    for path in (
        "qna-widget.qna/../errors.py",
        "qna-widget.bundled/../registry.py",
        "qna-widget.bundled/%2e%2e/registry.py",
        "qna-widget.models/registry.py",
    ):
        assert not page.request.get(f"{base}/{path}").ok

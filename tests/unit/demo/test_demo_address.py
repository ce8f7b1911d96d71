"""The demo's address and links, and what a tab gives back to a page that is loaded anew."""

import pytest
from demo_page import Page, shown

from qna_widget.hosts.streamlit.demo import own
from qna_widget.hosts.streamlit.demo.examples import EXAMPLES


def test_a_link_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    page = shown(monkeypatch, example="minutes", question="How much?", top_k="3", overlap="allow")
    given = page.inputs()
    assert given["passage"] == EXAMPLES["minutes"].passage
    assert (given["question"], given["top_k"], given["overlap"]) == ("How much?", 3, "allow")
    assert page.menu().value == "minutes"
    assert page.address() == {
        "example": "minutes",
        "question": "How much?",
        "top_k": "3",
        "overlap": "allow",
    }


def test_a_hostile_link_is_explained_as_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    page = shown(
        monkeypatch, model="![x](http://evil.example/x)", top_k=":red[9999]", **{"<b>": "1"}
    )
    warning = page.app.warning[0].value
    assert "\\!\\[x\\]\\(http\\:\\/\\/evil\\.example\\/x\\)" in warning
    assert "got '\\:red" in warning.replace("\\'", "'")
    assert "\\<b\\>" in warning
    assert page.inputs()["model"] == "auto"
    assert page.address() == {}
    page.says()
    assert page.app.warning, "the first answers do not wipe it away"
    page.pick("recipe")
    assert not page.app.warning


def test_the_address_follows_the_reader_and_going_back_is_followed(page: Page) -> None:
    page.says(question="Who?", top_k=2)
    before = page.address()
    assert before == {"example": "rent", "question": "Who?", "top_k": "2"}
    page.says(question="Whose?", top_k=5)
    assert page.address() == {"example": "rent", "question": "Whose?"}
    page.back_to(before)
    assert (page.inputs()["question"], page.inputs()["top_k"]) == ("Who?", 2)
    page.run()
    assert page.address() == before, "and it stays there"


def test_an_answer_that_overtakes_the_address_loses_nothing(page: Page) -> None:
    page.says(question="Who?")
    stale = page.address()
    page.says(question="Whose?")
    page.app.query_params.clear()
    page.app.query_params.update(stale)
    page.says(question="Whose street?")
    assert page.inputs()["question"] == "Whose street?"
    assert page.address()["question"] == "Whose street?"


def test_an_own_text_is_in_no_address_but_in_a_link_that_was_asked_for(page: Page) -> None:
    page.says(passage="My own words.", question="Whose?")
    assert page.address() == {"example": "own", "question": "Whose?"}
    assert "My" not in page.link()
    page.app.checkbox[0].check().run()
    assert "passage=My+own+words." in page.link()
    assert "passage" not in page.address()
    page.says(passage="long " * 1000)
    assert not page.app.checkbox
    wanted = "Not in it: text (a link takes up to 1,000 characters of it)."
    assert any(wanted in one.value for one in page.app.caption)


OWN_TEXT = {"passage": "My own words.", "question": "Whose?", "file_name": "mine.md"}


def test_an_own_text_is_there_again_after_a_look_at_another_and_going_back(page: Page) -> None:
    page.says(passage="My own words.", question="Whose?")
    first = page.address()
    page.says(question="Whose words?")
    page.back_to(first)
    assert (page.inputs()["passage"], page.inputs()["question"]) == ("My own words.", "Whose?")
    page.pick("recipe")
    page.says(question="How long?")
    page.pick("own")
    assert (page.inputs()["passage"], page.inputs()["question"]) == ("My own words.", "Whose?")
    page.pick("recipe")
    page.back_to(first)
    assert page.inputs()["passage"] == "My own words."
    assert page.menu().value == "own"
    assert not page.app.info


def test_a_page_loaded_anew_gets_the_own_text_back_from_its_tab(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = shown(monkeypatch)
    assert page.tab_data["texts"] == []
    page.upload("mine.md", b"My own words.").says(question="Whose?")
    assert page.tab_data["texts"] == [OWN_TEXT]
    again = shown(monkeypatch, {"texts": [OWN_TEXT], "ours": True}, **page.address())
    assert again.tab_data["wanted"]
    again.run()
    assert (again.inputs()["passage"], again.inputs()["question"]) == ("My own words.", "Whose?")
    assert again.menu().options[-1] == r"mine\.md"
    assert not again.app.info
    again.says(question="Whose words?")
    assert again.tab_data["texts"] == [{**OWN_TEXT, "question": "Whose words?"}]


def test_a_restarted_server_hears_of_the_page_before_the_tab_s_text_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tab = {"texts": [OWN_TEXT], "ours": True, "alive": True}
    typed = shown(monkeypatch, tab, example="own", question="Whose?").run()
    assert typed.data["arguments"]["passage"] == "", "the page has not spoken yet"
    revision = typed.data["revision"]
    typed.says(passage="My own few words.", question="How many?")
    assert (typed.inputs()["passage"], typed.inputs()["question"]) == (
        "My own few words.",
        "How many?",
    )
    assert typed.data["revision"] == revision, "nothing overrides what is typed meanwhile"
    kept = [text["passage"] for text in typed.run().tab_data["texts"]]
    assert kept == ["My own few words.", "My own words."], "no other own text is lost"
    # The file's text was Python's, so the page knows only what was asked of it.
    asked = shown(monkeypatch, tab, example="own", question="Whose?").run()
    asked.says(question="How many?").run()
    assert (asked.inputs()["passage"], asked.inputs()["question"]) == ("My own words.", "How many?")
    assert asked.menu().options[-1] == r"mine\.md"


def test_own_texts_stand_beside_each_other_and_an_edit_is_none(
    monkeypatch: pytest.MonkeyPatch, page: Page
) -> None:
    page.upload("mine.md", b"My own words.").says(question="Whose?")
    page.says(passage="My own long words.")
    page.says(passage="Marta painted the boat green in May.", question="Who?")
    assert page.menu().options[-2:] == ["Your own text", r"mine\.md"]
    page.says(passage="Marta painted the boat red in May.")
    kept = page.tab_data["texts"]
    assert [one["passage"] for one in kept] == [page.inputs()["passage"], "My own long words."]

    page.pick(page.own_texts()[1])
    assert (page.inputs()["passage"], page.inputs()["question"]) == ("My own long words.", "Whose?")
    assert page.menu().options[-2:] == [r"mine\.md", r"Marta painted the boat red in…"]
    again = shown(monkeypatch, {"texts": kept, "ours": True}, example="own", question="Whose?")
    again.run()
    assert again.inputs()["passage"] == "My own long words.", "the one that was asked this"
    assert len(again.menu().options) == len(page.menu().options)


def test_few_own_texts_are_kept_the_newest() -> None:
    kept: tuple[own.OwnText, ...] = ()
    for letter in "abcdefg":
        kept = own.keep(kept, own.OwnText(letter * 90, file_name=letter))
    assert "".join(text.title for text in kept) == "gfedc"
    kept = own.keep(kept, own.OwnText("other words", file_name="d"))
    assert "".join(text.title for text in kept) == "dgfec", "no menu says a title twice"
    kept = own.keep(kept, own.OwnText("x" * 900_000, file_name="x"))
    kept = own.keep(kept, own.OwnText("y" * 900_000, file_name="y"))
    kept = own.keep(kept, own.OwnText("z" * 900_000, file_name="z"))
    assert [text.title for text in kept] == ["z", "y"], "not all of what is long"


@pytest.mark.parametrize(
    ("before", "after", "is_edit"),
    [
        ("", "Marta", True),
        ("Mar", "Marta painted the boat.", True),
        ("Marta painted the boat.", "Yesterday Marta painted the boat.", True),
        ("Marta painted the boat.", "Marta did not paint the boat.", True),
        ("Marta painted the boat.", "The letter was written by Ada.", False),
    ],
)
def test_what_begins_or_ends_alike_is_an_edit(before: str, after: str, is_edit: bool) -> None:
    assert own.is_edit(after, before) is is_edit


def test_the_tab_s_text_is_not_asked_what_a_link_asks_of_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link = {"example": "own", "question": "Who else?"}
    text = {**OWN_TEXT, "file_name": ""}  # the harness looks a choice up by its title
    page = shown(monkeypatch, {"texts": [text], "ours": False}, **link).run()
    assert page.inputs()["passage"] == ""
    assert "is not in the link" in page.app.info[0].value
    page.pick("rent")
    assert not page.app.info
    page.pick("own")
    assert (page.inputs()["passage"], page.inputs()["question"]) == ("My own words.", "Whose?")


@pytest.mark.parametrize(
    "said",
    [{}, {"texts": [{"passage": 1}, "a"], "ours": True}, {"texts": {}, "ours": True}, "words"],
)
def test_what_is_no_own_text_of_a_tab_is_none(
    monkeypatch: pytest.MonkeyPatch, said: object
) -> None:
    page = shown(monkeypatch, said, example="own", question="Whose?").run()
    assert page.inputs()["passage"] == ""
    assert "is not in the link" in page.app.info[0].value


def test_a_text_that_a_link_brought_along_stays_in_the_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = {"passage": "My own words.", "question": "Whose?"}
    page = shown(monkeypatch, **given)
    assert page.address() == given
    page.says(question="Whose words?")
    assert page.address() == {**given, "question": "Whose words?"}
    assert page.app.checkbox[0].value
    assert "passage=My+own+words." in page.link()
    page.says(passage="Others' words.")
    assert page.address() == {"example": "own", "question": "Whose words?"}

"""Words broken at line and page ends: what joins, what keeps its hyphen, and by which evidence."""

from __future__ import annotations

import pytest

from qna_widget.documents.broken_words import join_broken_words


@pytest.mark.parametrize(
    ("page", "whole"),
    [
        # The text itself says how it is written.
        ("Harrow-\ngate is Harrowgate.", "Harrowgate\nis Harrowgate."),
        ("a part-\ntime job, parttime", "a parttime\njob, parttime"),
        ("the co-\nop and the co-op", "the co-op\nand the co-op"),
        # A name; its parts are words, too.
        ("The Harrow-\ngate ferry", "The Harrowgate\nferry"),
        ("from Tam-\nsin Vale", "from Tamsin\nVale"),
        # Words of the language.
        ("the under-\nstanding", "the understanding"),
        ("the con-\ntract was informa-\ntion", "the contract\nwas information"),
        ("deter-\nmining", "determining"),
        ("an inter-\nnation-\nal ferry", "an international\nferry"),
        ("Harrow-\ngate,under-\nstanding. So", "Harrowgate,understanding.\nSo"),
        ("Harrow-\ngate,pre-\nand post", "Harrowgate,pre-\nand post"),
        ("Harrow-\ngate(1)--\nnext", "Harrowgate(1)--\nnext"),
        ("The mu\u00ad\nseum", "The museum"),
        ("Harrow \u2010\ngate\nopens", "Harrowgate\nopens"),  # as Chromium prints &shy;
        ("THE HARROW-\nGATE FERRY", "THE HARROWGATE\nFERRY"),
        # Hyphens of their own.
        ("the price-\ndetermining good", "the price-determining\ngood"),
        ("Price-\ndetermining goods", "Price-determining\ngoods"),
        ("a London-\nbased firm", "a London-based\nfirm"),
        ("a long-\nterm plan", "a long-term\nplan"),
        ("a well-\nknown self-\ngovernment", "a well-known\nself-government"),
        ("state-of-the-\nart", "state-of-the-art"),
        ("a mother-\nin-law", "a mother-in-law"),
        ("COVID-\n19 waves", "COVID-19\nwaves"),
        ("the 1990-\n1995 plan", "the 1990-1995\nplan"),
        ("Jean-\nPierre came", "Jean-Pierre\ncame"),
        ("the p-\nvalue", "the p-value"),
        ("a (T-\nshirt)", "a (T-shirt)"),
        ("parts A-\nB here", "parts A-B\nhere"),
        ("an e-\nmail, no email", "an email,\nno email"),
        ("l'a-\nmour", "l'amour"),
        ("de\u0301j-\na\u0300", "de\u0301ja\u0300"),
        ("see https://example.org/price-\nlist now", "see https://example.org/price-list\nnow"),
        # Nothing is broken.
        ("pre-\nand post-war", "pre-\nand post-war"),
        ("a word -\nnext", "a word -\nnext"),
        ("one--\ntwo", "one--\ntwo"),
        ("- one\n- two", "- one\n- two"),
    ],
)
def test_at_the_end_of_a_line(page: str, whole: str) -> None:
    assert join_broken_words([page]) == [whole]


@pytest.mark.parametrize(
    ("pages", "whole"),
    [
        (["The Harrow-", "gate ferry"], ["The Harrowgate", "ferry"]),
        (["The price-\n- 3 -", "determining good"], ["The price-determining\n- 3 -", "good"]),
        (
            ["Annual report\nThe Harrow-\nPage 1 of 2", "Annual report\ngate ferry\nPage 2 of 2"],
            ["Annual report\nThe Harrowgate\nPage 1 of 2", "Annual report\nferry\nPage 2 of 2"],
        ),
        (["The Harrow-", "gate"], ["The Harrowgate", ""]),
        (["The end.", "gate"], ["The end.", "gate"]),
    ],
)
def test_at_the_end_of_a_page(pages: list[str], whole: list[str]) -> None:
    assert join_broken_words(pages) == whole


def test_long_tokens_take_no_long_time() -> None:
    assert join_broken_words(["a" * 300_000 + " -"]) == ["a" * 300_000 + " -"]
    page = "a" * 300_000 + "-\n" + "-\n".join("b" for _ in range(20_000))
    assert len(join_broken_words([page])[0]) > 300_000
    page = "a-\nb" + ",-" * 300_000 + "c" + " " * 300_000 + "d"
    assert len(join_broken_words([page])[0]) > 900_000

"""Letters that stand for others are known; languages and codes are not taken for them."""

from __future__ import annotations

import random
import string

import pytest

from qna_widget.documents.nonsense import is_nonsense

SENTENCE = "The ferry leaves from pier four at half past eight."
TEXT = (
    "The ferry to the island leaves from pier four every morning at half past eight. Tickets are "
    "sold in the small house beside the harbour, where the old captain also keeps a museum. "
    "In winter the ferry does not run when the wind is stronger than forty knots."
)
GERMAN = (
    "Die Fähre zur Insel legt jeden Morgen um halb neun ab. Fahrkarten gibt es im kleinen Haus am "
    "Hafen, wo der alte Kapitän auch ein Museum für Seekarten unterhält."
)
FINNISH = (
    "Lautta saarelle lähtee joka aamu puoli yhdeksältä. Lippuja myydään pienessä talossa sataman "
    "vieressä, jossa vanha kapteeni pitää myös karttamuseota."
)


@pytest.mark.parametrize("shift", [1, 3, 13, -3, -29, 29])
@pytest.mark.parametrize("text", [SENTENCE, TEXT])
def test_shifted(text: str, shift: int) -> None:
    assert is_nonsense("".join(chr(max(1, ord(character) + shift)) for character in text))


def test_shifted_letters_between_true_spaces() -> None:
    letters = string.ascii_lowercase
    assert is_nonsense(
        SENTENCE.lower().translate(str.maketrans(letters, letters[3:] + letters[:3]))
    )


def test_exchanged_letters_of_a_font_without_a_map() -> None:
    found = 0
    for seed in range(20):
        letters = list(string.ascii_lowercase)
        random.Random(seed).shuffle(letters)
        table = str.maketrans(string.ascii_lowercase, "".join(letters))
        found += is_nonsense(TEXT.lower().translate(table), suspect=True)
    assert found >= 17


def test_what_is_no_character() -> None:
    assert is_nonsense("\ue001\ue002\ue003 \ue004\ue005")
    assert is_nonsense("\x03\x08\x0f\x10")


@pytest.mark.parametrize(
    "text",
    [SENTENCE, TEXT, GERMAN, FINNISH, "東京は日本の首都である。", "Αθήνα είναι η πρωτεύουσα.", "",
     "12.50 €", "x = f(a, b) + 3", "ISBN 978-3-16-148410-0", "GmbH & Co. KG, HRB 1234",
     "[1] J. Xq, K. Zw."],
)  # fmt: skip
def test_what_somebody_wrote(text: str) -> None:
    assert not is_nonsense(text)

"""Whether a text is in a script and a language that the model's vocabulary was made for.

Twin: js/src/core/readable.ts.
"""

from __future__ import annotations

import re

import numpy as np

from .types import Encoding

_SAMPLE = 4000
"""Tokens from the text's beginning that are looked at."""
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")
# Letters of other alphabets, from Greek to Georgian and Khmer.
_ALPHABETIC = re.compile("[\u0370-\u1dff\u1f00-\u1fff]")
# Chinese, Japanese and Korean, which are split into single characters in any case.
_EAST_ASIAN = re.compile("[\u2e80-\ud7ff\uf900-\ufaff]")
_ENOUGH_LETTERS = 20
"""Letters of another script from which on something can be said."""
_ENOUGH_WORDS = 20


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Common words that no other language below shares.
_ENGLISH = _words("the of and that for with this from have are which by not it at or to")
_OTHERS = _words(
    "der die das und ist nicht ein eine einen von mit den dem zu auf sich "
    "le la les des et est une dans pour que qui pas du au "
    "el los las y por con del para se il di che per non sono della "
    "os da do com uma em de het een van niet och att det som på og er ikke "
    "nie jest się przez oraz ve bir"
)


def reading_trouble(text: str, encoding: Encoding, unk_id: int) -> str:
    """Return a sentence for the reader about a text that the model can hardly read; "" else.

    A multilingual vocabulary has whole words where an English one has single letters, so the rule
    is about this model: other letters count only if they are unknown or stand nearly one by one,
    and the words of another language only if they fall into many pieces.
    """
    tokens = min(_SAMPLE, len(encoding))
    if tokens == 0:
        return ""
    sample = text[: int(encoding.ends[tokens - 1])]
    words = _LATIN.findall(sample)
    latin = sum(map(len, words))
    alphabetic = len(_ALPHABETIC.findall(sample))
    east_asian = len(_EAST_ASIAN.findall(sample))
    others = alphabetic + east_asian
    if others > latin and others >= _ENOUGH_LETTERS:
        unknown = int(np.count_nonzero(encoding.input_ids[:tokens] == unk_id))
        spelt = alphabetic > east_asian and tokens > 0.6 * alphabetic
        if unknown <= 0.15 * tokens and not spelt:
            return ""
        return (
            "Most of this text is in a script that the model can hardly read: its answers may be "
            "wrong."
        )
    if len(words) < _ENOUGH_WORDS or tokens <= 1.65 * len(words):
        return ""
    lowered = [word.lower() for word in words]

    def share(common: frozenset[str]) -> float:
        return sum(word in common for word in lowered) / len(lowered)

    if share(_OTHERS) < 0.1 or share(_ENGLISH) > 0.06:
        return ""
    return (
        "This text seems to be in a language that the model has not learnt: its answers may be "
        "wrong."
    )

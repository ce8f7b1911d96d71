"""Where an answer begins and ends in the text, for the tokens that the model chose.

Twin: js/src/core/borders.ts. In this order: nothing that was not read is in an answer; words and
what a reader takes as one are whole, if asked for (`align_to_words`); characters are whole; and,
but for the pipeline's ways (`neat`), brackets and markup are trimmed or paired, and there is a
letter or a digit. docs/answers.md tells the rules.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from . import graphemes
from .atoms import spelled, whole_atoms
from .characters import LETTER_OR_DIGIT, SPACE, UNSPACED, has
from .pairs import paired
from .sentence_ends import ends_sentence
from .tokenizer import CONTINUES, HAS_LETTER
from .types import MAX_WORD_CHARS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .tokenizer import Tokenizer
    from .types import DecodingOptions, Encoding

REACH: Final = 300
"""Code points around an answer that are looked at."""
_REMEMBERED: Final = 20_000
_TAG_SIGNS: Final = re.compile(r"<(?=[/A-Za-z]|\S[^<>]*>)|>")
"""Where what may be cut off as a tag begins (pairs.py), and where one ends."""

Range = tuple[int, int]


class Borders:
    """The borders of answers in one passage."""

    def __init__(self, text: str, passage: Encoding, tokenizer: Tokenizer) -> None:
        """`passage` holds the tokens of `text`, as `tokenizer.encode_passage` gives them."""
        self._text = text
        self._starts, self._ends = passage.starts, passage.ends
        traits = tokenizer.traits[passage.input_ids]
        self._continues = traits & CONTINUES > 0
        has_letter = traits & HAS_LETTER > 0
        unread = np.zeros(len(has_letter), bool)
        for token in np.flatnonzero(passage.input_ids == tokenizer.unk_id).tolist():
            word = text[self._starts[token] : self._ends[token]]
            unread[token] = tokenizer.length_of(word) > MAX_WORD_CHARS
            is_word = any(has(character, LETTER_OR_DIGIT) for character in word)
            has_letter[token] = is_word and not unread[token]
        self.unread = int(unread.sum())
        """Words of more characters than the model takes: one [UNK] each."""
        self.stop = _next(unread)
        """For each token the first one from it on that was not read; the length for none."""
        self.letter = _next(has_letter)
        """For each token the first one from it on with a letter or digit; the length for none."""
        self._kept = _next(has_letter & ~_in_tags(text, self._starts))
        """The same of what no answer leaves out as part of a tag."""
        # What was found out: most candidates begin and end with words that others have, too.
        self._words: dict[int, Range] = {}
        self._answers: dict[tuple[int, int, bool], Range | None] = {}

    @cached_property
    def sentence(self) -> NDArray[np.int64]:
        """For each token the number of its sentence, from 0."""
        ends = np.zeros(len(self._starts), np.bool_)
        # A sign for the layout is no part of a sentence: it is the white space between two.
        read = np.array([not has(self._text[at], SPACE) for at in self._starts], np.bool_)
        ends[read] = ends_sentence(self._text, self._starts[read], self._ends[read])
        return np.concatenate([[0], np.cumsum(ends)[:-1]]) if len(ends) else np.zeros(0, np.int64)

    def range(self, first: int, last: int, options: DecodingOptions) -> Range | None:
        """Return where the answer of tokens first..last begins and ends, in code points.

        None for what is no answer.
        """
        if self.stop[first] <= last:
            return None
        if options.align_to_words:
            start, end = self._word(first)[0], self._word(last)[1]
        else:
            start, end = int(self._starts[first]), int(self._ends[last])
        key = (start, end, options.neat)
        if key not in self._answers:
            if len(self._answers) >= _REMEMBERED:
                self._answers.clear()
            self._answers[key] = self._answer(*key)
        return self._answers[key]

    def place(self, first: int, last: int, options: DecodingOptions) -> Range | None:
        """Return the first and last code point by which an answer is compared with others.

        Without the signs around its letters and digits, so that what differs by them alone is one
        answer; the range itself when not `neat`.
        """
        found = self.range(first, last, options)
        if found is None or not options.neat:
            return found and (found[0], found[1] - 1)
        start, end = found
        while not has(self._text[start], LETTER_OR_DIGIT):
            start += 1
        while not has(self._text[end - 1], LETTER_OR_DIGIT):
            end -= 1
        return start, end - 1

    def meet_in(self, first: int, last: int) -> bool:
        """Whether two answers that both hold the tokens first..last overlap for certain.

        So they do when there is a letter or digit. Known without finding their places; False where
        a tag may be cut off.
        """
        return bool(self._kept[first] <= last)

    def _word(self, token: int) -> Range:
        """Return where the word of a token begins and ends, with what a reader takes as one."""
        if token not in self._words:
            first = last = token
            while self._goes_on(first):
                first -= 1
            while last + 1 < len(self._starts) and self._goes_on(last + 1):
                last += 1
            start, end = int(self._starts[first]), int(self._ends[last])
            near, low = self._near(start, end)
            start, end = whole_atoms(spelled(near), start - low, end - low)
            self._words[token] = start + low, end + low
        return self._words[token]

    def _answer(self, start: int, end: int, neat: bool) -> Range | None:
        """Return start..end of whole characters, and `neat`; None for what is no answer."""
        near, low = self._near(start, end)
        start, end = graphemes.whole(near, start - low, end - low)
        while start < end and has(near[start], SPACE):
            start += 1
        while start < end and has(near[end - 1], SPACE):
            end -= 1
        if start == end:
            return None  # nothing but signs for the layout
        if neat:
            start, end = paired(near, start, end)
            if not any(has(character, LETTER_OR_DIGIT) for character in near[start:end]):
                return None
            start, end = graphemes.whole(near, start, end)
        return start + low, end + low

    def _near(self, start: int, end: int) -> tuple[list[str], int]:
        """Return the code points within reach of start..end, and where they begin."""
        low = max(0, start - REACH)
        return list(self._text[low : end + REACH]), low

    def _goes_on(self, token: int) -> bool:
        """Tell whether a token belongs to the word of the one before it."""
        return (
            token > 0
            and bool(self._continues[token])
            and not has(self._text[self._starts[token]], UNSPACED)
            and not has(self._text[self._ends[token - 1] - 1], UNSPACED)
        )


def _in_tags(text: str, starts: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Tell of each token whether a tag may have begun before it that has not ended yet."""
    signs = [(sign.start(), sign[0] == "<") for sign in _TAG_SIGNS.finditer(text)]
    opened = np.array([False, *(opens for _, opens in signs)])
    return opened[np.searchsorted([place for place, _ in signs], starts)]


def _next(marked: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return for each place the first marked one from it on; the length for none."""
    places = np.where(marked, np.arange(len(marked)), len(marked))
    return np.minimum.accumulate(places[::-1])[::-1]

"""From examples to token ids, rows and batches."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from qna_widget.core.layout import LINE
from qna_widget.core.tokenizer import Tokenizer
from training.data import DataError, Example, Span
from training.questions import ASKING, FUNCTION_WORDS

# Start and end of "no answer": both at [CLS].
NULL: Span = (0, 0)
# Characters of a line of a passage that is broken into lines.
WIDTHS = (32, 80)


@dataclass(frozen=True)
class Encoded:
    """An example in tokens.

    golds: for each gold answer its votes and the places where it stands, as
    (first, last) token of the passage, last included.
    """

    example: Example
    question_ids: list[int]
    passage_ids: list[int]
    golds: tuple[tuple[int, tuple[Span, ...]], ...]


@dataclass(frozen=True)
class Item:
    """A row of a batch: token ids, where the passage begins, and its targets.

    targets: alternative (start, end) positions in input_ids, end included;
    any of them is right. `NULL` stands for "no answer". whole_ids: input_ids
    before words were hidden, None where none were.
    """

    input_ids: list[int]
    passage_start: int
    targets: tuple[Span, ...]
    whole_ids: list[int] | None = None


class Encoder:
    """Tokenises questions and passages, each passage once."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.line_id = tokenizer.vocab.index(LINE) if tokenizer.options.layout_signs else None
        self.mask_id = tokenizer.vocab.index("[MASK]")
        # Tokens that say nothing of what is asked about: signs, and words that any question has.
        any_question = ASKING | FUNCTION_WORDS
        self.asking = {
            number
            for number, token in enumerate(tokenizer.vocab)
            if token in any_question or not any(map(str.isalnum, token))
        }
        self.passage = lru_cache(maxsize=None)(self._tokens)
        self.question = lru_cache(maxsize=None)(self._question)

    def _tokens(self, text: str) -> tuple[list[int], list[int]]:
        """Token ids of a passage, and where in `text` each token begins (code points)."""
        encoding = self.tokenizer.encode_passage(text)
        return encoding.input_ids.tolist(), encoding.starts.tolist()

    def _question(self, text: str) -> list[int]:
        ids: list[int] = self.tokenizer.encode(text).input_ids.tolist()
        return ids

    def line_break(self, rng: random.Random) -> list[int]:
        """What stands between two passages: a line's end, or an empty line."""
        return [] if self.line_id is None else [self.line_id] * rng.randint(1, 2)

    def wrapped(
        self, encoded: Encoded, places: tuple[Span, ...], rng: random.Random
    ) -> tuple[list[int], tuple[Span, ...]]:
        """The passage's tokens in lines of about one width, and where `places` are then."""
        if self.line_id is None:
            return encoded.passage_ids, places
        text = encoded.example.passage
        _, starts = self.passage(text)
        width, begun = rng.randint(*WIDTHS), 0
        ids: list[int] = []
        moved: list[int] = []
        for token, start in zip(encoded.passage_ids, starts, strict=True):
            if start - begun >= width and text[start - 1] == " ":
                ids.append(self.line_id)
                begun = start
            elif token == self.line_id:
                begun = start
            moved.append(len(ids))
            ids.append(token)
        return ids, tuple((moved[first], moved[last]) for first, last in places)

    def encode(self, example: Example, max_question_len: int) -> Encoded:
        """Tokenise; a question of more than `max_question_len` tokens is cut off there."""
        question_ids = self.question(example.question)[:max_question_len]
        passage_ids, starts = self.passage(example.passage)
        if not question_ids or not passage_ids:
            which = "passage" if question_ids else "question"
            raise DataError(
                f"Question {example.id}: the {which} holds nothing but blanks and control "
                "characters. Leave the question out."
            )
        golds = []
        for gold in example.golds:
            places = []
            for start, end in gold.spans:
                first = max(bisect_right(starts, start) - 1, 0)
                last = max(bisect_right(starts, end - 1) - 1, first)
                places.append((first, last))
            golds.append((gold.votes, tuple(places)))
        return Encoded(example, question_ids, passage_ids, tuple(golds))

    def item(
        self,
        question_ids: list[int],
        passage_ids: list[int],
        places: Sequence[Span],
        max_seq_len: int,
        rng: random.Random,
    ) -> Item:
        """Make a row; a passage that is too long is cut at random around an answer.

        places: alternative answers as (first, last) passage token; none: no answer.
        """
        capacity = max_seq_len - len(question_ids) - 3
        cut = 0
        if len(passage_ids) > capacity:
            low, high = 0, len(passage_ids) - capacity
            if places:
                first, last = rng.choice(list(places))
                low, high = max(0, min(last + 1 - capacity, high)), min(first, high)
            cut = rng.randint(min(low, high), high)
            passage_ids = passage_ids[cut : cut + capacity]
        begin = len(question_ids) + 2
        inside = [
            (first - cut + begin, last - cut + begin)
            for first, last in places
            if first >= cut and last < cut + len(passage_ids)
        ]
        cls_id, sep_id = self.tokenizer.cls_id, self.tokenizer.sep_id
        ids = [cls_id, *question_ids, sep_id, *passage_ids, sep_id]
        return Item(ids, begin, tuple(inside) or (NULL,))

    def hide(self, item: Item, share: float, rng: random.Random) -> Item:
        """Put [MASK] over a share of the tokens, but none of the answers' and no special ones."""
        spared = {i for start, end in item.targets for i in range(start, end + 1)}
        spared |= {0, item.passage_start - 1, len(item.input_ids) - 1}
        ids = [
            self.mask_id if rng.random() < share and i not in spared else token
            for i, token in enumerate(item.input_ids)
        ]
        hidden = replace(item, input_ids=ids, whole_ids=item.input_ids)
        return item if ids == item.input_ids else hidden


def make_batches(
    items: Sequence[Item], tokens_per_batch: int, rng: random.Random
) -> list[list[Item]]:
    """Group items of similar length; rows × longest row <= tokens_per_batch."""
    order = list(items)
    rng.shuffle(order)
    batches: list[list[Item]] = []
    # Sorting all at once would make the same neighbours in every epoch.
    chunk = max(1, tokens_per_batch // 2)
    for begin in range(0, len(order), chunk):
        batch: list[Item] = []
        for item in sorted(order[begin : begin + chunk], key=lambda item: len(item.input_ids)):
            if batch and len(item.input_ids) * (len(batch) + 1) > tokens_per_batch:
                batches.append(batch)
                batch = []
            batch.append(item)
        batches.append(batch)
    rng.shuffle(batches)
    return batches


def collate(batch: Sequence[Item], pad_id: int) -> dict[str, NDArray[np.generic]]:
    """Arrays of a batch.

    input_ids, attention_mask, token_type_ids: [rows, longest], int64;
    whole_ids, of the same shape: input_ids with nothing hidden.
    starts, ends: [rows, alternatives], int64; target_mask of the same shape
    tells real alternatives from padding.
    """
    rows, longest = len(batch), max(len(item.input_ids) for item in batch)
    alternatives = max(len(item.targets) for item in batch)
    arrays = {
        "input_ids": np.full((rows, longest), pad_id, dtype=np.int64),
        "whole_ids": np.full((rows, longest), pad_id, dtype=np.int64),
        "attention_mask": np.zeros((rows, longest), dtype=np.int64),
        "token_type_ids": np.zeros((rows, longest), dtype=np.int64),
        "starts": np.zeros((rows, alternatives), dtype=np.int64),
        "ends": np.zeros((rows, alternatives), dtype=np.int64),
        "target_mask": np.zeros((rows, alternatives), dtype=bool),
    }
    for row, item in enumerate(batch):
        n, k = len(item.input_ids), len(item.targets)
        arrays["input_ids"][row, :n] = item.input_ids
        arrays["whole_ids"][row, :n] = item.whole_ids or item.input_ids
        arrays["attention_mask"][row, :n] = 1
        arrays["token_type_ids"][row, item.passage_start : n] = 1
        arrays["starts"][row, :k] = [start for start, _ in item.targets]
        arrays["ends"][row, :k] = [end for _, end in item.targets]
        arrays["target_mask"][row, :k] = True
    return arrays

"""A sampler of a few questions in a vocabulary of a few words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import TokenizerOptions
from training.config import StageConfig
from training.data import Example, Gold
from training.encoding import Encoder
from training.sampling import Sampler, Source

PASSAGE = "Ada met Bo. Bo, aged 40, lives in Oslo; Ada in Bonn."
WORDS = ["ada", "met", "bo", "bonn", "aged", "40", "lives", "in", "oslo", "who", "where", "?"]
VOCAB = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", ",", ";", "'", *WORDS]


@pytest.fixture
def encoder() -> Encoder:
    return Encoder(Tokenizer(VOCAB))


@pytest.fixture
def with_signs() -> Encoder:
    """One that reads lines and columns."""
    return Encoder(Tokenizer([*VOCAB, "¶", "|"], TokenizerOptions(layout_signs=True)))


def example(answer: str = "", passage: str = PASSAGE) -> Example:
    start = passage.find(answer)
    golds = (Gold(((start, start + len(answer)),)),) if answer else ()
    texts = (answer,) if answer else ()
    return Example(f"q-{answer}", "Where lives Bo?", passage, golds, "T", texts)


def words(encoder: Encoder, ids: list[int]) -> list[str]:
    return [encoder.tokenizer.vocab[i] for i in ids]


NEIGHBOURS = ["Bo lives. " * 3, "Bo met who? " * 4]
FAR = "Aged, aged, aged. " * 12


def sampler(encoder: Encoder, seed: int = 5) -> Sampler:
    squad = [example("Oslo"), example("aged 40"), example()]
    squad += [example(passage=text) for text in NEIGHBOURS]
    alone = replace(example("Oslo", FAR + "Bo lives in Oslo. " + FAR), group="")
    sources = {"squad": Source(squad), "long": Source([alone], neighbours=False)}
    return Sampler(encoder, sources, 64, 16, seed)


def stage(**values: Any) -> StageConfig:
    return StageConfig(**{"name": "s", "steps": 1, "learning_rate": 1e-4, **values})

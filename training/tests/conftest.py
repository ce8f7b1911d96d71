"""A tiny world to train in: vocabulary, passages and a random model."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch
from torch import nn
from transformers import BertForQuestionAnswering, MPNetConfig, MPNetForQuestionAnswering

from qna_widget.core.tokenizer import Tokenizer
from training.config import StageConfig, TrainConfig
from training.data import Example, Gold
from training.encoding import Encoder
from training.modelling import build_model
from training.mpnet import BEFORE, BEHIND
from training.sampling import Sampler, Source
from training.trainer import Trainer

# A tiny model gains nothing from a second thread, and loses much on a busy machine.
torch.set_num_threads(1)

WORDS = [f"w{i}" for i in range(40)]
VOCAB = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "?", *WORDS]
STAGE = StageConfig(
    name="tiny", steps=20, learning_rate=1e-3, shares={"long": 0.5, "short": 0.4},
    negative_share=0.3, window_share=0.2, join_share=0.3, bare_share=0.3, keyword_share=0.2,
)  # fmt: skip
CONFIG = TrainConfig(stages=(STAGE,), max_seq_len=32, tokens_per_batch=160, bf16=False)
SHAPE = {
    "vocab_size": len(VOCAB),
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 64,
}


def tiny_examples(count: int, length: int, seed: int) -> list[Example]:
    """Passages of random words; a question repeats the word before the answer."""
    rng = random.Random(seed)
    examples = []
    for number in range(count):
        words = rng.sample(WORDS, length)
        at = rng.randrange(length - 1)
        passage = " ".join(words)
        start = len(" ".join(words[: at + 1])) + 1
        span = (start, start + len(words[at + 1]))
        golds = (Gold((span,)),) if number % 3 else ()
        texts = (words[at + 1],) if golds else ()
        examples.append(Example(str(number), f"{words[at]}?", passage, golds, "all", texts))
    return examples


@pytest.fixture
def tiny_model() -> BertForQuestionAnswering:
    torch.manual_seed(0)
    return build_model(None, 0.1, **SHAPE)


@pytest.fixture
def tiny_trainer() -> Callable[..., Trainer]:
    """Makes trainers that start alike: same weights, data and seed."""

    def make(
        out: Path,
        *,
        seed: int = 7,
        config: TrainConfig = CONFIG,
        teachers: Sequence[nn.Module] = (),
    ) -> Trainer:
        sources = {
            "long": Source(tiny_examples(30, 34, 1)),
            "short": Source(tiny_examples(30, 6, 2), neighbours=False),
        }
        sampler = Sampler(Encoder(Tokenizer(VOCAB)), sources, config.max_seq_len, 8, seed)
        torch.manual_seed(seed)
        model = build_model(None, 0.1, **SHAPE)
        return Trainer(config, sampler, model, out, seed=seed, teachers=teachers)

    return make


@pytest.fixture
def mpnet(tmp_path: Path) -> Path:
    """A checkpoint of a tiny MPNet of random weights, as it would be downloaded."""
    torch.manual_seed(5)
    shape = SHAPE | {"vocab_size": len(VOCAB) + len(BEFORE) + len(BEHIND)}
    folder = tmp_path / "mpnet"
    MPNetForQuestionAnswering(MPNetConfig(**shape)).save_pretrained(folder)
    words = [*BEFORE, *VOCAB, *BEHIND]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    return folder

"""The recipe: model, optimiser and stages, with the values that were used."""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class StageConfig:
    """One stage: what its epochs hold and how its learning rate runs.

    squad_share, qamr_share: part of each data set in an epoch (0 to 1).
    negative_share: part of SQuAD's answerable questions that are asked a
    second time, of a passage of the same article that lacks the answer.
    qamr_negative_share: the same for QAMR, in place of the question.
    address_share: part of the questions that ask for a place, asked once more
    of a passage in which the place is a street address (see addresses.py);
    address_follow_share: part of those with a made-up sentence behind it.
    join_share: part of QAMR's questions whose sentence stands amid others.
    The learning rate rises from 0 over warmup_share of the stage's steps,
    then falls linearly to learning_rate * end_factor. ema_decay is that of
    the weights' moving average: it spans about 1 / (1 - ema_decay) steps.
    """

    name: str
    epochs: int
    learning_rate: float
    squad_share: float = 0.0
    qamr_share: float = 0.0
    negative_share: float = 0.0
    qamr_negative_share: float = 0.0
    address_share: float = 0.0
    address_follow_share: float = 0.0
    join_share: float = 0.6
    warmup_share: float = 0.06
    end_factor: float = 0.0
    ema_decay: float = 0.998


@dataclass(frozen=True)
class TrainConfig:
    """Everything that shapes a run apart from data, seed and device."""

    stages: tuple[StageConfig, ...]
    max_seq_len: int = 288
    max_question_len: int = 64
    tokens_per_batch: int = 3000
    dropout: float = 0.1
    weight_decay: float = 0.01
    layer_decay: float = 0.9
    max_grad_norm: float = 1.0
    freeze_word_embeddings: bool = True
    bf16: bool = True


def load_config(path: Path) -> TrainConfig:
    """Read a recipe; unknown names are errors."""
    raw = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    tables = raw.pop("stage", [])
    if not tables:
        raise ValueError(f"{path}: no [[stage]] table; give at least one.")
    stages = tuple(StageConfig(**_known(StageConfig, table, path)) for table in tables)
    return TrainConfig(stages=stages, **_known(TrainConfig, raw, path))


def _known(kind: type[Any], table: dict[str, Any], path: Path) -> dict[str, Any]:
    allowed = {field.name for field in fields(kind)} - {"stages"}
    unknown = sorted(set(table) - allowed)
    if unknown:
        raise ValueError(f"{path}: unknown {unknown}; allowed are {sorted(allowed)}.")
    required = {f.name for f in fields(kind) if f.default is MISSING} - {"stages"}
    if not required <= set(table):
        raise ValueError(f"{path}: a table lacks {sorted(required - set(table))}.")
    return table

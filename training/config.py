"""The recipe: model, optimiser, sources and stages, with the values that were used."""

from __future__ import annotations

import itertools
import tomllib
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class SourceConfig:
    """A set of questions: a SQuAD file, a folder of everyday texts, or of further questions.

    path: below the folder that is given as --data.
    held_out: a tenth of the passages, by a stable hash, is never trained on.
    neighbours: passages of one article may stand in for each other.
    about: names of the sources above whose passages are asked about, which makes it a
    folder of further questions (asked.py).
    telltale_share: part of the questions with an answer, and of those without, that is left
    out, as their own words give it away (telltale.py).
    """

    name: str
    path: str
    held_out: bool = False
    neighbours: bool = True
    about: tuple[str, ...] = ()
    telltale_share: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.telltale_share < 1:
            raise ValueError(
                f"source {self.name!r} has telltale_share {self.telltale_share}: give at least 0 "
                "and below 1."
            )


@dataclass(frozen=True)
class StageConfig:
    """One stage: what its rounds hold and how its learning rate runs.

    A stage is as many rounds as its steps need. steps: batches; 0: none.
    shares: for each source the part of it in one round; each round takes the
    questions that were not drawn for longest, and a share over 1 repeats. A recipe's stage that
    names none takes those of the stage before it.
    negative_share: part of the answerable questions that are asked once more,
    of passages of the same article that lack the answer.
    window_share: part of those on a text longer than a row that are asked
    once more, of a window of it without the answer.
    alike_share: part of them that are asked once more of passages of any text that share
    their rare words but lack the answer; as many stand beside such a passage.
    join_share: part of the passages with an answer that stand between their neighbours.
    strange_share: part of those without that stand beside one of another article.
    wrap_share: part of the passages that are broken into short lines, as in a mail, where the
    model reads signs for them.
    bare_share, keyword_share: part of the questions without their question
    mark, and without their function words.
    mask_share: part of the tokens, those of answers left out, that are hidden
    in every second row, so that no single word tells the answer.
    spans_share: part of what the teachers say that leaves "no answer" aside: which span it
    would be, if there were one.
    teacher_share: part of the loss that asks for the spans that the teachers
    trust (train.py --teacher), as far as they trust each; the gold answers
    have the rest.
    with_states: the pupil's top layer learns to tell the states of the first
    teacher's, token by token, through a linear map that is thrown away.
    readings: so many times the batches of a round are learnt from, each time
    with other words hidden and in another order; teachers read them once.
    all_golds: every gold answer is right, as it is for the figures; otherwise
    one of them is drawn by votes, and the model shares its trust among them.
    The learning rate rises from 0 over warmup_steps, then falls linearly to
    learning_rate * end_factor. ema_decay is that of the weights' moving
    average: it spans about 1 / (1 - ema_decay) steps.
    """

    name: str
    steps: int
    learning_rate: float
    shares: dict[str, float]
    negative_share: float = 0.0
    window_share: float = 0.0
    alike_share: float = 0.0
    join_share: float = 0.0
    strange_share: float = 0.0
    wrap_share: float = 0.0
    bare_share: float = 0.1
    keyword_share: float = 0.0
    mask_share: float = 0.0
    teacher_share: float = 0.0
    spans_share: float = 0.0
    with_states: bool = False
    readings: int = 1
    all_golds: bool = False
    warmup_steps: int = 0
    end_factor: float = 0.0
    ema_decay: float = 0.998
    dropout: float = 0.1

    def __post_init__(self) -> None:
        least = {"steps": 0, "warmup_steps": 0, "readings": 1, "learning_rate": 0.0}
        wrong = [name for name, value in least.items() if getattr(self, name) < value]
        parts = [field.name for field in fields(self) if field.name.endswith("_share")]
        wrong += [name for name in parts if not 0 <= getattr(self, name) <= 1]
        given = {name: getattr(self, name) for name in wrong}
        given |= {name: share for name, share in self.shares.items() if share < 0}
        if given:
            raise ValueError(
                f"stage {self.name!r} has {given}: at least one reading, nothing below 0, "
                "and no share above 1 but those of sources."
            )

    @property
    def taught(self) -> bool:
        """Whether teachers read its batches."""
        return self.teacher_share > 0 or self.with_states


@dataclass(frozen=True)
class TrainConfig:
    """Everything that shapes a run apart from data, seed and device.

    validation: files and folders below that of the data by which models are chosen; what
    stands in them is in no source.
    frozen_layers: so many of the lowest layers, and all embeddings, stay as they are.
    layout_signs: passages are read with signs for their lines and columns (core/layout.py).
    """

    stages: tuple[StageConfig, ...]
    sources: tuple[SourceConfig, ...] = ()
    validation: tuple[str, ...] = ()
    max_seq_len: int = 320
    max_question_len: int = 64
    tokens_per_batch: int = 3000
    weight_decay: float = 0.01
    layer_decay: float = 0.9
    max_grad_norm: float = 1.0
    freeze_word_embeddings: bool = True
    frozen_layers: int = 0
    layout_signs: bool = False
    bf16: bool = True


def load_config(path: Path) -> TrainConfig:
    """Read a recipe; unknown names are errors.

    `sources_of`, in place of [[source]] tables, names the recipe beside it whose sources it takes.
    """
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    if "sources_of" in raw:
        other = path.with_name(raw.pop("sources_of"))
        whole = tomllib.loads(other.read_text(encoding="utf-8"))
        raw = {name: whole[name] for name in ("source", "validation") if name in whole} | raw
    tables = {name: raw.pop(name, []) for name in ("stage", "source")}
    for name, rows in tables.items():
        if not rows:
            raise ValueError(f"{path}: no [[{name}]] table; give at least one.")
    for before, row in itertools.pairwise(tables["stage"]):
        row.setdefault("shares", before.get("shares"))
    stages = tuple(StageConfig(**_known(StageConfig, row, path)) for row in tables["stage"])
    sources = tuple(
        SourceConfig(**_known(SourceConfig, row, path) | {"about": tuple(row.get("about", ()))})
        for row in tables["source"]
    )
    names = [source.name for source in sources]
    for place, source in enumerate(sources):
        unknown = sorted(set(source.about) - set(names[:place]))
        if unknown:
            raise ValueError(
                f"{path}: {source.name!r} asks about {unknown}; above it are {names[:place]}."
            )
    for stage in stages:
        unknown = sorted(set(stage.shares) - set(names))
        if unknown:
            raise ValueError(
                f"{path}: stage {stage.name!r} has shares of {unknown}; sources are {names}."
            )
    validation = tuple(raw.pop("validation", ()))
    return TrainConfig(stages, sources, validation, **_known(TrainConfig, raw, path))


def _known(kind: type[Any], table: dict[str, Any], path: Path) -> dict[str, Any]:
    allowed = {field.name for field in fields(kind)} - {"stages", "sources", "validation"}
    unknown = sorted(set(table) - allowed)
    if unknown:
        raise ValueError(f"{path}: unknown {unknown}; allowed are {sorted(allowed)}.")
    required = {
        f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING
    }
    required -= {"stages"}
    if not required <= set(table):
        raise ValueError(f"{path}: a table lacks {sorted(required - set(table))}.")
    return table

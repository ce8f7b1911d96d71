"""The temperature goes into the last product and changes no answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from training.calibrate import (
    TEMPERATURES,
    best_temperature,
    calibrated,
    fitted,
    parse,
    run,
)
from training.measure import Scored, log_loss
from training.modelling import build_model
from training.tests.conftest import VOCAB
from training.trainer import Trainer

Make = Callable[..., Trainer]


def checkpoint(make: Make, folder: Path) -> Path:
    make(folder).run(2)
    model = folder / "model"
    (model / "vocab.txt").write_text("\n".join(VOCAB) + "\n", encoding="utf-8")
    return model


def test_logits_are_divided_and_the_threshold_is_named(tiny_trainer: Make, tmp_path: Path) -> None:
    model = checkpoint(tiny_trainer, tmp_path)
    calibrated(model, tmp_path / "out", 1.6, -0.45, 0.35)
    ids = torch.tensor([[2, 7, 3, 9, 11, 3]])
    before, after = (build_model(f, 0.0).eval()(input_ids=ids) for f in (model, tmp_path / "out"))
    assert torch.allclose(before.start_logits, after.start_logits * 1.6, atol=1e-6)
    assert torch.allclose(before.end_logits, after.end_logits * 1.6, atol=1e-6)
    config = json.loads((tmp_path / "out" / "config.json").read_text(encoding="utf-8"))
    assert (config["no_answer_threshold"], config["cut_share"]) == (-0.45, 0.35)
    assert (tmp_path / "out" / "vocab.txt").is_file()


def test_the_command_writes_a_checkpoint(tiny_trainer: Make, tmp_path: Path) -> None:
    model = checkpoint(tiny_trainer, tmp_path)
    passage = "w1 w2 w3 w4"
    asked = [{"id": str(n), "question": "w1", "answers": []} for n in range(3)]
    asked += [
        {"id": f"a{n}", "question": "w2", "answers": [{"text": "w3", "answer_start": 6}]}
        for n in range(5)
    ]
    data = tmp_path / "data.json"
    document = {"data": [{"paragraphs": [{"context": passage, "qas": asked}]}]}
    data.write_text(json.dumps(document), encoding="utf-8")
    run(parse([str(model), "--out", str(tmp_path / "out"), "--squad", str(data)]))
    config = json.loads((tmp_path / "out" / "config.json").read_text(encoding="utf-8"))
    assert isinstance(config["no_answer_threshold"], float)
    assert 0 <= config["cut_share"] <= 1


def test_the_lowest_point_lies_between_grid_points() -> None:
    grid = [1.0, 1.1, 1.2, 1.3]
    assert best_temperature([(t - 1.17) ** 2 for t in grid], grid) == pytest.approx(1.17)
    assert best_temperature([1.0, 2.0, 3.0, 4.0], grid) == 1.0


def test_the_share_that_makes_probabilities_true_is_found() -> None:
    """Right in three cases of ten besides those that the cut's own probability tells."""
    draw = np.random.default_rng(5)
    alone = draw.uniform(0.05, 0.6, 20_000)
    whole = alone + draw.uniform(0, 1, alone.shape) * (1 - alone)
    right = (draw.random(alone.shape) < alone + 0.3 * (whole - alone)).astype(float)
    every = np.ones(alone.shape, bool)
    margin = np.full(alone.shape, -9.0)
    true = [Scored(every, right, right, margin, p) for p in (alone, whole)]
    # At all other temperatures nothing is known.
    flat = [Scored(every, right, right, margin, np.full(alone.shape, 0.001))] * 2
    sets = [[(true[0], true[1]) if t == 1.2 else (flat[0], flat[1]) for t in TEMPERATURES]]
    _, cut_share = fitted(sets, 0.0)
    assert cut_share == pytest.approx(0.3, abs=0.051)


def test_only_answers_shown_count() -> None:
    right = np.array([1.0, 0.0])
    scored = Scored(np.ones(2, bool), right, right, np.array([-1.0, 1.0]), np.array([0.5, 0.999]))
    assert log_loss(scored, 0.0) == pytest.approx(np.log(2))

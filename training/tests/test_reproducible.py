"""The same seed gives the same losses, also when a run is cut in two."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from training.mix import mix
from training.modelling import build_model
from training.tests.conftest import CONFIG, SHAPE, STAGE
from training.trainer import Trainer

STEPS = 12
Make = Callable[..., Trainer]


def log(out: Path) -> list[dict[str, Any]]:
    lines = (out / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def losses(out: Path) -> list[float]:
    return [line["loss"] for line in log(out)]


def test_same_seed_same_losses(tiny_trainer: Make, tmp_path: Path) -> None:
    for name in ("first", "second"):
        tiny_trainer(tmp_path / name).run(STEPS)
    first = losses(tmp_path / "first")
    assert len(first) == STEPS
    assert len(set(first)) == STEPS
    assert first == losses(tmp_path / "second")


def test_other_seed_other_losses(tiny_trainer: Make, tmp_path: Path) -> None:
    tiny_trainer(tmp_path / "first").run(STEPS)
    tiny_trainer(tmp_path / "second", seed=8).run(STEPS)
    assert losses(tmp_path / "first") != losses(tmp_path / "second")


def test_resumed_run_gives_the_losses_and_weights_of_an_unbroken_one(
    tiny_trainer: Make, tmp_path: Path
) -> None:
    whole = tiny_trainer(tmp_path / "whole")
    whole.run(STEPS)
    cut = tiny_trainer(tmp_path / "cut")
    cut.run(5)
    # Steps after the last state, as a crash leaves them in the log.
    with (tmp_path / "cut" / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write('{"step": 6, "loss": 99.0}\n{"step": 7, "lo')
    resumed = tiny_trainer(tmp_path / "cut")
    resumed.load_state()
    resumed.run(STEPS)
    assert losses(tmp_path / "cut") == losses(tmp_path / "whole")
    for name, weight in whole.average.shadow.items():
        assert torch.equal(weight, resumed.average.shadow[name]), name


def test_a_stage_may_be_ended_at_any_step_and_the_next_one_goes_on_from_it(
    tiny_trainer: Make, tmp_path: Path
) -> None:
    """A constant stage, stopped as a signal does it, then a decay: as if planned so."""
    stable = replace(STAGE, name="stable", end_factor=1.0)
    decay = replace(STAGE, name="decay", steps=4, dropout=0.0)
    planned = replace(CONFIG, stages=(replace(stable, steps=6), decay))
    whole = tiny_trainer(tmp_path / "whole", config=planned)
    whole.run()
    open_end = replace(CONFIG, stages=(replace(stable, steps=1000), decay))
    first = tiny_trainer(tmp_path / "cut", config=open_end)
    first.run(6)
    assert first.stage == 0
    second = tiny_trainer(tmp_path / "cut", config=planned)
    second.load_state()
    second.run()
    assert losses(tmp_path / "cut") == losses(tmp_path / "whole")
    assert [line["lr"] for line in log(tmp_path / "cut")] == [1e-3] * 6 + [
        pytest.approx(1e-3 * left / 4) for left in (4, 3, 2, 1)
    ]
    for name, weight in whole.average.shadow.items():
        assert torch.equal(weight, second.average.shadow[name]), name


def test_the_next_stage_may_have_a_source_that_the_first_had_not(
    tiny_trainer: Make, tmp_path: Path
) -> None:
    first = replace(STAGE, name="first", shares={"long": 0.5})
    config = replace(CONFIG, stages=(replace(first, steps=3), replace(STAGE, steps=3)))
    trainer = tiny_trainer(tmp_path, config=config)
    trainer.run(2)
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    drawn = state["round"][2]
    del drawn["short"]
    torch.save(state, tmp_path / "state.pt")
    resumed = tiny_trainer(tmp_path, config=config)
    resumed.load_state()
    resumed.run()
    assert resumed.total == 6


def test_a_run_that_is_told_to_stop_keeps_its_state(tiny_trainer: Make, tmp_path: Path) -> None:
    trainer = tiny_trainer(tmp_path)
    trainer.stop = True
    trainer.run()
    assert trainer.total == 0
    assert (tmp_path / "state.pt").is_file()


def test_resuming_another_recipe_is_refused(tiny_trainer: Make, tmp_path: Path) -> None:
    tiny_trainer(tmp_path).run(2)
    other = tiny_trainer(tmp_path, config=replace(CONFIG, layer_decay=0.8))
    with pytest.raises(ValueError, match="another run"):
        other.load_state()


def test_the_steps_of_a_falling_rate_stay(tiny_trainer: Make, tmp_path: Path) -> None:
    """Else it would jump."""
    tiny_trainer(tmp_path).run(2)
    longer = replace(CONFIG, stages=(replace(STAGE, steps=200),))
    with pytest.raises(ValueError, match="another run"):
        tiny_trainer(tmp_path, config=longer).load_state()


def test_another_teacher_is_another_run(tiny_trainer: Make, tmp_path: Path) -> None:
    config = replace(CONFIG, stages=(replace(STAGE, teacher_share=0.5),))
    torch.manual_seed(1)
    one, other = (build_model(None, 0.0, **SHAPE).requires_grad_(False).eval() for _ in range(2))
    tiny_trainer(tmp_path, config=config, teachers=[one]).run(2)
    tiny_trainer(tmp_path, config=config, teachers=[one]).load_state()
    with pytest.raises(ValueError, match="another run"):
        tiny_trainer(tmp_path, config=config, teachers=[other]).load_state()


def test_run_to_the_end_writes_a_checkpoint(tiny_trainer: Make, tmp_path: Path) -> None:
    trainer = tiny_trainer(tmp_path)
    trainer.run()
    held = {path.name for path in (tmp_path / "model").iterdir()}
    assert held >= {"config.json", "model.safetensors", "metrics.json"}
    steps = log(tmp_path)
    assert steps[-1]["stage_step"] == steps[-1]["stage_steps"]
    # Learning happens: a random guess among some 20 tokens costs about log(20).
    assert sum(s["loss"] for s in steps[-5:]) < sum(s["loss"] for s in steps[:5])


def test_mixing_averages_the_weights_of_two_checkpoints(tiny_trainer: Make, tmp_path: Path) -> None:
    for seed in (1, 2):
        tiny_trainer(tmp_path / str(seed), seed=seed).run(2)
    first, second = tmp_path / "1" / "model", tmp_path / "2" / "model"
    mix(first, second, 0.25, tmp_path / "mixed")
    a, b, c = (load_file(f / "model.safetensors") for f in (first, second, tmp_path / "mixed"))
    for name, weight in c.items():
        assert torch.allclose(weight, 0.75 * a[name] + 0.25 * b[name]), name
    with pytest.raises(ValueError, match="from 0 to 1"):
        mix(first, second, 2.0, tmp_path / "other")

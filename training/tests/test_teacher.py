"""A larger network teaches: what is learnt from it, and when (the network: test_mpnet.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from transformers import BertForQuestionAnswering

from training.modelling import (
    batch_loss,
    build_model,
    even,
    read,
    read_by_teachers,
    state_loss,
    taught_loss,
)
from training.tests.conftest import CONFIG, SHAPE, STAGE, VOCAB
from training.train import load_teacher
from training.trainer import Trainer

Make = Callable[..., Trainer]


def batch(rows: int = 3, longest: int = 9, padded: int = 2) -> dict[str, torch.Tensor]:
    torch.manual_seed(2)
    ids = torch.randint(6, len(VOCAB), (rows, longest))
    mask = torch.ones_like(ids)
    mask[0, longest - padded :] = 0
    return {
        "input_ids": ids.masked_fill(ids == 7, VOCAB.index("[MASK]")),
        "whole_ids": ids,
        "attention_mask": mask,
        "token_type_ids": torch.zeros_like(ids),
        "starts": torch.tensor([[1], [2], [0]]),
        "ends": torch.tensor([[1], [4], [0]]),
        "target_mask": torch.ones(rows, 1, dtype=torch.bool),
    }


def test_what_is_taught_is_the_divergence_from_the_teacher_and_its_entropy() -> None:
    torch.manual_seed(1)
    own, teachers = torch.randn(4, 7), torch.randn(4, 7)
    trust = teachers.softmax(-1)
    divergence = nn.functional.kl_div(own.log_softmax(-1), trust, reduction="batchmean")
    entropy = torch.distributions.Categorical(trust).entropy().mean()
    assert torch.allclose(taught_loss(own, teachers), divergence + entropy)


def test_padding_is_neither_taught_nor_spoils_the_gradient() -> None:
    torch.manual_seed(1)
    own = torch.randn(2, 5, requires_grad=True)
    teachers = torch.randn(2, 5)
    padding = torch.tensor([[0, 0, 0, 1, 1], [0, 0, 0, 0, 0]]).bool()
    none = float("-inf")
    loss = taught_loss(own.masked_fill(padding, none), teachers.masked_fill(padding, none))
    short = taught_loss(own[:1, :3], teachers[:1, :3])
    full = taught_loss(own[1:], teachers[1:])
    assert torch.allclose(loss, (short + full) / 2)
    loss.backward()
    assert own.grad is not None
    assert own.grad.isfinite().all()
    assert not own.grad[padding].any()


def test_the_loss_is_shared_between_gold_answers_and_teachers_who_see_all(
    tiny_model: BertForQuestionAnswering,
) -> None:
    tiny_model.eval()
    torch.manual_seed(9)
    teachers = [build_model(None, 0.0, **SHAPE).eval() for _ in range(2)]
    rows = batch()
    gold = batch_loss(tiny_model, rows)
    own = read(tiny_model, rows, "input_ids")
    whole = rows | {"input_ids": rows["whole_ids"]}
    one, other = (read(teacher, whole, "input_ids") for teacher in teachers)
    taught = sum(taught_loss(own[k], (one[k] + other[k]) / 2) for k in (0, 1)) / 2
    means = read_by_teachers(teachers, rows)
    assert torch.allclose(batch_loss(tiny_model, rows, means, 0.25), 0.75 * gold + 0.25 * taught)
    assert torch.equal(batch_loss(tiny_model, rows, means, 0.0), gold)


def test_which_span_it_would_be_is_told_apart_from_whether_there_is_one(
    tiny_model: BertForQuestionAnswering,
) -> None:
    tiny_model.eval()
    torch.manual_seed(9)
    teacher, rows = build_model(None, 0.0, **SHAPE).eval(), batch()
    taught, own = read_by_teachers([teacher], rows), read(tiny_model, rows, "input_ids")
    spans = sum(taught_loss(own[k][:, 1:], taught[k][:, 1:]) for k in (0, 1)) / 2
    whole = batch_loss(tiny_model, rows, taught, 1.0)
    mixed = batch_loss(tiny_model, rows, taught, 1.0, spans_share=0.25)
    assert torch.allclose(mixed, 0.75 * whole + 0.25 * spans)
    # A teacher that trusts "no answer" alone still says which span tempts it.
    sure = taught.start_logits.clone()
    sure[:, 0] = 1e4
    refusing = taught._replace(start_logits=sure)
    told = [batch_loss(tiny_model, rows, one, 1.0, spans_share=1.0) for one in (taught, refusing)]
    assert torch.equal(*told)


def test_states_are_compared_at_all_tokens_but_padding() -> None:
    torch.manual_seed(1)
    own, teachers = torch.randn(2, 4, 6), torch.randn(2, 4, 6)
    mask = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 1]])
    tokens = [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (1, 3)]
    expected = sum(nn.functional.mse_loss(own[at], teachers[at]) for at in tokens) / len(tokens)
    assert torch.allclose(state_loss(own, teachers, mask), torch.as_tensor(expected))


def test_a_teachers_states_are_told_with_no_word_hidden_and_on_one_scale(
    tiny_model: BertForQuestionAnswering, mpnet: Path
) -> None:
    tiny_model.eval()
    teacher, rows = load_teacher(mpnet, VOCAB), batch()
    taught = read_by_teachers([teacher], rows, with_states=True)
    top = teacher(rows["whole_ids"], rows["attention_mask"], output_hidden_states=True)
    assert torch.equal(taught.states, even(top.hidden_states[-1]).bfloat16())
    assert taught.states.float().var(-1).mean().item() == pytest.approx(1, abs=0.1)
    bridge = nn.Linear(SHAPE["hidden_size"], SHAPE["hidden_size"])
    states = bridge(read(tiny_model, rows, "input_ids").states)
    expected = batch_loss(tiny_model, rows, taught, 0.5) + state_loss(
        states, taught.states, rows["attention_mask"]
    )
    assert torch.allclose(batch_loss(tiny_model, rows, taught, 0.5, bridge), expected)


def test_a_pupil_learns_the_states_and_a_run_cut_in_two_goes_on_alike(
    tiny_trainer: Make, mpnet: Path, tmp_path: Path
) -> None:
    stage = replace(STAGE, with_states=True, steps=60, learning_rate=2e-3)
    config = replace(CONFIG, stages=(stage,))
    teacher, rows = load_teacher(mpnet, VOCAB), batch()
    whole = tiny_trainer(tmp_path / "whole", config=config, teachers=[teacher])

    def distance() -> float:
        own = read(whole.model, rows, "input_ids")
        taught = read_by_teachers([teacher], rows, with_states=True)
        assert whole.bridge is not None
        return state_loss(whole.bridge(own.states), taught.states, rows["attention_mask"]).item()

    before = distance()
    whole.run()
    assert distance() < before / 2
    tiny_trainer(tmp_path / "cut", config=config, teachers=[teacher]).run(33)
    resumed = tiny_trainer(tmp_path / "cut", config=config, teachers=[teacher])
    resumed.load_state()
    resumed.run()
    for name, weight in whole.average.shadow.items():
        assert torch.equal(weight, resumed.average.shadow[name]), name
    assert not [name for name in resumed.model.state_dict() if "bridge" in name]


def test_a_pupil_comes_closer_to_its_teacher(
    tiny_trainer: Make, mpnet: Path, tmp_path: Path
) -> None:
    stage = replace(STAGE, teacher_share=1.0, steps=40, learning_rate=5e-3, mask_share=0.2)
    config = replace(CONFIG, stages=(stage,))
    teacher = load_teacher(mpnet, VOCAB)
    with torch.no_grad():
        teacher.qa_outputs.weight.mul_(60)  # random weights trust all tokens alike
    made = tiny_trainer(tmp_path / "taught", config=config, teachers=[teacher])
    rows = batch()

    def distance() -> float:
        made.model.eval()
        with torch.no_grad():
            return batch_loss(made.model, rows, read_by_teachers([teacher], rows), 1.0).item()

    before = distance()
    made.run()
    assert distance() < before - 0.2


def test_a_teacher_reads_a_batch_once_and_a_run_cut_in_two_goes_on_alike(
    tiny_trainer: Make, mpnet: Path, tmp_path: Path
) -> None:
    stage = replace(STAGE, teacher_share=0.8, steps=100, mask_share=0.2, readings=2)
    config = replace(CONFIG, stages=(stage,))
    read: list[nn.Module] = []
    teacher = load_teacher(mpnet, VOCAB)
    teacher.register_forward_hook(lambda module, *_: read.append(module))
    whole = tiny_trainer(tmp_path / "whole", config=config, teachers=[teacher])
    whole.run(1)
    assert whole.batches is not None
    in_round = len(whole.batches)
    whole.run(in_round)
    assert len(read) == in_round / 2
    assert whole.round == 1
    cut = tiny_trainer(tmp_path / "cut", config=config, teachers=[teacher])
    cut.run(in_round - 3)
    resumed = tiny_trainer(tmp_path / "cut", config=config, teachers=[teacher])
    resumed.load_state()
    resumed.run(in_round)
    for name, weight in whole.average.shadow.items():
        assert torch.equal(weight, resumed.average.shadow[name]), name


@pytest.mark.parametrize("part", [{"teacher_share": 0.5}, {"with_states": True}])
def test_a_stage_that_has_no_teacher_is_told(
    tiny_trainer: Make, tmp_path: Path, part: dict[str, Any]
) -> None:
    config = replace(CONFIG, stages=(replace(STAGE, **part),))
    with pytest.raises(ValueError, match=r"\['tiny'\] learn from a teacher; give --teacher"):
        tiny_trainer(tmp_path, config=config)


def test_frozen_layers_stay_as_they_are(tiny_trainer: Make, tmp_path: Path) -> None:
    made = tiny_trainer(tmp_path, config=replace(CONFIG, frozen_layers=1))
    before = {name: value.clone() for name, value in made.model.state_dict().items()}
    made.run(3)
    changed = {n for n, v in made.model.state_dict().items() if not torch.equal(v, before[n])}
    assert not [name for name in changed if "embeddings" in name or ".layer.0." in name]
    assert {name.split(".layer.1.")[0] for name in changed} >= {"bert.encoder", "qa_outputs.weight"}

"""Loss, dropout, averaging."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from transformers import BertForQuestionAnswering

from training.attention import PLAIN
from training.modelling import (
    Averaged,
    ByteDropout,
    parameter_groups,
    set_dropout,
    span_loss,
)


def test_span_loss_of_one_target_is_the_mean_of_two_cross_entropies() -> None:
    torch.manual_seed(1)
    start_logits, end_logits = torch.randn(3, 9), torch.randn(3, 9)
    starts, ends = torch.tensor([[0], [4], [8]]), torch.tensor([[0], [6], [8]])
    mask = torch.ones(3, 1, dtype=torch.bool)
    expected = (
        nn.functional.cross_entropy(start_logits, starts[:, 0])
        + nn.functional.cross_entropy(end_logits, ends[:, 0])
    ) / 2
    loss = span_loss(start_logits, end_logits, starts, ends, mask)
    assert torch.allclose(loss, expected)


def test_span_loss_takes_any_alternative_and_ignores_padded_ones() -> None:
    start_logits, end_logits = torch.zeros(1, 4), torch.zeros(1, 4)
    starts, ends = torch.tensor([[1, 3, 0]]), torch.tensor([[2, 3, 0]])
    mask = torch.tensor([[True, True, False]])
    loss = span_loss(start_logits, end_logits, starts, ends, mask)
    # Each span has probability 1/16; two of them are right.
    assert loss.item() == pytest.approx(-torch.log(torch.tensor(2 / 16)).item() / 2)


def test_dropout_keeps_the_mean_and_rests_in_evaluation() -> None:
    torch.manual_seed(3)
    dropout = ByteDropout(0.1)
    ones = torch.ones(200_003)
    dropped = dropout(ones)
    assert 0.09 < (dropped == 0).float().mean().item() < 0.115
    assert dropped.mean().item() == pytest.approx(1, abs=0.01)
    dropout.set(0.0)
    assert dropout(ones) is ones
    dropout.set(0.1)
    dropout.eval()
    assert dropout(ones) is ones


def test_every_dropout_of_the_model_is_replaced(tiny_model: BertForQuestionAnswering) -> None:
    assert not any(isinstance(module, nn.Dropout) for module in tiny_model.modules())


def test_attention_weights_get_no_dropout(tiny_model: BertForQuestionAnswering) -> None:
    set_dropout(tiny_model, 0.3)
    rates = {
        name: module.p
        for name, module in tiny_model.named_modules()
        if isinstance(module, ByteDropout)
    }
    of_weights = [rate for name, rate in rates.items() if name.endswith("attention.self.dropout")]
    assert of_weights == [0.0, 0.0], "plain attention has none"
    assert sorted(rates.values()) == [0.0, 0.0, *[0.3] * (len(rates) - 2)]


@pytest.mark.parametrize("padded", [0, 3])
def test_plain_attention_is_that_of_transformers(
    tiny_model: BertForQuestionAnswering, padded: int
) -> None:
    torch.manual_seed(5)
    ids = torch.randint(5, 30, (2, 8))
    read = torch.ones(2, 8, dtype=torch.int64)
    read[1, 8 - padded :] = 0

    def gradient(kind: str) -> torch.Tensor:
        tiny_model.set_attn_implementation(kind)
        tiny_model.zero_grad()
        output = tiny_model(input_ids=ids, attention_mask=read)
        kept = read.bool()
        torch.autograd.backward((output.start_logits[kept] ** 2 + output.end_logits[kept]).sum())
        weight = tiny_model.bert.encoder.layer[0].attention.self.query.weight
        assert weight.grad is not None
        return weight.grad.clone()

    assert tiny_model.config._attn_implementation == PLAIN
    tiny_model.eval()
    plain = gradient(PLAIN)
    assert plain.abs().max() > 0
    torch.testing.assert_close(plain, gradient("eager"))


def test_lower_layers_learn_more_slowly(tiny_model: BertForQuestionAnswering) -> None:
    groups = parameter_groups(tiny_model, weight_decay=0.01, layer_decay=0.5)
    assert sorted({group["scale"] for group in groups}) == [0.25, 0.5, 1.0]
    grouped = sum(p.numel() for group in groups for p in group["params"])
    assert grouped == sum(p.numel() for p in tiny_model.parameters())


def test_average_swaps_in_and_out(tiny_model: BertForQuestionAnswering) -> None:
    average = Averaged(tiny_model)
    weight = tiny_model.qa_outputs.weight
    before = weight.detach().clone()
    with torch.no_grad():
        weight.add_(1.0)
    average.update(tiny_model, 0.5)
    average.swap(tiny_model)
    # The first update's decay is 2/11, not 0.5.
    assert torch.allclose(weight, before + 9 / 11)
    average.swap(tiny_model)
    assert torch.allclose(weight, before + 1)

"""The network: starting weights, a fast dropout, the losses and averaged weights."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertForQuestionAnswering, PreTrainedModel

from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import TokenizerOptions
from training.attention import PLAIN
from training.mpnet import Mpnet, bert_words

NETWORKS: dict[str, type[PreTrainedModel]] = {"bert": BertForQuestionAnswering, "mpnet": Mpnet}


class ByteDropout(nn.Module):
    """Dropout that spends one random byte an element.

    On a CPU the generator is the cost of dropout (a third of a training step
    with `nn.Dropout`); one 64 bit draw gives eight elements here. The rate is
    rounded to a multiple of 1/256.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.set(rate)

    def set(self, rate: float) -> None:
        if not 0 <= rate < 1:
            raise ValueError(f"dropout {rate}: give a rate of at least 0 and below 1")
        self.p = rate
        self.cut = round(rate * 256)

    def forward(self, hidden: Tensor) -> Tensor:
        if not self.training or self.cut == 0:
            return hidden
        count = hidden.numel()
        draws = torch.empty((count + 7) // 8, dtype=torch.int64, device=hidden.device)
        draws.random_(-(2**63), None)
        keep = draws.view(torch.uint8)[:count].view(hidden.shape) >= self.cut
        scale = 256 / (256 - self.cut)
        return hidden * keep.to(hidden.dtype).mul_(scale)


def vocabulary(start: Path) -> list[str]:
    """The words whose numbers are the token ids that the model in folder `start` takes."""
    words = (start / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return bert_words(words) if network(start) is Mpnet else words


def tokenizer_of(start: Path, *, layout_signs: bool = False) -> Tokenizer:
    """The tokenizer of the checkpoint in folder `start`; signs where it or the caller says so."""
    config = json.loads((start / "config.json").read_text(encoding="utf-8"))
    signs = layout_signs or config.get("layout_signs", False)
    return Tokenizer(vocabulary(start), TokenizerOptions(layout_signs=signs))


def network(start: Path) -> type[PreTrainedModel]:
    """The class of the checkpoint in folder `start`."""
    kind = json.loads((start / "config.json").read_text(encoding="utf-8")).get("model_type")
    if kind not in NETWORKS:
        raise ValueError(f"{start}: a checkpoint of type {kind!r}; give one of {list(NETWORKS)}")
    return NETWORKS[kind]


def build_model(start: Path | None, dropout: float, **shape: Any) -> PreTrainedModel:
    """The model with the weights in folder `start`, or a BERT of random ones of `shape`.

    Attention weights get no dropout: it costs much on a CPU and helps little.
    MPNet, which has its own attention, takes no other.
    """
    settings: dict[str, Any] = {
        "hidden_dropout_prob": dropout,
        "attention_probs_dropout_prob": 0.0,
    }
    if start is None:
        model: PreTrainedModel = BertForQuestionAnswering(BertConfig(**shape, **settings))
    else:
        model = network(start).from_pretrained(start, dtype=torch.float32, **settings)
    if isinstance(model, BertForQuestionAnswering):
        model.set_attn_implementation(PLAIN)
    if isinstance(model, Mpnet) and start is not None:
        model.speak(vocabulary(start))
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Dropout):
                setattr(module, name, ByteDropout(child.p))
    return model


def set_dropout(model: nn.Module, rate: float) -> None:
    """Set the rate of every dropout but that of attention weights, which get none."""
    of_weights = (".self.dropout", ".attn.dropout")  # BERT's, MPNet's
    for name, module in model.named_modules():
        if isinstance(module, ByteDropout) and not name.endswith(of_weights):
            module.set(rate)


def span_loss(
    start_logits: Tensor, end_logits: Tensor, starts: Tensor, ends: Tensor, target_mask: Tensor
) -> Tensor:
    """Mean negative log likelihood of giving any of the alternative spans.

    start_logits, end_logits: [rows, longest], -inf at padding. starts, ends,
    target_mask: [rows, alternatives]. With one alternative this is the mean
    of the usual start and end cross entropies.
    """
    log_start = start_logits.float().log_softmax(-1).gather(1, starts)
    log_end = end_logits.float().log_softmax(-1).gather(1, ends)
    joint = (log_start + log_end).masked_fill(~target_mask, float("-inf"))
    return -joint.logsumexp(-1).mean() / 2


def taught_loss(own: Tensor, teachers: Tensor) -> Tensor:
    """Mean cross entropy of the tokens that a teacher trusts, as far as it trusts each.

    own, teachers: start or end logits, [rows, longest], -inf at padding.
    """
    trust = teachers.softmax(-1)
    return -(trust * own.log_softmax(-1).masked_fill(trust == 0, 0.0)).sum(-1).mean()


class Reading(NamedTuple):
    """What a network makes of a batch.

    start_logits, end_logits: [rows, longest], -inf at padding.
    states: of the top layer, [rows, longest, width].
    """

    start_logits: Tensor
    end_logits: Tensor
    states: Tensor


def read(model: nn.Module, batch: dict[str, Tensor], ids: str) -> Reading:
    """Run a model on a collated batch, read as its `ids`."""
    output = model(
        input_ids=batch[ids],
        attention_mask=batch["attention_mask"],
        token_type_ids=batch["token_type_ids"],
        output_hidden_states=True,
    )
    padding = batch["attention_mask"] == 0
    start_logits = output.start_logits.float().masked_fill(padding, float("-inf"))
    end_logits = output.end_logits.float().masked_fill(padding, float("-inf"))
    return Reading(start_logits, end_logits, output.hidden_states[-1])


@torch.no_grad()
def read_by_teachers(
    teachers: Sequence[nn.Module], batch: dict[str, Tensor], with_states: bool = False
) -> Reading:
    """The teachers' mean logits, with no word hidden; and the first one's states, if asked for."""
    readings = [read(teacher, batch, "whole_ids") for teacher in teachers]
    starts = torch.stack([reading.start_logits for reading in readings]).mean(0)
    ends = torch.stack([reading.end_logits for reading in readings]).mean(0)
    # They are kept for a whole round: half the bytes are enough.
    states = even(readings[0].states).bfloat16() if with_states else torch.empty(0)
    return Reading(starts, ends, states)


def even(states: Tensor) -> Tensor:
    """States in 32 bits with a mean of 0 and a variance of 1 over the width."""
    return nn.functional.layer_norm(states.float(), states.shape[-1:])


def state_loss(own: Tensor, teachers: Tensor, attention_mask: Tensor) -> Tensor:
    """Mean squared difference at all tokens but padding; of states, [rows, longest, width]."""
    difference = (own.float() - teachers.float()).square().mean(-1)
    return difference[attention_mask > 0].mean()


def trust_loss(own: Reading, taught: Reading, first: int = 0) -> Tensor:
    """Mean `taught_loss` of starts and ends; `first` 1 leaves out [CLS], where "no answer" is."""
    starts = taught_loss(own.start_logits[:, first:], taught.start_logits[:, first:])
    ends = taught_loss(own.end_logits[:, first:], taught.end_logits[:, first:])
    return (starts + ends) / 2


def batch_loss(
    model: nn.Module,
    batch: dict[str, Tensor],
    taught: Reading | None = None,
    teacher_share: float = 0.0,
    bridge: nn.Module | None = None,
    spans_share: float = 0.0,
) -> Tensor:
    """`span_loss` of a model on a collated batch, and `taught_loss` with a share of it.

    taught: what `read_by_teachers` gave for the batch; None: gold answers alone count.
    bridge: from the model's states to the teacher's; with it `state_loss` is added.
    spans_share: the part of `taught_loss` that compares spans alone, without "no answer".
    """
    own = read(model, batch, "input_ids")
    gold = span_loss(
        own.start_logits, own.end_logits, batch["starts"], batch["ends"], batch["target_mask"]
    )
    if taught is None:
        return gold
    trusted = trust_loss(own, taught)
    if spans_share:
        trusted = (1 - spans_share) * trusted + spans_share * trust_loss(own, taught, 1)
    loss = (1 - teacher_share) * gold + teacher_share * trusted
    if bridge is None:
        return loss
    return loss + state_loss(bridge(own.states), taught.states, batch["attention_mask"])


def freeze(model: PreTrainedModel, word_embeddings: bool, layers: int) -> None:
    """Leave word embeddings, and the lowest `layers` with all embeddings, as they are."""
    if word_embeddings:
        model.get_input_embeddings().weight.requires_grad_(False)
    for name, parameter in model.named_parameters():
        # MPNet's layers share a table of distances: trained, it would need the lowest's gradients.
        shared = "relative_attention_bias" in name
        if layers and (shared or depth(name, layers) < layers):
            parameter.requires_grad_(False)


def depth(name: str, otherwise: int) -> int:
    """The layer that the parameter `name` belongs to; -1: embeddings, `otherwise`: what follows."""
    if ".layer." in name:
        return int(name.split(".layer.")[1].split(".")[0])
    return -1 if "embeddings" in name else otherwise


def head_sum(model: nn.Module) -> float:
    """A number that tells one model's weights from another's: the sum of its output layer's."""
    return float(model.get_parameter("qa_outputs.weight").detach().double().sum())


def parameter_groups(
    model: PreTrainedModel, weight_decay: float, layer_decay: float
) -> list[dict[str, Any]]:
    """Optimiser groups; `scale` is each group's share of the learning rate.

    The output layer and the top layer have scale 1, each layer below
    layer_decay times the one above it.
    """
    layers = int(model.config.num_hidden_layers)
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        decay = 0.0 if parameter.ndim < 2 else weight_decay
        above = layers - 1 - depth(name, layers - 1)
        groups.setdefault((layer_decay**above, decay), []).append(parameter)
    return [
        {"params": params, "weight_decay": decay, "scale": scale}
        for (scale, decay), params in groups.items()
    ]


class Averaged:
    """Exponential moving average of the trained weights."""

    def __init__(self, model: nn.Module) -> None:
        self.updates = 0
        self.shadow = {n: p.detach().clone() for n, p in trained(model)}

    @torch.no_grad()
    def update(self, model: nn.Module, decay: float) -> None:
        self.updates += 1
        # Early on the average must not hang on to the first weights.
        decay = min(decay, (1 + self.updates) / (10 + self.updates))
        current = dict(trained(model))
        names = list(self.shadow)
        torch._foreach_lerp_(
            [self.shadow[n] for n in names], [current[n].detach() for n in names], 1 - decay
        )

    @torch.no_grad()
    def swap(self, model: nn.Module) -> None:
        """Exchange the model's weights with the averaged ones."""
        for name, parameter in trained(model):
            held = parameter.detach().clone()
            parameter.copy_(self.shadow[name])
            self.shadow[name].copy_(held)


def trained(model: nn.Module) -> Iterable[tuple[str, nn.Parameter]]:
    return ((n, p) for n, p in model.named_parameters() if p.requires_grad)

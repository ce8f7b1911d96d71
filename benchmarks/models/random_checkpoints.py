"""Full-size models of random weights from a seed, and the plain torch export of the same weights.

    python -m benchmarks.models.random_checkpoints OUT --vocab VOCAB [--plain] [--windows FILE]

Needs torch and transformers, in an environment of its own, and onnx for --plain. Writes
OUT/mobilebert, OUT/bert and OUT/distilbert, each a transformers checkpoint; with --plain also
OUT/plain.onnx: what torch.onnx gives for MobileBERT with eager attention, the cleanest of its ways;
with --windows also OUT/NAME.logits.json, what transformers gives for each window of that file.
The NoNorms get scales and shifts far from 1 and 0, and layer norms too, else a converter that
forgot them would pass.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import torch
from transformers import (
    BertConfig,
    BertForQuestionAnswering,
    DistilBertConfig,
    DistilBertForQuestionAnswering,
    MobileBertConfig,
    MobileBertForQuestionAnswering,
    PreTrainedModel,
)
from transformers.models.mobilebert.modeling_mobilebert import NoNorm

SEED = 20261122


def models() -> dict[str, PreTrainedModel]:
    """Return the three models, without a word of training."""
    six = {"hidden_size": 384, "num_hidden_layers": 6, "intermediate_size": 1536}
    eager = {"attn_implementation": "eager"}
    made = {
        "mobilebert": MobileBertForQuestionAnswering._from_config(MobileBertConfig(), **eager),
        "bert": BertForQuestionAnswering._from_config(BertConfig(**six), **eager),
        "distilbert": DistilBertForQuestionAnswering._from_config(DistilBertConfig(), **eager),
    }
    for name, model in made.items():
        vary(model.eval(), SEED + len(name))
    return made


@torch.no_grad()
def vary(model: PreTrainedModel, seed: int) -> None:
    """Draw all weights so that every part of the network shows in logits of a few units."""
    generator = torch.Generator().manual_seed(seed)

    def normal(like: torch.Tensor) -> torch.Tensor:
        return torch.randn(like.shape, generator=generator)

    for name, parameter in model.named_parameters():
        norm = "LayerNorm" in name or "layer_norm" in name
        if norm and name.endswith("weight"):
            # Between 0.4 and 1.6, mostly; now and then negative or next to nothing.
            value = 1 + 0.3 * normal(parameter)
            value = torch.where(torch.rand(value.shape, generator=generator) < 0.01, 1e-3, value)
        elif name.endswith("bias"):
            value = 0.1 * normal(parameter)
        elif "embeddings." in name and "transformation" not in name:
            value = normal(parameter) * (0.5 if "word" in name else 0.2)
        elif "qa_outputs" in name:
            value = normal(parameter) * 3 * parameter.shape[1] ** -0.5
        else:
            # What a layer adds is smaller than what it adds to, as in a trained network; else
            # the last bit of a float grows into a different answer.
            share = 0.3 if "output" in name else 1.0
            value = share * normal(parameter) * parameter.shape[1] ** -0.5
        parameter.copy_(value)
    calm(model, generator)


@torch.no_grad()
def calm(model: PreTrainedModel, generator: torch.Generator) -> None:
    """Scale and shift each NoNorm so that words differ by about one unit after it.

    Training sees to that. Of random weights alone, sums that nothing normalises grow a
    thousandfold within a few layers, and what all words have in common outgrows what they have not.
    """

    def rescale(norm: NoNorm, inputs: tuple[torch.Tensor], output: torch.Tensor) -> torch.Tensor:
        words = (inputs[0] * norm.weight).flatten(0, 1)
        size = (words - words.mean(0)).square().mean().sqrt()
        norm.weight.div_(size)
        norm.bias.sub_(words.mean(0) / size)
        return inputs[0] * norm.weight + norm.bias

    hooks = [m.register_forward_hook(rescale) for m in model.modules() if isinstance(m, NoNorm)]
    model(torch.randint(1, model.config.vocab_size, (4, 64), generator=generator))
    for hook in hooks:
        hook.remove()


class Plain(torch.nn.Module):
    """The model as torch.onnx wants it: tensors in, tensors out."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        out = self.model(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        )
        return out.start_logits, out.end_logits


def export_plain(model: PreTrainedModel, target: Path) -> None:
    """Write what torch.onnx makes of it (the TorchScript exporter)."""
    ids = torch.randint(1000, 20000, (1, 16))
    names = ["input_ids", "attention_mask", "token_type_ids"]
    outputs = ["start_logits", "end_logits"]
    torch.onnx.export(
        Plain(model),
        (ids, torch.ones_like(ids), torch.zeros_like(ids)),
        str(target),
        input_names=names,
        output_names=outputs,
        dynamic_axes={name: {0: "batch", 1: "sequence"} for name in [*names, *outputs]},
        opset_version=17,
        dynamo=False,
    )


@torch.no_grad()
def write_logits(model: PreTrainedModel, windows: Path, target: Path) -> None:
    """Write start and end logits of each window, run alone."""
    found = []
    for window in json.loads(windows.read_text()):
        inputs = {name: torch.tensor([ids]) for name, ids in window.items()}
        if model.config.model_type == "distilbert":
            del inputs["token_type_ids"]
        out = model(**inputs, attention_mask=torch.ones_like(inputs["input_ids"]))
        found.append([out.start_logits[0].tolist(), out.end_logits[0].tolist()])
    target.write_text(json.dumps(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--vocab", type=Path, required=True, help="a vocab.txt of 30,522 tokens")
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--windows", type=Path, help="written by benchmarks.models.windows")
    options = parser.parse_args()
    torch.set_num_threads(1)  # several wait for each other on a busy machine
    for name, model in models().items():
        model.save_pretrained(options.out / name)
        shutil.copy(options.vocab, options.out / name / "vocab.txt")
        print(f"{name}: {sum(p.numel() for p in model.parameters()):,} parameters")
        if options.windows:
            write_logits(model, options.windows, options.out / f"{name}.logits.json")
        if options.plain and name == "mobilebert":
            export_plain(model, options.out / "plain.onnx")


if __name__ == "__main__":
    main()

"""Writes the exporter's oracle: tiny random models and the logits that transformers gives for them.

Needs torch and transformers, which the project itself does not: run it in an environment of its
own, `pip install torch transformers && python tests/parity/make_model_fixture.py [NAME …]`. The
committed fixtures were made with torch 2.13.0 and transformers 5.23.0. Weights are drawn large, so
that every part of the network (masks, segments, positions, activation) shows in the logits.

tiny_bert             BERT
tiny_mobilebert       MobileBERT with some scales of its NoNorms zero, tiny, huge or negative
tiny_mobilebert_alt   its other bottleneck (use_bottleneck_attention), no trigrams; in two shards
tiny_distilbert       DistilBERT, weights in bfloat16
tiny_electra          ELECTRA with embeddings narrower than its layers, weights in float16
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from transformers import (
    BertConfig,
    BertForQuestionAnswering,
    DistilBertConfig,
    DistilBertForQuestionAnswering,
    ElectraConfig,
    ElectraForQuestionAnswering,
    MobileBertConfig,
    MobileBertForQuestionAnswering,
    PreTrainedModel,
)
from transformers.models.mobilebert.modeling_mobilebert import NoNorm

FOLDER = Path(__file__).parent
SEED = 20260101
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "who", "cat", "##s"]
WORDS += ["dog", "sat", "saw", "mat", "?", ".", "a"]
LENGTHS, WIDTH = (24, 7, 13), 24  # tokens, and to how many they are padded
SIZES = {
    "vocab_size": len(WORDS),
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 32,
    "max_position_embeddings": WIDTH,
}


def bert() -> PreTrainedModel:
    return noisy(BertForQuestionAnswering(BertConfig(**SIZES)))


def mobilebert() -> PreTrainedModel:
    sizes = {**SIZES, "num_hidden_layers": 3, "num_feedforward_networks": 3}
    config = MobileBertConfig(**sizes, embedding_size=8, intra_bottleneck_size=12)
    model = noisy(MobileBertForQuestionAnswering(config), 0.2)
    norms = [module for module in model.modules() if isinstance(module, NoNorm)]
    with torch.no_grad():
        # As transformers begins; else the word before the padding reads it as its neighbour.
        model.mobilebert.embeddings.word_embeddings.weight[config.pad_token_id] = 0
        for number, norm in enumerate(norms):
            norm.weight[number % 12] = (0.0, 1e-9, 3e-5, -0.7, 40.0)[number % 5]
    return model


def mobilebert_alt() -> PreTrainedModel:
    config = MobileBertConfig(
        **SIZES, embedding_size=16, intra_bottleneck_size=8, use_bottleneck_attention=True,
        trigram_input=False, key_query_shared_bottleneck=False, num_feedforward_networks=1,
    )  # fmt: skip
    return noisy(MobileBertForQuestionAnswering(config))


def distilbert() -> PreTrainedModel:
    config = DistilBertConfig(
        vocab_size=len(WORDS), dim=16, n_layers=2, n_heads=4, hidden_dim=32,
        max_position_embeddings=WIDTH,
    )  # fmt: skip
    return rounded(noisy(DistilBertForQuestionAnswering(config)), torch.bfloat16)


def electra() -> PreTrainedModel:
    config = ElectraConfig(**SIZES, embedding_size=8)
    return rounded(noisy(ElectraForQuestionAnswering(config), 0.6), torch.float16)


MODELS: dict[str, Callable[[], PreTrainedModel]] = {
    "tiny_bert": bert,
    "tiny_mobilebert": mobilebert,
    "tiny_mobilebert_alt": mobilebert_alt,
    "tiny_distilbert": distilbert,
    "tiny_electra": electra,
}


@torch.no_grad()
def noisy(model: PreTrainedModel, much: float = 0.3) -> PreTrainedModel:
    for parameter in model.parameters():
        parameter.add_(torch.randn_like(parameter) * much)
    return model.eval()


def rounded(model: PreTrainedModel, kind: torch.dtype) -> PreTrainedModel:
    """Round the weights to what the file will hold; products stay float32."""
    return model.to(kind).float()


@torch.no_grad()
def write(name: str, model: PreTrainedModel, stored: torch.dtype) -> None:
    count = len(LENGTHS)
    ids = torch.randint(5, len(WORDS), (count, WIDTH))
    mask = torch.tensor([[int(i < n) for i in range(WIDTH)] for n in LENGTHS])
    types = torch.tensor([[int(4 <= i < n) for i in range(WIDTH)] for n in LENGTHS])
    ids = ids * mask
    inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
    if name == "tiny_distilbert":
        del inputs["token_type_ids"]
    out = model(**inputs)
    target = FOLDER / name
    shards = {"max_shard_size": "8KB"} if name == "tiny_mobilebert_alt" else {}
    model.to(stored).save_pretrained(target, **shards)
    (target / "vocab.txt").write_text("".join(f"{word}\n" for word in WORDS), encoding="utf-8")
    logits = {
        **{key: value.tolist() for key, value in inputs.items()},
        "start_logits": out.start_logits.tolist(),
        "end_logits": out.end_logits.tolist(),
    }
    (target / "logits.json").write_text(json.dumps(logits) + "\n", encoding="utf-8")


def main() -> None:
    stored = {"tiny_distilbert": torch.bfloat16, "tiny_electra": torch.float16}
    for name in sys.argv[1:] or MODELS:
        torch.manual_seed(SEED)
        write(name, MODELS[name](), stored.get(name, torch.float32))


main()

"""Writes the exporter's oracle: a tiny random BERT and the logits that transformers gives for it.

Needs torch and transformers, which the project itself does not: run it in an environment of its
own, `pip install torch transformers && python tests/parity/make_model_fixture.py`. The committed
fixture was made with torch 2.13.0 and transformers 5.23.0. Weights are drawn large, so that every
part of the network (masks, segments, positions, activation) shows in the logits.
"""

import json
from pathlib import Path

import torch
from transformers import BertConfig, BertForQuestionAnswering

TARGET = Path(__file__).parent / "tiny_bert"
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "who", "cat", "##s"]
WORDS += ["dog", "sat", "saw", "mat", "?", ".", "a"]


def main() -> None:
    torch.manual_seed(20260101)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=32,
        max_position_embeddings=24,
        architectures=["BertForQuestionAnswering"],
    )
    model = BertForQuestionAnswering(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.3)
    lengths = [(24, 24), (7, 24), (13, 24)]  # tokens, of which padded to
    ids = torch.randint(5, len(WORDS), (len(lengths), 24))
    mask = torch.tensor([[int(i < n) for i in range(width)] for n, width in lengths])
    types = torch.tensor([[int(4 <= i < n) for i in range(width)] for n, width in lengths])
    ids = ids * mask
    with torch.no_grad():
        out = model(input_ids=ids, attention_mask=mask, token_type_ids=types)

    TARGET.mkdir(exist_ok=True)
    model.save_pretrained(TARGET)
    (TARGET / "vocab.txt").write_text("".join(f"{word}\n" for word in WORDS), encoding="utf-8")
    logits = {
        "input_ids": ids.tolist(),
        "attention_mask": mask.tolist(),
        "token_type_ids": types.tolist(),
        "start_logits": out.start_logits.tolist(),
        "end_logits": out.end_logits.tolist(),
    }
    (TARGET / "logits.json").write_text(json.dumps(logits) + "\n", encoding="utf-8")


main()

"""BERT; and ELECTRA, the same encoder under another name (Clark et al. 2020, arXiv:2003.10555)."""

from __future__ import annotations

from dataclasses import replace

from .encoder import Layout

BERT = Layout(
    base="bert",
    layer="encoder.layer.{}",
    parts={
        "query": "attention.self.query",
        "key": "attention.self.key",
        "value": "attention.self.value",
        "attended": "attention.output.dense",
        "attended_norm": "attention.output.LayerNorm",
        "wide": "intermediate.dense",
        "narrow": "output.dense",
        "narrow_norm": "output.LayerNorm",
    },
    settings={
        "heads": "num_attention_heads",
        "layers": "num_hidden_layers",
        "activation": "hidden_act",
    },
)
ELECTRA = replace(BERT, base="electra")

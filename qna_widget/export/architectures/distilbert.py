"""DistilBERT: BERT's encoder, no segments (Sanh et al. 2019, arXiv:1910.01108)."""

from __future__ import annotations

from .encoder import Layout

DISTILBERT = Layout(
    base="distilbert",
    layer="transformer.layer.{}",
    parts={
        "query": "attention.q_lin",
        "key": "attention.k_lin",
        "value": "attention.v_lin",
        "attended": "attention.out_lin",
        "attended_norm": "sa_layer_norm",
        "wide": "ffn.lin1",
        "narrow": "ffn.lin2",
        "narrow_norm": "output_layer_norm",
    },
    settings={"heads": "n_heads", "layers": "n_layers", "activation": "activation"},
    segments=False,
)

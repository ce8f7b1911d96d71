"""Attention as two matrix products: in bfloat16 on a CPU, PyTorch's fused one takes thrice as long.

It has no dropout of attention weights. Imported for what it registers with transformers.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import eager_mask

PLAIN = "plain"


def plain_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float,
    **_: Any,
) -> tuple[Tensor, None]:
    """Mix the values by softmax(query key'); all but the mask: [rows, heads, length, width].

    attention_mask: added to the products, or None; [rows, 1, 1 or length, length].
    Returns [rows, length, heads, width], and no weights.
    """
    # Autocast would have the softmax in 32 bits, which is most of the cost.
    with torch.autocast(query.device.type, enabled=False):
        products = torch.matmul(query * scaling, key.transpose(2, 3))
        if attention_mask is not None:
            products = products.add_(attention_mask.to(products.dtype))
        mixed = torch.matmul(products.softmax(-1), value)
    return mixed.transpose(1, 2), None


AttentionInterface.register(PLAIN, plain_attention)
AttentionMaskInterface.register(PLAIN, eager_mask)

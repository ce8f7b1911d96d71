"""Attention as it is fastest on a CPU, and whether bfloat16 is.

In bfloat16 PyTorch's fused attention takes thrice as long as two matrix products; in 32 bits it
is the faster one. It has no dropout of attention weights. Imported for what it registers with
transformers, too.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import eager_mask

PLAIN = "plain"


def fast_in_bf16(device: torch.device) -> bool:
    """Whether products in bfloat16 are faster on `device` than in 32 bits.

    Processors without AVX-512 or SVE imitate them, and take twenty times as long.
    """
    if device.type != "cpu":
        return True
    return torch.backends.cpu.get_cpu_capability().startswith(("AVX512", "SVE"))


def bfloat16(device: torch.device, wanted: bool) -> torch.autocast:
    """A context whose products are in bfloat16 where that is wanted, and is faster."""
    fast = wanted and fast_in_bf16(device)
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=fast)


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
    if query.dtype == torch.float32:
        mixed = scaled_dot_product_attention(query, key, value, attention_mask, scale=scaling)
        return mixed.transpose(1, 2), None
    # Autocast would have the softmax in 32 bits, which is most of the cost.
    with torch.autocast(query.device.type, enabled=False):
        products = torch.matmul(query * scaling, key.transpose(2, 3))
        if attention_mask is not None:
            products = products.add_(attention_mask.to(products.dtype))
        mixed = torch.matmul(products.softmax(-1), value)
    return mixed.transpose(1, 2), None


AttentionInterface.register(PLAIN, plain_attention)
AttentionMaskInterface.register(PLAIN, eager_mask)

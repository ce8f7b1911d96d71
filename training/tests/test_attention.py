"""Attention is the same in 32 bits and in bfloat16, and where bfloat16 is used."""

from __future__ import annotations

import pytest
import torch

from training.attention import bfloat16, fast_in_bf16, plain_attention


def test_both_ways_mix_the_same_values() -> None:
    torch.manual_seed(3)
    query, key, value = torch.randn(3, 2, 4, 9, 8)
    mask = torch.zeros(2, 1, 1, 9)
    mask[1, ..., 6:] = torch.finfo(torch.float32).min
    wanted = ((query @ key.mT * 0.3 + mask).softmax(-1) @ value).transpose(1, 2)
    module = torch.nn.Identity()
    whole, _ = plain_attention(module, query, key, value, mask, 0.3)
    torch.testing.assert_close(whole, wanted)
    rounded = (one.bfloat16() for one in (query, key, value))
    half, _ = plain_attention(module, *rounded, mask, 0.3)
    assert half.dtype == torch.bfloat16
    torch.testing.assert_close(half.float(), wanted, atol=0.03, rtol=0.03)


@pytest.mark.parametrize(
    ("capability", "fast"),
    [("AVX512", True), ("SVE256", True), ("AVX2", False), ("DEFAULT", False)],
)
def test_bfloat16_is_for_processors_that_have_it(
    monkeypatch: pytest.MonkeyPatch, capability: str, fast: bool
) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    assert fast_in_bf16(torch.device("cpu")) is fast
    left, right = torch.ones(2, 3, 3)
    for wanted in (True, False):
        with bfloat16(torch.device("cpu"), wanted):
            assert ((left @ right).dtype == torch.bfloat16) is (wanted and fast)
    assert fast_in_bf16(torch.device("cuda"))

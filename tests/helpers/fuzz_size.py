"""How many cases a fuzz test asks.

A fixed share runs with the other tests. With CASES=n in the environment, as `make fuzz` sets it, n
new ones of each; SEED=s asks the same again.
"""

from __future__ import annotations

import os
import random

CASES = int(os.environ.get("CASES", "0"))
SEED = int(os.environ.get("SEED", "0")) or (random.randrange(1, 10**6) if CASES else 1)


def batches(share: float = 1, size: int = 5000) -> list[tuple[int, int]]:
    """Return seeds and numbers of cases for what is generated from a seed; none without CASES."""
    whole = round(CASES * share)
    return [
        (1000 * SEED + n, min(size, whole - n * size)) for n in range((whole + size - 1) // size)
    ]

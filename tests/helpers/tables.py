"""Rows to ask about."""

from __future__ import annotations

import pandas as pd


def words(rows: int) -> pd.DataFrame:
    """Rows that the tiny model's sixteen words can tell apart."""
    passages = ["the cat sat", "a dog saw the cats", "the mat", "who saw a dog on the mat ."]
    return pd.DataFrame(
        {
            "n": range(rows),
            "question": "who sat ?",
            "passage": [passages[n % 4] for n in range(rows)],
        }
    )

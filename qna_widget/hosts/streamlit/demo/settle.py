"""Keeps Streamlit's collection of garbage, after each run, from taking longer than the run."""

from __future__ import annotations

import gc
from functools import cache


@cache
def once() -> None:
    """Leave what the first run has loaded out of all later collections.

    Most of it is modules, which stay. Looking through them took 35 ms of processor after each run.
    """
    gc.collect()
    gc.freeze()

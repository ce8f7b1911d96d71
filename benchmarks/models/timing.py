"""Interleaved repeats: every variant in every round, in a new order each time; medians."""

from __future__ import annotations

import random
from collections.abc import Sequence
from statistics import median
from typing import Any

from .browser import Chromium, Cost, Variant

Figures = dict[str, dict[str, Any]]


def creation(browser: Chromium, variants: Sequence[Variant], repeats: int) -> Figures:
    """Create each session `repeats` times, each on a new page; milliseconds and megabytes."""
    found: dict[str, list[tuple[Cost, dict[str, float]]]] = {v.name: [] for v in variants}
    for _ in range(repeats):
        for variant in random.sample(variants, len(variants)):
            bench = browser.open(variant)
            cost = bench.create()
            memory = bench.memory_mb()
            found[variant.name].append((cost, {k: v - bench.before_mb for k, v in memory.items()}))
            bench.close()
    return {
        name: {
            **_medians([cost for cost, _ in costs]),
            "memory_mb": median(memory["rss"] for _, memory in costs),
            "peak_mb": median(memory["peak"] for _, memory in costs),
        }
        for name, costs in found.items()
    }


def forward(
    browser: Chromium, variants: Sequence[Variant], lengths: Sequence[int], repeats: int
) -> Figures:
    """Run windows of each length, all models loaded side by side; milliseconds and megabytes."""
    benches = {variant.name: browser.open(variant) for variant in variants}
    found: dict[str, dict[int, list[Cost]]] = {n: {x: [] for x in lengths} for n in benches}
    for bench in benches.values():
        bench.create()
        for length in lengths:
            bench.run(length)
    for _ in range(repeats):
        for name in random.sample(list(benches), len(benches)):
            for length in lengths:
                found[name][length].append(benches[name].run(length))
    report: Figures = {}
    for name, bench in benches.items():
        report[name] = {str(length): _medians(costs) for length, costs in found[name].items()}
        report[name]["memory_mb"] = bench.memory_mb()["rss"] - bench.before_mb
        bench.close()
    return report


def _medians(costs: Sequence[Cost]) -> dict[str, float]:
    return {
        "wall_ms": round(median(cost.wall_ms for cost in costs), 1),
        "cpu_ms": round(median(cost.cpu_ms for cost in costs), 1),
    }

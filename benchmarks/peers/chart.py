"""The chart of a run: how many times as long as ours each contender takes."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

from .contenders import NATIVE, OURS, reads_all
from .ratios import Figure, by_round, ratio
from .samples import Run

COLOURS = ("#4c78a8", "#f58518", "#e45756", "#72b7b2", "#54a24b", "#b279a2")


def draw(run: Run, file: Path) -> None:
    """Write bars with their spread, on a scale of ratios, as SVG; the same run, the same bytes."""
    mpl.rcParams["svg.hashsalt"] = "qna-widget"
    mpl.rcParams["svg.fonttype"] = "none"
    others = [name for name in run.titles if name not in (OURS, NATIVE)]
    figure, axes = plt.subplots(figsize=(9, 1.2 + 0.75 * len(run.cases)))
    height = 0.8 / max(1, len(others))
    for place, name in enumerate(others):
        bars = _bars(run, name)
        rows = [row - 0.4 + (place + 0.5) * height for row in bars]
        found = list(bars.values())
        spread = [
            [max(0, f.value - f.low) for f in found],
            [max(0, f.high - f.value) for f in found],
        ]
        lengths = [f.value - 1 for f in found]
        colour = COLOURS[place % len(COLOURS)]
        axes.barh(rows, lengths, height, 1, color=colour, xerr=spread, label=run.titles[name])
        for row, each in zip(rows, found, strict=True):
            axes.annotate(f" {each.value:.3g}×", (max(1, each.high), row), va="center", size=7)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}×")
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_yticks(range(len(run.cases)), list(run.cases.values()))
    axes.invert_yaxis()
    axes.set_xlabel("times as long as qna-widget with MobileBERT (text to answers, one thread)")
    if others and axes.patches:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=2, frameon=False)
    figure.savefig(file, metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)


def _bars(run: Run, name: str) -> dict[int, Figure]:
    """Return somebody's ratios by row, of what it read to the end."""
    found = {}
    for row, case in enumerate(run.cases):
        own = by_round(run.samples, "hot", case, OURS)
        each = ratio(by_round(run.samples, "hot", case, name), own)
        if each is not None and reads_all(name, run.tokens.get(case, 0)):
            found[row] = each
    return found

"""The chart of a run: how many times as long as ours each contender takes."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

from .contenders import NATIVE, OURS
from .ratios import by_round, ratio
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
        for row, case in enumerate(run.cases):
            own = by_round(run.samples, "hot", case, OURS)
            found = ratio(by_round(run.samples, "hot", case, name), own)
            if found is None:
                continue
            at = row - 0.4 + (place + 0.5) * height
            spread = [[found.value - found.low], [found.high - found.value]]
            axes.barh(
                at,
                found.value - 1,
                height,
                left=1,
                color=COLOURS[place % len(COLOURS)],
                xerr=[[max(0, side[0])] for side in spread],
                label=run.titles[name] if row == _first_row(run, name) else None,
            )
            axes.annotate(f" {found.value:.3g}×", (max(1, found.value), at), va="center", size=7)
    axes.set_xscale("log")
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_yticks(range(len(run.cases)), list(run.cases.values()))
    axes.invert_yaxis()
    axes.set_xlabel("times as long as qna-widget with MobileBERT (text to answers, one thread)")
    if others and axes.patches:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=2, frameon=False)
    figure.savefig(file, metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)


def _first_row(run: Run, name: str) -> int:
    """Return the first row in which somebody has a bar: the legend names it once."""
    rows = [
        row
        for row, case in enumerate(run.cases)
        if ratio(by_round(run.samples, "hot", case, name), by_round(run.samples, "hot", case, OURS))
    ]
    return min(rows, default=-1)

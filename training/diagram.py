"""The reliability diagram: of answers shown at 80 %, how many are right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from training.measure import Bin, calibration_error


def draw(sets: Mapping[str, Sequence[Bin]], out: Path) -> None:
    """Draw one line per set into an SVG file; the same figures give the same bytes."""
    import matplotlib as mpl

    mpl.use("svg")
    # Ids in the file are otherwise drawn at random; text stays text.
    mpl.rcParams.update({"svg.hashsalt": "reliability", "svg.fonttype": "none", "font.size": 9})
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 3.4 * 1.35), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for number, (name, bins) in enumerate(sets.items()):
        label = f"{name} (error {calibration_error(bins):.1f} points)"
        style = {"color": f"C{number}", "marker": "os^D"[number % 4], "markersize": 4}
        upper.plot([b.probability for b in bins], [b.right for b in bins], label=label, **style)
        total = sum(one.weight for one in bins)
        lower.plot([b.probability for b in bins], [b.weight / total for b in bins], **style)
    upper.set(ylabel="share that is right", xlim=(0, 1), ylim=(0, 1))
    upper.legend(loc="upper left", frameon=False)
    lower.set(xlabel="probability shown", ylabel="share of answers", ylim=(0, None))
    figure.savefig(out, metadata={"Date": None, "Creator": None})

"""Make probabilities true, and choose when to say "no answer": the last step of the recipe.

    python -m training.calibrate CHECKPOINT --out OUT --squad validation.json --everyday FOLDER

Two numbers see to it that of answers shown at 80 % about 80 % are right. A temperature divides all
logits; it goes into the last product (qa_outputs) and costs nothing. And an answer is often right
in several cuts, which share its probability among them: cut_share says how much of the other cuts'
counts for each. It is written into config.json beside the default no-answer threshold; from there
the export takes both to model.json. All three are fitted to sets in which one question in four is
made to count as unanswerable; each set counts the same.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from qna_widget.evaluation.squad import Example, read_examples
from training.command import command
from training.data import DataError, spread
from training.evaluate import best_span_and_cuts, read_all
from training.measure import (
    Scored,
    calibration_error,
    compare,
    default_threshold,
    log_loss,
    reliability,
)
from training.modelling import build_model, tokenizer_of
from training.suite import everyday

TEMPERATURES = [round(float(t), 2) for t in np.arange(0.6, 2.51, 0.1)]
CUT_SHARES = [round(float(c), 2) for c in np.arange(0, 0.81, 0.05)]

Both = tuple[Scored, Scored]
"""With the probability of the cut alone, and with that of all cuts."""


def scores_by_temperature(
    checkpoint: Path, examples: Sequence[Example], temperatures: Sequence[float]
) -> list[Both]:
    """Run the model once; score its best spans at each temperature."""
    # In bfloat16 a logit moves by a hundredth: too little for what is fitted here.
    read = read_all(build_model(checkpoint, 0.0), tokenizer_of(checkpoint), examples, bf16=True)

    def scored(temperature: float) -> Both:
        alone, whole = zip(*(best_span_and_cuts(*one, temperature) for one in read), strict=True)
        return compare(examples, alone), compare(examples, whole)

    return [scored(temperature) for temperature in temperatures]


def with_cuts(both: Both, cut_share: float) -> Scored:
    """Return the scores with the probabilities that decoding gives at a cut_share."""
    alone, whole = both
    probability = alone.probability + cut_share * (whole.probability - alone.probability)
    return replace(alone, probability=probability)


def fitted(sets: Sequence[Sequence[Both]], threshold: float) -> tuple[float, float]:
    """Return the temperature and the cut_share of the lowest log loss of answers shown.

    sets: by set and temperature, as TEMPERATURES has them. threshold: of undivided logits.
    """

    def losses(cut_share: float) -> list[float]:
        return [
            sum(log_loss(with_cuts(rows[n], cut_share), threshold / t) for rows in sets)
            for n, t in enumerate(TEMPERATURES)
        ]

    cut_share = min(CUT_SHARES, key=lambda share: min(losses(share)))
    return round(best_temperature(losses(cut_share), TEMPERATURES), 3), cut_share


def best_temperature(losses: Sequence[float], temperatures: Sequence[float]) -> float:
    """The lowest point of the parabola through the best grid point and its neighbours."""
    at = int(np.argmin(losses))
    if at in (0, len(losses) - 1):
        return temperatures[at]
    left, middle, right = losses[at - 1 : at + 2]
    step = temperatures[at + 1] - temperatures[at]
    return temperatures[at] + step * 0.5 * (left - right) / (left - 2 * middle + right)


def calibrated(
    checkpoint: Path, out: Path, temperature: float, threshold: float, cut_share: float
) -> None:
    """Copy the checkpoint with its logits divided by `temperature`, and name the other two."""
    if out.exists():
        raise DataError(f"{out} exists already; give another --out")
    shutil.copytree(checkpoint, out)
    weights = load_file(checkpoint / "model.safetensors")
    for name in ("qa_outputs.weight", "qa_outputs.bias"):
        weights[name] = weights[name] / temperature
    save_file(weights, out / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((out / "config.json").read_text(encoding="utf-8"))
    config |= {"no_answer_threshold": threshold, "cut_share": cut_share}
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m training.calibrate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("checkpoint", type=Path)
    add("--out", type=Path, required=True, help="folder for the calibrated checkpoint")
    add("--squad", type=Path, action="append", default=[], help="SQuAD file; may be given again")
    add("--everyday", type=Path, action="append", default=[], help="folder of everyday texts")
    add("--limit", type=int, help="use only this many questions of each set, spread evenly")
    add("--threads", type=int, help="processor threads (default: PyTorch's)")
    return parser.parse_args(arguments)


def run(args: argparse.Namespace) -> None:
    if args.threads:
        torch.set_num_threads(args.threads)
    sets = {path: read_examples(path) for path in args.squad}
    sets |= {path: everyday(path) for path in args.everyday}
    sets = {path: spread(examples, args.limit) for path, examples in sets.items()}
    if not sets:
        raise DataError("Nothing to calibrate with: give --squad FILE or --everyday FOLDER.")
    grid = [
        scores_by_temperature(args.checkpoint, examples, TEMPERATURES) for examples in sets.values()
    ]
    raw = default_threshold([rows[TEMPERATURES.index(1.0)][0] for rows in grid])
    temperature, cut_share = fitted(grid, raw)
    # Margins are divided, too, so the threshold belongs to the temperature.
    threshold = round(raw / temperature, 2)
    nearest = int(np.argmin([abs(t - temperature) for t in TEMPERATURES]))
    at = TEMPERATURES[nearest]
    for path, rows in zip(sets, grid, strict=True):
        error = calibration_error(reliability(with_cuts(rows[nearest], cut_share), raw / at))
        print(f"{path}: calibration error {error:.1f} points at {at}")
    calibrated(args.checkpoint, args.out, temperature, threshold, cut_share)
    print(
        f"temperature {temperature}, cut_share {cut_share}, no-answer threshold {threshold}, "
        f"written to {args.out}"
    )


@command
def main() -> None:
    run(parse())


if __name__ == "__main__":
    sys.exit(main())

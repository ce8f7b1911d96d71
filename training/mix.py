"""Mix two checkpoints of one training: `python -m training.mix A B --share 0.4 --out C`.

Weights are averaged one by one. Between two stages of the same run this keeps most of what
either knows and forgets less than the later stage did.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

from safetensors.torch import load_file, save_file

from training.command import command

WEIGHTS = "model.safetensors"


def mix(first: Path, second: Path, share: float, out: Path) -> None:
    """Write to `out` the checkpoint `first` with `share` of the weights of `second` in it."""
    if not 0 <= share <= 1:
        raise ValueError(f"--share {share}: give a number from 0 to 1")
    for folder in (first, second):
        if not (folder / WEIGHTS).is_file():
            raise ValueError(f"{folder}: no {WEIGHTS} in it; give a checkpoint folder")
    if out.exists():
        raise ValueError(f"{out} exists already; give another --out")
    a, b = load_file(first / WEIGHTS), load_file(second / WEIGHTS)
    if {n: w.shape for n, w in a.items()} != {n: w.shape for n, w in b.items()}:
        raise ValueError(f"{first} and {second} differ in shape; mix checkpoints of one training")
    shutil.copytree(first, out)
    mixed = {name: (1 - share) * a[name] + share * b[name] for name in a}
    save_file(mixed, out / WEIGHTS, metadata={"format": "pt"})
    record = {"first": str(first), "second": str(second), "share": share}
    (out / "metrics.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


@command
def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.mix", description=__doc__)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("--share", type=float, default=0.5, help="of the second (%(default)s)")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    mix(args.first, args.second, args.share, args.out)


if __name__ == "__main__":
    sys.exit(main())

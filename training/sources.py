"""The sources of a recipe; `python -m training.sources` counts, and says how well words tell."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from training.asked import read_asked
from training.command import command
from training.config import SourceConfig, load_config
from training.data import DataError, Example, fingerprint, held_out, read_squad
from training.everyday import read_everyday
from training.sampling import Source
from training.telltale import told_apart, without_telltale


def read_set(path: Path) -> list[Example]:
    """Read a SQuAD file, or a folder of everyday texts."""
    return read_everyday(path) if path.is_dir() else read_squad(path)


def read_sources(
    sources: Sequence[SourceConfig], data: Path, validation: Sequence[Path] = ()
) -> dict[str, Source]:
    """Read the recipe's sources below `data`, without what is held out or in `validation`."""
    examples: dict[str, list[Example]] = {}
    for source in sources:
        path = data / source.path
        if source.about:
            others = (example for name in source.about for example in examples[name])
            examples[source.name] = read_asked(path, others)
        else:
            examples[source.name] = read_set(path)
    chosen_by = (example for path in validation for example in read_set(path))
    holding = [source.name for source in sources if source.held_out]
    left = without_held_out(examples, holding, chosen_by)
    return {
        source.name: Source(
            without_telltale(left[source.name], source.telltale_share), source.neighbours
        )
        for source in sources
    }


def without_held_out(
    examples: Mapping[str, Sequence[Example]],
    holding: Sequence[str],
    chosen_by: Iterable[Example] = (),
) -> dict[str, list[Example]]:
    """Leave out the passages that the sources `holding` hold out, and those of `chosen_by`."""
    kept_back = {
        fingerprint(example.passage)
        for name in holding
        for example in examples[name]
        if held_out(example.passage)
    } | {fingerprint(example.passage) for example in chosen_by}
    left = {
        name: [example for example in rows if fingerprint(example.passage) not in kept_back]
        for name, rows in examples.items()
    }
    empty = [name for name, rows in left.items() if not rows]
    if empty:
        raise DataError(f"Nothing is left of {empty}: every passage is held out.")
    return left


@command
def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.sources", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the recipe's sources")
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("recipe.toml"))
    args = parser.parse_args()
    config = load_config(args.config)
    kept_back = [args.data / name for name in config.validation]
    for name, source in read_sources(config.sources, args.data, kept_back).items():
        rows = source.examples
        without = sum(not row.golds for row in rows)
        told = f", words alone tell {told_apart(rows):.2f}" if 0 < without < len(rows) else ""
        print(f"{name}: {len(rows):,} questions, {without:,} without an answer{told}")


if __name__ == "__main__":
    sys.exit(main())

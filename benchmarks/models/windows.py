"""Real questions as windows of token ids: what every comparison here is fed with.

    python -m benchmarks.models.windows FOLDER SQUAD_FILE OUT.json [--questions 100]

FOLDER holds vocab.txt. Questions are spread evenly over the file; each gives its first window.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.transformers.peers import spread
from qna_widget.core.pipeline import Prepared, prepare
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import FeatureOptions
from qna_widget.export.vocabulary import read_vocabulary


def real_questions(folder: Path, squad: Path, count: int) -> list[Prepared]:
    """Return `count` questions of the whole file with their windows, in the folder's vocabulary."""
    known = read_vocabulary(folder)
    tokenizer = Tokenizer(known.tokens, known.options)
    return [
        prepare(e.question, e.passage, tokenizer, FeatureOptions()) for e in spread(squad, count)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("squad", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--questions", type=int, default=100)
    options = parser.parse_args()
    windows = [
        {
            "input_ids": prepared.features[0].input_ids.tolist(),
            "token_type_ids": prepared.features[0].token_type_ids.tolist(),
        }
        for prepared in real_questions(options.folder, options.squad, options.questions)
    ]
    options.out.write_text(json.dumps(windows), encoding="utf-8")
    lengths = sorted(len(window["input_ids"]) for window in windows)
    print(f"{len(windows)} windows of {lengths[0]} to {lengths[-1]} tokens")


if __name__ == "__main__":
    main()

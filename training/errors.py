"""Where answers to everyday questions are right and wrong, by kind of text and of question.

    python -m training.suite … --only everyday --answers new.jsonl
    python -m training.errors --everyday data/everyday/validation old.jsonl new.jsonl

Prints a Markdown table, a pair of columns for each file: F1 where an answer exists ("no answer"
switched off), and how many of the unanswerable questions are refused.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from qna_widget.evaluation.squad import Example
from training.command import command
from training.data import DataError, read_text
from training.everyday import read_texts
from training.measure import Scored, Told, compare, figures
from training.questions import ASKING
from training.suite import everyday

MEASURED = frozenset({"many", "much", "long", "old", "far", "often", "big", "large", "high"})
SAME = {"whom": "who", "whose": "who", "what": "what, which", "which": "what, which"}
VERBS = frozenset({"is", "are", "was", "were", "do", "does", "did", "can", "may", "must", "has"})


def kinds_of_texts(folder: Path) -> dict[str, str]:
    """Each passage's kind: that of its file, "office" of office-a.txt."""
    return {
        text.passage: file.stem.rpartition("-")[0] or file.stem
        for file in sorted(folder.glob("*.txt"))
        for text in read_texts([file])
    }


def kind_of_question(example: Example) -> str:
    """By its asking word; what has none is in keywords."""
    words = re.findall(r"[a-z]+", example.question.lower())
    for word, after in zip(words, [*words, ""][1:], strict=True):
        if word == "how":
            return "how many, how long" if after in MEASURED else "how"
        if word in ASKING:
            return SAME.get(word, word)
    return "yes or no in form" if words and words[0] in VERBS else "keywords"


def read_told(file: Path) -> dict[str, Told]:
    """Read what `training.suite --answers` wrote, by the question's id."""
    told = {}
    # Not splitlines: an answer may hold U+2028 and its like as they are.
    for line in filter(None, read_text(file).split("\n")):
        record = json.loads(line)
        told[record["id"]] = Told(record["text"], record["margin"], record["probability"])
    return told


def groups(
    examples: Sequence[Example], told: Mapping[str, Told], kind: Callable[[Example], str]
) -> dict[str, Scored]:
    """Score the questions of each kind."""
    members: dict[str, list[Example]] = {}
    for example in examples:
        members.setdefault(kind(example), []).append(example)
    return {
        name: compare(rows, [told[example.id] for example in rows])
        for name, rows in sorted(members.items())
    }


def table(files: Mapping[str, Sequence[dict[str, Scored]]], thresholds: Sequence[float]) -> str:
    """One row per kind; files: for each heading the scores of each file."""
    lines = []
    for heading, scores in files.items():
        columns = " | ".join("F1 | refused" for _ in scores)
        lines += [f"| {heading} | questions | {columns} |", "|---" * (2 + 2 * len(scores)) + "|"]
        for name in scores[0]:
            cells = []
            for scored, threshold in zip(scores, thresholds, strict=True):
                row = figures(scored[name], threshold)
                cells.append(f"{row['f1_answerable']:.1f} | {row['refused']:.0f}%")
            lines.append(f"| {name} | {len(scores[0][name])} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines).replace("nan", "–")


@command
def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.errors",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("answers", nargs="+", type=Path)
    parser.add_argument("--everyday", type=Path, required=True, help="folder of everyday texts")
    parser.add_argument(
        "--threshold", type=float, action="append", help="of each file in turn (default: 0)"
    )
    args = parser.parse_args()
    thresholds = args.threshold or [0.0] * len(args.answers)
    if len(thresholds) != len(args.answers):
        raise DataError(
            f"{len(thresholds)} --threshold for {len(args.answers)} files: give one for each, in "
            "their order, or none."
        )
    examples = everyday(args.everyday)
    told = [read_told(file) for file in args.answers]
    for file, known in zip(args.answers, told, strict=True):
        missing = sum(example.id not in known for example in examples)
        if missing:
            raise DataError(f"{file} lacks {missing} of the questions in {args.everyday}.")
    texts = kinds_of_texts(args.everyday)
    kinds: dict[str, Callable[[Example], str]] = {
        "text": lambda example: texts[example.passage],
        "question": kind_of_question,
    }
    files = {name: [groups(examples, one, kind) for one in told] for name, kind in kinds.items()}
    print(table(files, thresholds))


if __name__ == "__main__":
    sys.exit(main())

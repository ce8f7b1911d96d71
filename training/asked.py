"""Further questions about passages of other sources, which keep the passages and their licences.

    === 9f86d081884c7d65
    Q: a question
    A: span of the passage
    Q: a question that the passage does not answer
    N: the span that tempts, or a dash
    === the next passage ...

What stands for a passage is the beginning of its `fingerprint`, 16 hexadecimal digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from training.data import DataError, Example, fingerprint, read_text
from training.everyday import as_example, read_question


def reference(passage: str) -> str:
    """What stands for the passage in a file of further questions."""
    return fingerprint(passage).hex()[:16]


def read_asked(folder: Path, others: Iterable[Example]) -> list[Example]:
    """Read the .txt files of a folder of questions about the passages of `others`.

    Raises DataError with every fault found in them.
    """
    files = sorted(Path(folder).glob("*.txt"))
    if not files:
        raise DataError(f"{folder}: no .txt files in it. Give a folder of questions.")
    known: dict[str, Example] = {}
    for other in others:
        known.setdefault(reference(other.passage), other)
    examples: list[Example] = []
    faults: list[str] = []
    for file in files:
        for block in re.split(r"(?m)^=== ", read_text(file))[1:]:
            name, *lines = [line.strip() for line in block.split("\n") if line.strip()]
            other = known.get(name)
            if other is None:
                faults.append(f"{file}: no other source has the passage {name}")
                continue
            for number in range(0, len(lines), 2):
                pair = lines[number], lines[number + 1] if number + 1 < len(lines) else ""
                try:
                    question = read_question(*pair, other.passage)
                except ValueError as error:
                    faults.append(f"{file}, {name}, {lines[number]!r}: {error}")
                    continue
                place = f"asked/{name}/{number // 2}"
                examples.append(as_example(question, place, other.passage, other.group))
    if faults:
        raise DataError("\n".join(faults))
    return examples

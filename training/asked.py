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
from training.everyday import as_example, read_questions


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
    for example in others:
        known.setdefault(reference(example.passage), example)
    examples: list[Example] = []
    faults: list[str] = []
    for file in files:
        for block in re.split(r"(?m)^=== ", read_text(file))[1:]:
            head, _, asked = block.partition("\n")
            name = head.strip()
            other = known.get(name)
            if other is None:
                faults.append(f"{file}: no other source has the passage {name}")
                continue
            questions = read_questions(asked, other.passage, f"{file}, {name}", faults)
            examples += [
                as_example(one, f"asked/{name}/{number}", other.passage, other.group)
                for number, one in enumerate(questions)
            ]
    if faults:
        raise DataError("\n".join(faults))
    return examples

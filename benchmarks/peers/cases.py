"""The texts that everybody is asked about."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from qna_widget.core.tokenizer import Tokenizer

from .contenders import QNA

ROOT = Path(__file__).parents[2]
TEXTS = ROOT / "training/everyday/train"
BLOG = (
    "Bert is Ernie's best friend and roommate on Sesame Street. "
    "The pair share the basement apartment at 123 Sesame Street."
)
QUESTION = "Where does Bert live?"
# Others each time, so that nobody answers from memory; one token each.
PEOPLE = (
    *("bert", "anna", "peter", "maria", "thomas", "helen", "martin", "laura", "simon", "julia"),
    *("robert", "emma", "daniel", "alice", "victor", "clara", "oscar", "nora", "felix", "rosa"),
)
SPECIAL, CASES = 3, 6
# As many as there are questions for: one that is asked again is answered from memory.
ROUNDS, BLOG_ROUNDS = len(PEOPLE) ** 2 // CASES, len(PEOPLE) - 1
LENGTHS = (32, 128, 384)
"""Tokens of the window in "forward only"."""


@dataclass(frozen=True)
class Case:
    """A text that everybody is asked about."""

    name: str
    title: str
    passage: str
    ask: Callable[[int], str]
    """The question of a round; no two cases ask the same, for they begin with the same text."""
    tokens: int
    """Of question and passage, the three special ones included."""
    rounds: int = ROUNDS
    """At most."""
    seconds: float = 5
    """Guessed for the slowest, until it has been seen."""
    fewer: Mapping[str, int] = field(default_factory=dict)
    """Rounds of a contender that would take up the whole run."""

    def rounds_of(self, contender: str) -> int:
        return self.fewer.get(contender, self.rounds)


def question(number: int) -> str:
    """Return a question as long as the others; a few hundred differ."""
    first, second = divmod(number, len(PEOPLE))
    return f"Where do {PEOPLE[second].capitalize()} and {PEOPLE[first].capitalize()} live?"


def prose(characters: int) -> str:
    """Return the beginning of the everyday texts, one after the other."""
    found: list[str] = []
    for file in sorted(TEXTS.glob("*.txt")):
        for text in re.split(r"^=== .*$", file.read_text(encoding="utf-8"), flags=re.MULTILINE):
            found.append(text.split("\n---\n")[0].strip())
            if sum(map(len, found)) >= characters:
                return "\n\n".join(filter(None, found)).strip()[:characters]
    raise ValueError(f"{TEXTS} has fewer than {characters} characters.")


def cases(tokenizer: Tokenizer) -> list[Case]:
    """Return what everybody is asked, the shortest first."""
    asked = len(tokenizer.encode(question(0))) + SPECIAL
    long = prose(100_000)
    tokens = tokenizer.encode(long)
    blog = len(tokenizer.encode(BLOG)) + len(tokenizer.encode(QUESTION)) + SPECIAL

    def case(place: int, name: str, characters: int, **more: Any) -> Case:
        known = int((tokens.ends <= characters).sum()) + asked
        ask = partial(_numbered, place)
        return Case(name, name, long[:characters], ask, known, **more)

    def window(place: int, size: int, **more: Any) -> Case:
        return case(place, f"{size} tokens", int(tokens.ends[size - asked - 1]), **more)

    return [
        Case("blog", "the blog's example", BLOG, _about_somebody, blog, BLOG_ROUNDS),
        *(window(place, size) for place, size in enumerate(LENGTHS)),
        window(3, 512, fewer={QNA: 2}),
        case(4, "5,000 characters", 5_000, rounds=3, seconds=30, fewer={QNA: 1}),
        case(5, "100,000 characters", 100_000, rounds=1, seconds=120, fewer={QNA: 0}),
    ]


def _about_somebody(number: int) -> str:
    return f"Where does {PEOPLE[(number + 1) % len(PEOPLE)].capitalize()} live?"


def _numbered(place: int, number: int) -> str:
    return question(number * CASES + place)

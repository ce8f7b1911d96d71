"""Street addresses, which the data at hand lacks: made out of questions that ask where.

A place name in a real passage becomes a street ("Oslo" -> "Oslo Road"), one mention of it with
a house number ("47 Oslo Road"), and the numbered mention is the answer. Where the place is
mentioned more than once, the model thereby learns to prefer the whole address to a part of it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace

from training.data import Example, Gold, Span, occurrences

ASKS_WHERE = re.compile(r"(where|what (place|address))\b", re.IGNORECASE)
PLACE = re.compile(r"[A-Z][a-z]{2,}( [A-Z][a-z]{2,})?")
BEFORE = re.compile(r" in( the)? $")
LEADING = re.compile(r"(in|at|on|to|from|the) ")
FOLLOWING = (
    "The exact address is {}.",
    "Visitors are received at {}.",
    "Letters were sent to {} every week.",
    "A sign still hangs on the wall at {}.",
    "It all happened at {}, a few steps from the station.",
    "Two of them kept an office at {} for years.",
    "People met in the yard behind {}.",
    "The old house at {} is still standing.",
    "The garden behind {} was large and quiet.",
    "They spent most of their time at {}.",
)
# Of addresses that are not the answer.
STREETS = ("Church", "Station", "Garden", "Victoria", "Bridge", "School")
KINDS = ("Street", "Road", "Avenue", "Lane", "Square", "Drive", "Way", "Boulevard")


def place_name(example: Example) -> str | None:
    """The place that answers a question about where; None for other questions."""
    if not example.golds or not ASKS_WHERE.match(example.question):
        return None
    start, end = max(example.golds, key=lambda gold: gold.votes).spans[0]
    name = LEADING.sub("", example.passage[start:end])
    usable = PLACE.fullmatch(name) and occurrences(name, example.passage)
    return name if usable else None


def with_address(
    example: Example, sentences: Sequence[str], rng: random.Random, follow_share: float = 0.0
) -> Example:
    """Put an address in place of the answer; the example must have a `place_name`.

    `sentences` of the same document lend a second mention of the place where they have one. In
    `follow_share` of the cases a made-up sentence follows instead. Most of those give the house
    number of the place, which is then the answer; some give another address, which is not.
    """
    name = place_name(example)
    if name is None:
        raise ValueError(f"question {example.id!r} is not answered by the name of a place")
    # Which mention gets the number: None for any.
    numbered: int | None = None
    passage = example.passage
    if follow_share and rng.random() < follow_share:
        if rng.random() < 0.7:
            passage = f"{passage} {rng.choice(FOLLOWING).format(name)}"
            numbered = -1
        else:
            other = f"{_house_number(rng)} {rng.choice(STREETS)} {rng.choice(KINDS)}"
            passage = f"{passage} {rng.choice(FOLLOWING).format(other)}"
    else:
        near = [s for s in sentences if s not in passage and occurrences(name, s)]
        if near and rng.random() < 0.8:
            parts = [passage]
            parts.insert(rng.randint(0, 1), rng.choice(near))
            passage = " ".join(parts)
    street = f"{name} {rng.choice(KINDS)}"
    address = f"{_house_number(rng)} {street}"
    mentions = occurrences(name, passage)
    if numbered is None:
        numbered = rng.randrange(len(mentions))
    text, span = _replace(passage, mentions, numbered % len(mentions), street, address)
    return replace(
        example, passage=text, golds=(Gold((span,)),), answer_texts=(text[span[0] : span[1]],)
    )


def _house_number(rng: random.Random) -> str:
    return str(rng.choice([rng.randint(1, 99), rng.randint(100, 999), rng.randint(1000, 9999)]))


def _replace(
    passage: str, mentions: Sequence[Span], numbered: int, street: str, address: str
) -> tuple[str, Span]:
    """Write `address` for mention `numbered`, `street` for the others; say where it stands."""
    text, done, span = "", 0, (0, 0)
    for mention, (start, end) in enumerate(mentions):
        text += passage[done:start]
        # In Oslo, but on Oslo Road and at 47 Oslo Road.
        text = BEFORE.sub(" at " if mention == numbered else " on ", text).removesuffix("the ")
        begin = len(text)
        text += address if mention == numbered else street
        if mention == numbered:
            span = (begin, len(text))
        done = end
    return text + passage[done:], span

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

from training.data import Example, Gold, occurrences

ASKS_WHERE = re.compile(r"(where|what (place|address))\b", re.IGNORECASE)
PLACE = re.compile(r"[A-Z][a-z]{2,}( [A-Z][a-z]{2,})?")
BEFORE = re.compile(r" in( the)? $")
LEADING = re.compile(r"(in|at|on|to|from|the) ")
KINDS = ("Street", "Road", "Avenue", "Lane", "Square", "Drive", "Way", "Boulevard")


def place_name(example: Example) -> str | None:
    """The place that answers a question about where; None for other questions."""
    if not example.golds or not ASKS_WHERE.match(example.question):
        return None
    start, end = max(example.golds, key=lambda gold: gold.votes).spans[0]
    name = LEADING.sub("", example.passage[start:end])
    usable = PLACE.fullmatch(name) and occurrences(name, example.passage)
    return name if usable else None


def with_address(example: Example, sentences: Sequence[str], rng: random.Random) -> Example:
    """Put an address in place of the answer; the example must have a `place_name`.

    `sentences` of the same document lend a second mention of the place where they have one.
    """
    name = place_name(example)
    if name is None:
        raise ValueError(f"question {example.id!r} is not answered by the name of a place")
    parts = [example.passage]
    near = [s for s in sentences if s not in example.passage and occurrences(name, s)]
    if near and rng.random() < 0.8:
        parts.insert(rng.randint(0, 1), rng.choice(near))
    passage = " ".join(parts)
    street = f"{name} {rng.choice(KINDS)}"
    number = str(rng.choice([rng.randint(1, 99), rng.randint(100, 999), rng.randint(1000, 9999)]))
    mentions = occurrences(name, passage)
    chosen = rng.randrange(len(mentions))
    text, done, span = "", 0, (0, 0)
    for mention, (start, end) in enumerate(mentions):
        text += passage[done:start]
        # In Oslo, but on Oslo Road and at 47 Oslo Road.
        text = BEFORE.sub(" at " if mention == chosen else " on ", text).removesuffix("the ")
        begin = len(text)
        text += f"{number} {street}" if mention == chosen else street
        if mention == chosen:
            span = (begin, len(text))
        done = end
    text += passage[done:]
    return replace(
        example, passage=text, golds=(Gold((span,)),), answer_texts=(text[span[0] : span[1]],)
    )

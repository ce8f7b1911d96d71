"""A page of 200,000 characters that says three things nobody else says, wide apart."""

from __future__ import annotations

import random

CHARACTERS = 200_000
FACTS = [
    "The captain has a grey cat, whose name is Quibble, and it sleeps in the chart room.",
    "That night nineteen barrels of lamp oil were stolen from the northern shed.",
    "It was Ottilie Brandvold who repaired the harbour crane, with parts of an old mill.",
]
_WHO = ["The pilot", "An old widow", "The schoolmaster", "A boy from the hills", "The carpenter"]
_DID = ["walked along", "painted", "complained about", "measured", "dreamed of", "swept", "sold"]
_WHAT = [
    "the quay",
    "a blue door",
    "the wet stairs",
    "three nets",
    "the bell tower",
    "a rowing boat",
]
_WHEN = ["before dawn", "in the rain", "on market day", "without a word", "when the tide was low"]


def long_page() -> str:
    """Return the page as HTML; the same each time."""
    pick = random.Random(7)
    paragraphs: list[str] = []
    size = 0
    while size < CHARACTERS:
        sentences = [
            f"{pick.choice(_WHO)} {pick.choice(_DID)} {pick.choice(_WHAT)} {pick.choice(_WHEN)}."
            for _ in range(pick.randint(4, 9))
        ]
        paragraphs.append(" ".join(sentences))
        size += len(paragraphs[-1]) + 2
    for share, fact in zip((0.1, 0.5, 0.9), FACTS, strict=True):
        at = int(share * len(paragraphs))
        paragraphs[at] += f" {fact} {paragraphs[at + 1].split('.')[0]}."
    body = "\n".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A long story</title>'
        '<link rel="stylesheet" href="looks.css"><script src="/qna/qna-find.js" defer></script>'
        f'</head><body><qna-find for="main"></qna-find><main id="main">{body}</main></body></html>'
    )

"""Texts to try, each with questions to click. Their keys stand in links: do not rename them."""

from __future__ import annotations

from pathlib import Path

from . import report
from .shelf import Example

_TEXTS = Path(__file__).with_name("texts")


def _text(name: str) -> str:
    return (_TEXTS / name).read_text("utf-8").strip("\n")


EXAMPLES = {
    "rent": Example(
        "Rental contract",
        _text("rent.txt"),
        (
            "How much is the deposit?",
            "Who pays for small repairs?",
            "Where do the bicycles go?",
            "Are dogs allowed?",  # the text does not say
        ),
    ),
    "recipe": Example(
        "Recipe",
        _text("recipe.txt"),
        (
            "How long does the soup simmer?",
            "What makes the soup vegan?",
            "How many people does it serve?",
        ),
    ),
    "minutes": Example(
        "Minutes",
        _text("minutes.txt"),
        (
            "Who will collect offers for the roof?",
            "How much may the bicycle shed cost?",
            "When is the next meeting?",
        ),
    ),
    "readme": Example(
        "README",
        _text("readme.md"),
        (
            "How accurate are the predictions?",
            "Who started the project?",
            "How are messages sent?",
        ),
    ),
    "report": Example(
        "Report (PDF)",
        report.text(),
        (
            "How many passengers did the ferries carry?",
            "Who is the new harbour master?",
            "What did the repair of the north quay cost?",
        ),
    ),
}

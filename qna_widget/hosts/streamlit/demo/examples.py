"""Texts to try, each with a first question. Their keys stand in links: do not rename them."""

from __future__ import annotations

from .shelf import Example

EXAMPLES = {
    "bert": Example(
        "Bert and Ernie",
        "Bert is Ernie's best friend and roommate on Sesame Street. The pair share the basement "
        "apartment at 123 Sesame Street.",
        "Where does Bert live?",
    ),
    "lighthouse": Example(
        "The lighthouse",
        "The lighthouse on Gull Rock was lit for the first time on 4 October 1871. Its keeper, "
        "Marta Lindqvist, had carried the last lens panel up 142 steps two days before. The lamp "
        "burned rapeseed oil until 1904, when it was changed to paraffin, and was electrified only "
        "in 1962. Since 1989 nobody has lived on the rock: the light is switched on and off by a "
        "sensor, and a boat brings a technician once a year, in May.",
        "When did the lamp get electricity?",
    ),
    "sourdough": Example(
        "Sourdough",
        "A sourdough starter is flour and water in which wild yeasts and lactic acid bacteria live "
        "together. Feed it once a day with equal weights of flour and water and keep it at about "
        "25 °C 🌡️; in the fridge a feed a week is enough. It is ready for baking when it doubles "
        "within six hours and smells of yoghurt rather than of vinegar. A grey liquid on top is "
        "harmless: it only means that the starter is hungry.",
        "What should it smell of?",
    ),
    "library": Example(
        "Not in the text",
        "The library opens at nine on weekdays and at ten on Saturdays. Books may be kept for four "
        "weeks, films for one. Readers under fourteen need a parent's signature to join.",
        "Who is the director of the library?",
    ),
}

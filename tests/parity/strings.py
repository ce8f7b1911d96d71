"""Texts for the tokenizer: generated from a seed, and all real text at hand."""

from __future__ import annotations

import csv
import json
import random
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared/data"
WRITTEN = ROOT / "tests/texts"


def of_category(letter: str) -> list[str]:
    return [chr(c) for c in range(0x110000) if unicodedata.category(chr(c))[0] == letter]


# Of each kind some well-known troublemakers, and whole blocks to draw from.
KINDS: dict[str, list[str]] = {
    "words": ["Sesame", "Street", "the", "unaffable", "naïve", "Ernie's", "1,024.50", "COVID-19"],
    "ascii": [chr(c) for c in range(0x80)],
    "latin": [chr(c) for c in (*range(0xA0, 0x250), *range(0x1E00, 0x1F00))],
    "greek, cyrillic": [chr(c) for c in (*range(0x370, 0x530), *range(0x1F00, 0x2000))],
    "casing": list("İIıiſßẞΣσςǅǈǱKÅΩᲀꭰꟋꞭᎠᏸⱯ𐐀𞤀𐲀𖹀"),
    "ligatures": list("ﬁﬂﬀﬃﬆæœĳǆﬓﷲ㎏ⅷ½"),
    "spaces": [*of_category("Z"), *"\t\n\v\f\r\x85\x1c\x1f"],
    "controls": [chr(c) for c in (*range(0x20), *range(0x7F, 0xA0), 0xAD, 0x600, 0x61C, 0xFEFF)]
    + ["\0", "\ufffd", "\U000e0001", "\U000110bd", "\ufff9"],
    "zero width": ["\u200b", "\u200c", "\u200d", "\u2060", "\u180e", "\u034f", "\ufe0f", "\u200e"],
    "rtl": [chr(c) for c in (*range(0x590, 0x700), 0x202E, 0x2067, *range(0x1E900, 0x1E960))],
    "emoji": ["😀", "👩‍👩‍👧", "🏳️‍🌈", "👍🏽", "🇩🇪", "☕", "❤️", "1️⃣", "🫠", "🪿"],
    "cjk": [chr(c) for c in (0x4E00, 0x9FFF, 0x9FFC, 0x3400, 0x4DBF, 0xF900, 0xFA0E, 0x3007)]
    + list("東京都漢字仮名交じり文ひらがなカタカナﾊﾟバ々〇。、"),
    "astral cjk": [
        chr(c)
        for c in (0x20000, 0x2A6DF, 0x2A6E0, 0x2A700, 0x2B73F, 0x2B740, 0x2B81F, 0x2B820, 0x2B91F,
                  0x2B920, 0x2CEAF, 0x2CEB0, 0x2F800, 0x2FA1D, 0x2FA1F, 0x30000)
    ],
    "hangul": [chr(c) for c in (*range(0x1100, 0x1200), 0xA960, 0xD7B0, 0xD7CB)]
    + list("한국어각힣가갂ㄱㅏ"),
    "marks": of_category("M"),
    "latin marks": [chr(c) for c in range(0x300, 0x370)],
    "kept marks": list(
        "\u302e\u302f\u1b44\u1baa\u1bf2\ua953\ua9c0\u1dfb\u08d4\u08e1\u1734"
        "\U0001d165\U0001d16d\U0001d172\U00011235\U0001e000\U0001e944"
    ),
    "composites": list(
        "\u0344\u0f73\u0f76\u0f81\u1fee\u0ccb\u0dddẹ́ự\u1ea5\u0958\ufb2c\u2adc"
        "\U0001d15e\U0001d160\U0001d1c0\U000110ab\U0001134b\U00011938"
    ),
    "punctuation": of_category("P"),
    "symbols": list("≠≮⊀|`^~$+<=>©®°№℃€₿\u037e\u1fef\u2329"),
    "private, unassigned": [chr(c) for c in (0xE000, 0xF8FF, 0xF0000, 0x10FFFF, 0x378, 0x5FF,
                                             0x2065, 0xFFFE, 0x1FFFF, 0xE0080, 0x40000, 0xFDD0)],
}  # fmt: skip
NAMES = list(KINDS)


def any_character(rng: random.Random) -> str:
    while True:
        c = rng.randrange(rng.choice((0x3000, 0x10000, 0x20000, 0x110000)))
        if not 0xD800 <= c < 0xE000:
            return chr(c)


def generated(count: int, seed: int = 2024) -> list[str]:
    """Return `count` strings: a few kinds of characters mixed in each, every hundredth long."""
    rng = random.Random(seed)
    strings = []
    for n in range(count):
        names = rng.choices(NAMES, k=rng.randint(1, 4))
        blank = rng.choice((0, 0.05, 0.3))
        parts = []
        for _ in range(rng.choice((1, 3, 10, 30, 60))):
            draw = rng.random()
            if draw < blank:
                parts.append(rng.choice(KINDS["spaces"]))
            elif draw < blank + 0.05:
                parts.append(any_character(rng))
            elif draw < blank + 0.15:
                parts.append(rng.choice(KINDS["words"]))
            else:
                parts.append(rng.choice(KINDS[rng.choice(names)]))
        text = "".join(parts)
        if n % 100 == 0:
            # Words about as long as the limit of 100 characters, and of 5,000.
            length = rng.choice((99, 100, 101, 5000))
            unit = rng.choice(
                ("a", "unaffable", "é", "e\u0323\u0301", "𝄞", "\u0301", "한", text or "x")
            )
            text += (unit * (length // len(unit) + 1))[:length]
        strings.append(text)
    return strings


def strings_in(value: Any) -> Iterator[str]:
    """Yield every string inside parsed JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings_in(inner)


@cache
def real_texts() -> dict[str, list[str]]:
    """Return all real text by file: of ../shared/data where present, else of tests/texts."""
    folder = SHARED if SHARED.exists() else WRITTEN
    texts: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".json":
            found = strings_in(json.loads(path.read_text(encoding="utf-8")))
        elif path.suffix == ".tsv":
            with path.open(encoding="utf-8", newline="") as lines:
                rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
                found = iter([cell for row in rows for cell in row])
        elif path.suffix in {".txt", ".md"}:
            found = iter([path.read_text(encoding="utf-8")])
        else:
            continue
        texts[str(path.relative_to(folder))] = list(dict.fromkeys(found))
    if not texts:
        raise FileNotFoundError(f"No text was found, neither in {SHARED} nor in {WRITTEN}.")
    return texts

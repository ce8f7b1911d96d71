"""Answers begin and end at the same places in both languages, on generated and on real texts."""

from __future__ import annotations

import random
from typing import Any

import pytest
from fuzz_size import batches

from qna_widget.core.borders import Borders
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import DecodingOptions, TokenizerOptions

from . import strings
from .core import Core

# What borders are about; put between the characters of strings.py.
PIECES = [
    "v2.3.1-rc1", "tamsin.vale@example.org", "https://example.org/a?b=c#d.", "/usr/local/bin",
    r"C:\Users\tam", "-12.5 °C", "−40°C", "$4,000.50", "5 km/h", "12%", "U.S.", "2031.The pair",
    "[Tamsin Vale](https://example.org/t)", "**Tamsin** **Vale**", "`code`", "<b>Tamsin</b>",
    "(one", "two)", "“three”", "'four'", "_five_", "a_b", "Chloe\u0301", "தமிழ்", "क्षत्रिय",
    "ไทยกำ", "ひらがな", "カタカナ", "한국\u1112\u1161\u11ab", "❤️", "👩‍🚀", "🇩🇪🇫🇷", "1️⃣", "שָׁלוֹם",
    "می‌خواهم", "Dr. Pike. He", "No. 5. Then", "\n\n", "\f", "…", "e.g. this", "\x0b", "\u200b",
    "\x85", "x" * 101, "é" * 101, "\n3. Termination", "«six»", "# Title", "- item", "| cell |",
    "10³", "H₂O", "½ cup", "seven's", "'90s", "the boys'", "…)", "?!", "。", "次の文。",
    "price-determining", "COVID-19", "1990-1995",
    "https://example.org/a_(b)?q=[1],2#x'.", "[a](https://b.de/c), ", "www.a.de/b", ".gitignore",
    "+49 (0)30 1234-567", "~/.config", "9:30 a.m.", "9 PM", "9–17 h", "1\u202f000\xa0€", "1’000",
    "§ 12", "40 ₽", "5±2 mm/s", "3-5 mg/dL", "10³ km²", "1.5e-3 kg", "~5 km", "48°51′24″N", "R&D",
    "C++", "C#.", ".NET", "Ph.D. in", "#tag", "@name", "l’Hôpital", "O'Brien's",
    "\n- item", "\n| cell | cell |\n", "\n```sh\n", "one\ttwo", "\n  (b) Fold", "\n# Title\n",
    "\n· item", "\r# Title\r", "\r\r", "\r\n", "\r1. One",
    "10-12 people", "3-1", "USD 40", "US$ 40", "40 Kč", "10 k€", "§§ 12–14", "$4 million",
    "9:30 Uhr", "15 ha", "1 000 000", "12 000.", "1 250 €", "12 345,50 EUR", "20 × 30 cm",
    "4 cm x 3 cm,", "Lindenstr. 14b", "Hauptstr. 5. Then", "DE89 3704 0044 0532 0130 00",
    "SW1A 1AA", "1 1/2", "(030) 123 45 67", "030/1234567", "01 23 45 67 89", "(555) 123-4567",
    "Don't", "don’t", "--force", "-v", "$HOME", "a::b", "TCP/IP", "&quot;x&quot;", "2031 Ms",
    "b&b", "„Zur Linde“", "„Pod Lipą”", "‚eins‘", "于1999年", "か\u30995か", "5kg东", "见https://a.b/c东",
    "٣٫١٤", "١٢٬٣٤٥", "٢٥٪", "１２：３０", "１０／１２", "１，０００円", "－５．５％",
    "１ ０００ ０００", "99，200",
    "C:\\用户\\文.txt", "/home/太郎/x.txt", "👩‍🚀" * 40, "☕\u00ad" * 60,
]  # fmt: skip
WAYS = [(aligned, neat) for aligned in (True, False) for neat in (True, False)]


def texts(count: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    found = []
    for generated in strings.generated(count, seed):
        parts = [generated[:200]]
        for _ in range(rng.choice((0, 2, 8))):
            parts.insert(rng.randrange(len(parts) + 1), rng.choice(PIECES))
            parts.insert(rng.randrange(len(parts) + 1), rng.choice((" ", "", ". ", ", ", "\n")))
        found.append("".join(parts))
    return found


def compare(
    core: Core, vocab: list[str], texts: list[str], seed: int, *, layout_signs: bool
) -> int:
    """Compare random answers of each text; return how many of them there were."""
    rng = random.Random(seed)
    tokenizer = Tokenizer(vocab, TokenizerOptions(layout_signs=layout_signs))
    cases: list[dict[str, Any]] = []
    expected = []
    for text in texts:
        passage = tokenizer.encode_passage(text)
        spans = []
        for _ in range(6 if len(passage) else 0):
            first = rng.randrange(len(passage))
            spans.append((first, min(len(passage) - 1, first + rng.choice((0, 1, 4, 15)))))
        borders = Borders(text, passage, tokenizer)
        ranges = [
            [
                (
                    borders.range(first, last, options := _options(aligned, neat)),
                    (place := borders.place(first, last, options)) and (place[0], place[1] + 1),
                )
                for aligned, neat in WAYS
            ]
            for first, last in spans
        ]
        cases.append({"text": text, "spans": spans})
        expected.append(
            {"unread": borders.unread, "sentence": borders.sentence.tolist(),
             "letter": borders.letter.tolist(), "stop": borders.stop.tolist(),
             "ranges": ranges}
        )  # fmt: skip
    given = core.ask(
        op="borders", vocab=vocab, lowercase=True, layout_signs=layout_signs, cases=cases
    )
    for case, got, wanted in zip(cases, given, expected, strict=True):
        got["ranges"] = [
            [tuple(one and tuple(one) for one in pair) for pair in pairs] for pairs in got["ranges"]
        ]
        assert got == wanted, case
    return sum(len(case["spans"]) for case in cases)


def _options(aligned: bool, neat: bool) -> DecodingOptions:
    return DecodingOptions(align_to_words=aligned, neat=neat)


@pytest.mark.parametrize("layout_signs", [False, True])
@pytest.mark.parametrize(("seed", "count"), batches() or [(0, 5000)])
def test_generated_texts(
    core: Core, vocab: list[str], seed: int, count: int, layout_signs: bool
) -> None:
    """CASES texts, or a fixed share."""
    found = compare(core, vocab, texts(count, seed), seed, layout_signs=layout_signs)
    assert found > 5 * count


@pytest.mark.parametrize("layout_signs", [False, True])
def test_real_texts(core: Core, vocab: list[str], layout_signs: bool) -> None:
    rng = random.Random(3)
    chosen = [
        text[:2000]
        for found in strings.real_texts().values()
        for text in rng.sample(found, min(5, len(found)))
    ]
    assert compare(core, vocab, chosen, 3, layout_signs=layout_signs) > 100

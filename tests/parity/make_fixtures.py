"""Write what is made from the Rust library `tokenizers` and kept in the repository.

Run by `make fixtures`: js/src/core/unicode-tables.ts, qna_widget/core/characters.json (from
Python's own Unicode data), and fixtures/tokenizer.json for the
TypeScript tests, which run without Python. test_fixtures.py sees to it that both are up to date.
"""

from __future__ import annotations

import json
from pathlib import Path

from . import character_tables, oracle, unicode_tables

TARGET = Path(__file__).parent / "fixtures/tokenizer.json"

WORDS = [
    "sesame", "street", "the", "un", "##aff", "##able", "bert", "##y", "123", "##ing", "é", "##é",
    "한", "##국", "東京", "don", "’", "##😀", "naive", "##́", "a" * 100, "##" + "a" * 50,
]  # fmt: skip

TEXTS = [
    "",
    " \t\r\n\u00a0\u3000\u2028",
    "x",
    "Bert is Ernie's best friend; they share 123 Sesame Street.",
    "unaffable UNAFFABLE Unaffábly un-affable",
    "naïve café, Ångström, Ärger, Œuvre, straße STRAẞE",
    "nai\u0308ve cafe\u0301 a\u0301\u0323\u0327b",
    "İstanbul ISPARTA ıssız Iğdır",
    "ΑΣ Σίσυφος, ἄνθρωπος; τί\u037e",
    "Việt Nam: Đường Nguyễn Huệ",
    "Ёлка й и\u0306 Ґ",
    "😀 Sesame 👩‍👩‍👧 Street 🏳️‍🌈👍🏽 end",
    "a😀b 𝄞 𝒳 𐐀 𞤀",
    "東京都に住む。漢字 カタカナ ﾊﾟ",
    "\U00020000\U0002a6df\U0002a6e0\U0002b740x\U0002f800 豈 \ufa0e〇",
    "한국어 각힣 \u1112\u1161\u11ab \u1100\u1161",
    "שָׁלוֹם עולם، مرحبا بالعالم؟ \u202eabc\u202c",
    "हिन्दी में, தமிழ், বাংলা। ไทย",
    "zero\u200bwidth\u200d\u2060\ufeffsoft\u00adhyphen",
    "nul\u0000 fffd\ufffd bell\u0007 nel\u0085 us\u001f vt\u000b ff\u000c",
    "ﬁnd ﬂour ℃ ½ ⅷ ＡＢＣ Ⅳ ª",
    "≠ ≮ = < > ^ ~ | ` $ + ` ´ ΅ ῭",
    "“curly” ‘quotes’ «guillemets» — dash – … ‽ · • § ¶ ¿ ¡",
    "private \ue000\U000f0000 unassigned \u0378\U000e0080 noncharacter \ufffe\U0010ffff",
    "marks first: \u0301a \u0344 \u0f73 \u0f76 \u0fb2\u0f80",
    "kept marks: a\u302e\u0301 a\u0301\u302f\u0323 \u1b44\u0323 \u4e00\u302e x\u1dfb\ufa10",
    "music \U0001d15e\U0001d16d \U0001d160 \U0001d157\U0001d172\U0001d165",
    "[CLS] [SEP] [UNK] [PAD] ##able ## #",
    "a" * 99 + " " + "a" * 100 + " " + "a" * 101 + " " + "b" * 100,
    "é" * 100 + " " + "e\u0301" * 100 + " " + "e\u0301" * 101,
    "𝄞" * 100 + " " + "𝄞" * 101,
    "a" * 5000 + "😀" + "\u0301" * 300,
    "https://example.org/?q=a_b#c user@mail.example 3.14% -5°C",
    "line one\nline two\r\nline three\u2029end",
]


def units(text: str, offset: int) -> int:
    """Return a code point offset in UTF-16 units."""
    return len(text[:offset].encode("utf-16-le")) // 2


def render() -> str:
    """Return the text of fixtures/tokenizer.json; offsets in UTF-16 units."""
    vocab = list(
        dict.fromkeys(
            oracle.letters_vocab(TEXTS) + oracle.letters_vocab(TEXTS, lowercase=False) + WORDS
        )
    )
    cases = []
    for lowercase in (True, False):
        encoded = oracle.encode(vocab, TEXTS, lowercase=lowercase)
        for text, (ids, starts, ends) in zip(TEXTS, encoded, strict=True):
            cases.append(
                {
                    "text": text,
                    "lowercase": lowercase,
                    "input_ids": ids,
                    "starts": [units(text, start) for start in starts],
                    "ends": [units(text, end) for end in ends],
                }
            )
    lines = ",\n".join(json.dumps(case) for case in cases)
    return f'{{"vocab": {json.dumps(vocab)},\n"cases": [\n{lines}\n]}}\n'


if __name__ == "__main__":
    character_tables.TARGET.write_text(character_tables.render(), encoding="ascii")
    unicode_tables.TARGET.write_text(unicode_tables.render(), encoding="utf-8")
    TARGET.write_text(render(), encoding="ascii")

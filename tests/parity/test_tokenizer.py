"""Ids and offsets of the TypeScript tokenizer equal those of the Rust library. No exceptions."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import pytest
from fuzz_size import batches

from qna_widget.core import characters
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import TokenizerOptions

from . import oracle, strings, unicode_tables
from .core import Core


def assert_equal(
    core: Core, vocab: Sequence[str], texts: Sequence[str], *, lowercase: bool = True
) -> int:
    """Compare all texts; return the number of tokens compared."""
    expected = oracle.encode(vocab, texts, lowercase=lowercase)
    actual = core.encode(vocab, texts, lowercase=lowercase)
    assert len(actual) == len(expected) == len(texts)
    wrong = [n for n in range(len(texts)) if actual[n] != expected[n]]
    first = wrong[0] if wrong else 0
    assert not wrong, (
        f"{len(wrong)} of {len(texts)} texts differ, e.g. {texts[first][:200]!r}: "
        f"expected {expected[first]}, got {actual[first]}"
    )
    return sum(len(ids) for ids, _, _ in expected)


@pytest.mark.parametrize("lowercase", [True, False])
def test_20000_generated_strings(core: Core, vocab: list[str], lowercase: bool) -> None:
    texts = strings.generated(20_000)
    assert assert_equal(core, vocab, texts, lowercase=lowercase) > 150_000
    # Once more with each character a piece of its own, so that nothing hides in [UNK].
    letters = oracle.letters_vocab(texts, lowercase=lowercase)
    assert assert_equal(core, letters, texts, lowercase=lowercase) > 150_000


@pytest.mark.parametrize(("seed", "count"), batches(5))
def test_more_generated_strings(core: Core, vocab: list[str], seed: int, count: int) -> None:
    """Five times CASES, cased and uncased; none without CASES."""
    texts = strings.generated(count, seed)
    for lowercase in (True, False):
        assert assert_equal(core, vocab, texts, lowercase=lowercase) > 5 * count
        letters = oracle.letters_vocab(texts, lowercase=lowercase)
        assert assert_equal(core, letters, texts, lowercase=lowercase) > 5 * count


def in_signs(text: str) -> str:
    """The rule once more, white space by white space; what stands at the ends is left."""
    white = r"[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
    parts = re.split(f"({white}+)", text)
    for at in range(1, len(parts), 2):
        run, beside = parts[at], parts[at - 1][-1:] + parts[at + 1][:1]
        lines = [n for n, c in enumerate(run) if c in "\n\v\f\r\x85\u2028\u2029"]
        lines = [n for n in lines if run[n - 1 : n + 1] != "\r\n"][:2]
        parts[at] = "".join("¶" if n in lines else " " for n in range(len(run)))
        if not lines and (len(run) > 1 or run == "\t") and "|" not in beside:
            parts[at] = "|" + " " * (len(run) - 1)
    return "".join(parts)


@pytest.mark.parametrize("kind", ["generated", "real"])
def test_layout_becomes_signs_for_a_model_that_reads_them(
    core: Core, vocab: list[str], kind: str
) -> None:
    """As the library reads the text with signs in it, but for those before and behind all words."""
    real = [text[:3000] for found in strings.real_texts().values() for text in found[:300]]
    texts = laid_out(10_000) if kind == "generated" else real
    expected, signs = [], 0
    for text, tokens in zip(texts, oracle.encode(vocab, map(in_signs, texts)), strict=True):
        rows = list(zip(*tokens, strict=True))
        is_sign = [characters.has(text[start], characters.SPACE) for _, start, _ in rows]
        words = [at for at, sign in enumerate(is_sign) if not sign] or [0]
        rows = rows[words[0] : words[-1] + 1] if not all(is_sign) else []
        signs += sum(is_sign[words[0] : words[-1] + 1])
        expected.append(tuple([row[part] for row in rows] for part in range(3)))
    ours = Tokenizer(vocab, TokenizerOptions(layout_signs=True))
    for text, got, wanted in zip(
        texts, core.encode(vocab, texts, layout_signs=True), expected, strict=True
    ):
        own = ours.encode_passage(text)
        assert got == (own.input_ids.tolist(), own.starts.tolist(), own.ends.tolist()), repr(text)
        assert got == wanted, repr(text)
    assert signs > 1000


def laid_out(count: int) -> list[str]:
    """Generated strings among white space of all kinds."""
    rng = random.Random(5)
    white = [*" \t\n\r\v\f", "  ", "\r\n", "\n\n", "   ", "\x85", "\u2028", "\xa0 ", "|", "¶", "x"]
    found = []
    for text in strings.generated(count, 5):
        parts = [text[:40], "".join(rng.choices(white, k=rng.randrange(6))), text[40:80]]
        found.append("".join(rng.sample(white, 2) + parts + rng.sample(white, 2)))
    return found


def test_generated_strings_hold_every_kind() -> None:
    joined = "".join(strings.generated(20_000))
    present = set(joined)
    for kind, members in strings.KINDS.items():
        seen = sum(set(member) <= present for member in members)
        assert seen / len(members) > 0.95, kind


@pytest.mark.parametrize("name", strings.real_texts())
def test_real_text(core: Core, vocab: list[str], name: str) -> None:
    texts = strings.real_texts()[name]
    assert assert_equal(core, vocab, texts) > 0


def test_real_text_with_each_character_a_piece(core: Core) -> None:
    texts = [text for found in strings.real_texts().values() for text in found[:300]]
    assert_equal(core, oracle.letters_vocab(texts), texts)


# Planes 4 to 13 hold no characters; every 61st code point stands for them.
@pytest.mark.parametrize("plane", range(17))
def test_every_code_point(core: Core, plane: int) -> None:
    step = 61 if 4 <= plane <= 13 else 1
    chars = [chr(c) for c in unicode_tables.CODE_POINTS if c >> 16 == plane and c % step == 0]
    texts = ["".join(f"{c} a{c}b {c}\u0301\u302e " for c in chars[k : k + 64])
             for k in range(0, len(chars), 64)]  # fmt: skip
    assert_equal(core, oracle.letters_vocab(texts), texts)


def test_a_whole_book_is_one_text(core: Core, vocab: list[str]) -> None:
    text = "\n\n".join(text for found in strings.real_texts().values() for text in found)
    book = (text * (500_000 // len(text) + 1))[:500_000]
    assert assert_equal(core, vocab, [book]) > 50_000


def test_lone_surrogates_count_as_removed(core: Core, vocab: list[str]) -> None:
    """Rust strings cannot hold them; they are dropped as U+FFFD is, one code point each."""
    texts = ["a\ud800b", "\udfff", "x \udc00\ud83d y", "\ud83d\U0001f600 é\ud800\u0301 end"]
    replaced = [text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
                for text in texts]  # fmt: skip
    assert core.encode(vocab, texts) == oracle.encode(vocab, replaced)


def test_special_tokens_are_not_read_from_text(core: Core, vocab: list[str]) -> None:
    (ids, _, _), = core.encode(vocab, ["[CLS] [SEP][MASK] [UNK]"])  # fmt: skip
    assert not {vocab.index("[CLS]"), vocab.index("[SEP]"), vocab.index("[MASK]")} & set(ids)

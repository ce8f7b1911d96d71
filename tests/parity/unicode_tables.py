"""The text of js/src/core/unicode-tables.ts: what the Rust library does to each character.

The library, `tokenizers`, mixes several Unicode versions (its normaliser's, its categories', Rust's
standard library's), and no browser has the same mix. So it is asked, code point by code point, and
the answers go into tables of runs. All is probed from outside; no other Unicode data is used.

Numbers are written in base 32, least digit first, one character of ALPHABET a digit; a digit that
is not a number's last has 32 added. A table is a sequence of runs; each begins with its distance
from the end of the run before it (for capitals: from its last) and its length less one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tokenizers.normalizers import NFD, BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

TARGET = Path(__file__).parents[2] / "js/src/core/unicode-tables.ts"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-"
CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
# Combining classes 1 and 240: every other class but 0 lies between, and no version changes them.
LOWEST_MARK, HIGHEST_MARK = "\u0334", "\u0345"


def bert(**on: bool) -> Callable[[str], str]:
    """Return one step of BertNormalizer by itself."""
    steps = dict.fromkeys(
        ("clean_text", "handle_chinese_chars", "strip_accents", "lowercase"), False
    )
    return BertNormalizer(**(steps | on)).normalize_str


nfd: Callable[[str], str] = NFD().normalize_str


def where(test: Callable[[str], bool]) -> list[int]:
    return [c for c in CODE_POINTS if test(chr(c))]


def punctuation() -> list[int]:
    """Return the characters that BertPreTokenizer isolates; asked in blocks, for speed."""
    split = BertPreTokenizer().pre_tokenize_str
    found = []
    for at in range(0, len(CODE_POINTS), 4096):
        block = CODE_POINTS[at : at + 4096]
        ranges = {span for _, span in split("a" + "".join(chr(c) + "a" for c in block))}
        found += [c for k, c in enumerate(block) if (2 * k + 1, 2 * k + 2) in ranges]
    return found


def swapped(first: str, second: str) -> bool:
    """Whether canonical ordering puts `second` before `first`."""
    return first != second and nfd(f"a{first}{second}") == f"a{second}{first}"


def combining_orders(decomposing: set[int]) -> dict[int, int]:
    """Return each mark's rank among the combining classes, from 1; class 0 is left out."""
    marks = [
        c
        for c in CODE_POINTS
        if c not in decomposing and (swapped(chr(c), LOWEST_MARK) or swapped(HIGHEST_MARK, chr(c)))
    ]
    classes: list[list[int]] = []
    for mark in marks:
        low, high = 0, len(classes)
        while low < high:
            middle = (low + high) // 2
            if swapped(chr(mark), chr(classes[middle][0])):
                low = middle + 1
            else:
                high = middle
        if low < len(classes) and not swapped(chr(classes[low][0]), chr(mark)):
            classes[low].append(mark)
        else:
            classes.insert(low, [mark])
    # A mark goes after the classes that it is swapped behind, so they are found lowest first.
    return {mark: rank for rank, members in enumerate(classes, 1) for mark in members}


def digits(number: int) -> str:
    text = ""
    while number >= 32:
        text += ALPHABET[32 + number % 32]
        number //= 32
    return text + ALPHABET[number]


def set_table(members: Iterable[int]) -> str:
    """Encode a set as runs of (distance, length - 1)."""
    return value_table(dict.fromkeys(members, 0), with_value=False)


def value_table(values: Mapping[int, int], *, with_value: bool = True) -> str:
    """Encode a map as runs of (distance, length - 1, value)."""
    runs: list[list[int]] = []
    for c in sorted(values):
        if runs and c == runs[-1][1] and values[c] == runs[-1][2]:
            runs[-1][1] = c + 1
        else:
            runs.append([c, c + 1, values[c]])
    text, position = "", 0
    for start, end, value in runs:
        text += digits(start - position) + digits(end - start - 1)
        text += digits(value) if with_value else ""
        position = end
    return text


def lower_table(lowered: Mapping[int, int]) -> str:
    """Encode lower-casing as runs of (distance, number of capitals - 1, 2 x shift + step - 1).

    All capitals of a run are `shift` away from their small letters and `step` (1 or 2) apart: 2
    where capitals and small letters alternate. A negative shift s is written as -2s - 1, else 2s.
    """
    text, position, done = "", 0, -1
    for c in sorted(lowered):
        if c <= done:
            continue
        shift = lowered[c] - c

        def run(step: int, start: int = c, shift: int = shift) -> int:
            """Return the last of the characters from `start` on that are shifted alike."""
            while lowered.get(start + step) == start + step + shift:
                start += step
            return start

        step = max((1, 2), key=run)
        if step == 2 and any(c + k in lowered for k in range(1, run(2) - c, 2)):
            step = 1
        done = run(step)
        code = 2 * shift if shift >= 0 else -2 * shift - 1
        text += digits(c - position) + digits((done - c) // step) + digits(2 * code + step - 1)
        position = done + 1
    return text


def render() -> str:
    """Return the text of unicode-tables.ts for the installed library."""
    clean, isolate, strip, lower = (
        bert(clean_text=True),
        bert(handle_chinese_chars=True),
        bert(strip_accents=True),
        bert(lowercase=True),
    )
    decomposing = set(where(lambda c: nfd(c) != c))
    lowered = {c: lower(chr(c)) for c in CODE_POINTS}
    # A character with a longer small form is taken apart by NFD before it is lower-cased.
    for c, text in lowered.items():
        assert len(text) == 1 or c in decomposing, hex(c)
    tables = {
        "REMOVED": ("Dropped by clean_text.", set_table(where(lambda c: clean(c) == ""))),
        "SPACES": (
            "Made a blank by clean_text.",
            set_table(where(lambda c: clean(c) == " ")),
        ),
        "CJK_IDEOGRAPHS": (
            "Isolated by handle_chinese_chars.",
            set_table(where(lambda c: isolate(c) == f" {c} ")),
        ),
        "PUNCTUATION_MARKS": ("Isolated by BertPreTokenizer.", set_table(punctuation())),
        "DECOMPOSABLE": (
            "Changed by NFD, once cleaned: U+2000 is a blank by then.",
            set_table(c for c in decomposing if clean(chr(c)) == chr(c)),
        ),
        "NONSPACING_MARKS": (
            "Dropped by strip_accents.",
            set_table(where(lambda c: strip(c) == "" and ord(c) not in decomposing)),
        ),
        "COMBINING_ORDERS": (
            "The rank of each combining class but 0, from 1.",
            value_table(combining_orders(decomposing)),
        ),
        "LOWERCASE": (
            "From capital to small letter.",
            lower_table({c: ord(text) for c, text in lowered.items() if text not in {chr(c), "i̇"}}),
        ),
    }
    lines = [
        "// Generated by tests/parity/unicode_tables.py from the Rust library `tokenizers`: run",
        "// `make fixtures`. The format is told there, the reader is in unicode.ts.",
    ]
    for name, (comment, table) in tables.items():
        lines += ["", f"/** {comment} */"]
        one = f'export const {name} = "{table}";'
        lines += [one] if len(one) <= 100 else [f"export const {name} =", f'  "{table}";']
    return "\n".join(lines) + "\n"

"""Words that a printed page breaks at the end of a line or of a page, put together again. Pure.

A hyphen at a line's end is the word's own or the line's. The first of these that applies decides:

1. The text elsewhere has the word joined, or with its hyphen within a line: as there (as more
   often there).
2. Digits, a capital after small letters, a further hyphen, an address, a single letter before it:
   the hyphen stays.
3. The joined word is one of the language.
4. Both parts are words of their own, of this text or common ones: the hyphen stays. Not for the
   beginnings and endings that make words ("over", "ment"), and after a name ("Harrow") only before
   what makes an adjective of it ("-based").
5. Else it was the line's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from .words import COMMON, is_word


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# The hyphen, the line's end, the word's other part with what touches it, as far as a further break
# or what ends it. A printer's own hyphen (U+2010) may stand apart, as it comes from another font.
_BREAK: Final = re.compile(
    r"(?P<mark>[-\u00ad]| ?\u2010)[ \t]*\n[ \t]*(?P<second>\w+)(?P<rest>\S*?)"
    r"(?:(?=(?:[-\u00ad]| ?\u2010)[ \t]*\n)|(?!\S)(?P<end>[ \t]*\n|[ \t]?))"
)
_HYPHENS: Final = ("-", "\u00ad", "\u2010")
# What touches the hyphen on its left, looked for in so many characters.
_BEFORE: Final = re.compile(r"(?P<token>\S*?)(?P<first>\w+)\Z")
_LONGEST: Final = 100
# "pre- and post-war": nothing is broken there.
_SUSPENDED: Final = _set("and or to und oder bis et ou")
_BEGINNINGS: Final = _set(
    "over under out counter inter super trans fore some any every per com con sub"
)
_ENDINGS: Final = _set(
    "less able ness hood ward wards wise ment ments ably ion ions ent ant ing ings ed er ers "
    "est ly ship tract"
)
_PREFIXES: Final = _set("self ex non well all co pre post anti semi mid multi")
_ADJECTIVE: Final = re.compile(
    "based|born|led|style|like|made|owned|run|wide|level|only|free|.{2,}(?:ed|ing)"
)
_PAGE_NUMBER: Final = re.compile(r"\W*(?:page |p\. ?)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?\W*", re.I)


def join_broken_words(pages: Sequence[str]) -> list[str]:
    """Return the pages with broken words whole, each on the line or page where it begins."""
    evidence = _Evidence(pages)
    furniture = _repeated(pages)
    parts = [_Page(page, furniture) for page in pages]
    for part in parts:
        part.body = _mended(part.body, evidence).strip("\n")
    written = [part for part in parts if part.body.strip()]
    for this, following in pairwise(written):
        _over_the_page(this, following, evidence)
    return [part.whole() for part in parts]


def _mended(text: str, evidence: _Evidence) -> str:
    parts: list[str] = []
    done = 0
    chained = ""  # what is broken a second time
    for found in _BREAK.finditer(text):
        near = chained + text[max(done, found.start() - _LONGEST) : found.start()]
        before = _BEFORE.search(near)
        if before is None or (hyphen := evidence.hyphen(before, found)) is None:
            chained = ""
            continue
        joined = hyphen + found["second"] + found["rest"]
        parts += [text[done : found.start()], joined]
        done = found.end()
        chained = f"{near}{joined}"[-_LONGEST:] if found["end"] is None else ""
        if not chained:
            parts.append("\n")
    return "".join(parts) + text[done:]


class _Evidence:
    """The words of a text, each with the times that it stands whole within a line."""

    def __init__(self, pages: Sequence[str]) -> None:
        text = "\n".join(map(_without_broken, pages))
        text = text.lower().replace("\u2010", "-")
        self._words = Counter(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text))
        self._parts = {part for word in self._words for part in word.split("-")}

    def hyphen(self, before: re.Match[str], found: re.Match[str]) -> str | None:
        """Return what becomes of the hyphen, "-" or ""; None where no word is broken."""
        first, second = before["first"], found["second"]
        if found["mark"] == "\u00ad":
            return ""
        if second.lower() in _SUSPENDED and not is_word(first + second):
            return None
        if found["rest"].startswith("-"):
            return "-"  # a mother-in-law
        return "-" if self._keeps_hyphen(before["token"], first, second) else ""

    def _keeps_hyphen(self, before: str, first: str, second: str) -> bool:
        one, two = first.lower(), second.lower()
        joined, parted = self._words[one + two], self._words[f"{one}-{two}"]
        if joined or parted:
            return parted > joined
        if not (one + two).isalpha() or (second[0].isupper() and not first.isupper()):
            return True
        if any(sign in before for sign in "-\u2010/@._:"):
            return True
        # No printer breaks a word after its first letter. Before that letter others may stand, with
        # an apostrophe ("l'a-mour") or an accent apart ("de´j-a").
        if len(one) == 1 and not any(map(str.isalpha, before)):
            return True
        if is_word(one + two) or one in _BEGINNINGS or two in _ENDINGS:
            return False
        if one in _PREFIXES:
            return self._knows(two)
        if first[0].isupper() and not first.isupper() and not _ADJECTIVE.fullmatch(two):
            return False
        return self._knows(one) and self._knows(two)

    def _knows(self, word: str) -> bool:
        return len(word) > 2 and (word in self._parts or is_word(word, COMMON))


def _repeated(pages: Sequence[str]) -> frozenset[str]:
    """Return the first and last lines that several pages share, but for numbers."""
    counts: Counter[str] = Counter()
    for page in pages:
        lines = [_shape(line) for line in page.split("\n") if line.strip()]
        counts.update({*lines[:2], *lines[-2:]} if len(lines) > 2 else ())
    return frozenset(line for line, count in counts.items() if count > 1)


def _shape(line: str) -> str:
    return re.sub(r"\d+", "0", line.strip())


def _without_broken(page: str) -> str:
    """Leave out what is broken, which proves nothing about itself."""
    lines = page.split("\n")
    for number, line in enumerate(lines):
        if line.rstrip()[-1:] in _HYPHENS and line.strip():
            lines[number] = line.rstrip().rpartition(" ")[0]
            if number + 1 < len(lines):
                lines[number + 1] = lines[number + 1].lstrip().partition(" ")[2]
    return "\n".join(lines)


class _Page:
    """A page's text, between what is printed above and below it."""

    def __init__(self, text: str, furniture: frozenset[str]) -> None:
        lines = text.split("\n")
        first, last = 0, len(lines)
        while first < last and _is_furniture(lines[first], furniture):
            first += 1
        while last > first and _is_furniture(lines[last - 1], furniture):
            last -= 1
        self.above, self.below = lines[:first], lines[last:]
        self.body = "\n".join(lines[first:last])

    def whole(self) -> str:
        """Return the page again."""
        body = [self.body] if self.body else []
        return "\n".join([*self.above, *body, *self.below]).strip("\n")


def _is_furniture(line: str, furniture: frozenset[str]) -> bool:
    line = line.strip()
    return not line or bool(_PAGE_NUMBER.fullmatch(line)) or _shape(line) in furniture


def _over_the_page(this: _Page, following: _Page, evidence: _Evidence) -> None:
    """Mend a break between the texts of two pages."""
    start, _, last = this.body.rpartition("\n")
    first, newline, rest = following.body.partition("\n")
    whole, _, remains = _mended(f"{last}\n{first}", evidence).partition("\n")
    if whole == last:
        return
    this.body = f"{start}\n{whole}" if start else whole
    following.body = f"{remains}{newline}{rest}" if remains else rest

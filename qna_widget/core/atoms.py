"""Versions, addresses, paths, numbers with signs and units: what a reader takes as one.

Twin: js/src/core/atoms.ts. Both work on a spelling of the text in few signs (`spelled`), so that
their regular expressions mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from .characters import DIGIT, EXTENDS, LETTER_OR_DIGIT, SPACE, UNSPACED, digit_value, has

# Signs beyond ASCII that stand for themselves. Others are spelled as one of these, or as a letter
# (one of a script without spaces, where a run would be a whole line, by its own), a digit or "¤".
_KEPT: Final = frozenset("−±≈€£¥°‰µμΩ²³–′″")
_LIKE: Final = {
    "’": "'",
    "×": "x",
    **dict.fromkeys("№§₹₩₽₺₴₫₦₱₪₡₲₵₸₿￥￡", "€"),
    **dict.fromkeys("\xa0\u2009\u202f", "\xa0"),  # spaces within a number
    **dict(zip("٪％－＋", "%%-+", strict=True)),
}
# Between digits; elsewhere they end a sentence or a part of it. A full-width comma parts numbers,
# too, but for thousands: it is spelled as the space that stands before three digits.
_WITHIN_NUMBERS: Final = {"٫": ".", "٬": ",", "．": ".", "：": ":", "／": "/", "，": "\xa0"}
_LETTER: Final = "ª"
_UNSPACED: Final = "文"
_OTHER: Final = "¤"

# The end is \Z in all of them: "$" stands before a last line end, too, which JavaScript's does not.

# What stands without spaces, but for what opens, closes or separates. ASCII alone.
_RUN: Final = re.compile(
    r"(?:[^\s\xa0,;()\[\]{}<>\"'`|*¤–文]|(?<=[0-9])[,–](?=[0-9])"
    r"|(?<=[0-9])\xa0(?=[0-9]{3}(?![0-9]))|(?<=[\wª])'(?=[\wª]{2})|(?<=n)'(?=t(?![\wª]))"
    r"|(?:(?<=[\w:文]\\)|(?<=\w/))文+(?=[/\\]|\.[a-z]))+",  # a folder's name
    re.ASCII,
)
# An address may hold most signs, brackets in pairs; of a script without spaces, where a letter does
# not stand right before.
_URL: Final = re.compile(
    r"(?<![\wª+.-])(?:[A-Za-z][A-Za-z0-9+.-]{1,15}://|www\.)"
    r"(?:[^\s\xa0<>\"`¤文]|(?<=[/=?&#_.(文-])文)+",
    re.ASCII,
)
# With the country's number, or without: (030) 123, 030/123, 01 23 45, (555) 123-4.
_PHONE: Final = re.compile(
    r"(?<![\wª])(?:(?:\+|00)[0-9]{1,3}|\(0[0-9]{1,4}\)|\([2-9][0-9]{2}\)(?= ?[0-9]{3}-)"
    r"|0[1-9](?:[0-9]{1,4}|(?= [0-9]{2} [0-9]{2} )))"
    # A group ends where its digits do: else a long number could be cut in a million ways.
    r"(?:(?:[ \xa0./-]?\([0-9]{1,5}\)[ \xa0]?[0-9]{0,20}|[ \xa0./-]?[0-9]{1,20})(?![0-9])){1,6}"
    r"(?![\wª])",
    re.ASCII,
)
_LEAST_DIGITS: Final = 8
_OF_PHONE: Final = frozenset("0123456789 \xa0()+./-")
_SPACES: Final = frozenset(" \n")
_NEAR_DIGIT: Final = 10
"""Signs before a unit among which its number ends."""
_URL_TRAILING: Final = re.compile(r"[.:!?_#=&~+−*'|,;(\[{-]+\Z")
_PAIRS: Final = {")": "(", "]": "[", "}": "{"}
# A capitalised word behind a full stop that lacks its space is another sentence's.
_GLUED: Final = re.compile(r"\.(?=[A-Z][a-zª])")
_LEADING: Final = re.compile(
    r"^(?:[.:!?_#=&%](?![\w/\\]|\.[/\\]))+|^(?:[:!?=&%]|\.(?![0-9/\\.a-zª]|[A-Z]{2}))+", re.ASCII
)
_TRAILING: Final = re.compile(r"[.:!?_#=&~+−-]+\Z")
_SIGNED: Final = re.compile(r"^[A-Z](?:#|\+{1,2})(?=[.:!?]*\Z)")  # C#, C++, B+
_YEARS: Final = re.compile(r"^(?:1[0-9]|20)[0-9]{2}[-–](?:[0-9]{2}){1,2}\Z")
_ACRONYM: Final = re.compile(r"^(?:(?:[A-Za-zª]\.)+[A-Za-zª]|(?:[A-Z][a-z]?\.)+[A-Z])\Z")
_NUMBER: Final = re.compile(
    r"^[-+−±≈~]?[$€£¥]?[-−]?[0-9][0-9.,:'\xa0]*(?:e[-+]?[0-9]+)?[²³]?(?:[±–-][0-9][0-9.,:]*)?\Z"
)
_CURRENCY: Final = re.compile(r"(?:[$€£¥]+|[A-Z]{1,2}\$|USD|EUR|GBP|CHF)[ \xa0]\Z")
_MEASURE: Final = (
    r"[ \xa0]?(?:[%‰]|[kM]?[€£¥$]|kr|zª|Kª|°[CF]?"
    r"|(?:[kMGTmcdhnµμ]?(?:Hz|i?B|bit|Wh?|V|Pa|J|cal|m[23]?|g|[lL])|[mnµμ]?s)[²³]?"
    r"(?:/[kdm]?(?:min|[shgmlL])[²³]?)?"
    r"|[kmµμ]?VA|[kmµμ]A|mph|bpm|min|ha?|ft|lb|oz|dB|K|Ω|Uhr|[ap]\.m\.?|[ap]m|[AP]M"
    r"|USD|EUR|GBP|CHF|(?:[mb]|tr)illion|Mio\.|Mrd\.)(?![\wª])"
)
_UNIT: Final = re.compile(f"^{_MEASURE}", re.ASCII)
_LENGTH: Final = r"[0-9][0-9.,]*(?: ?[mck]?m)?"
# What stands with spaces, and is one for a reader all the same.
_SPACED: Final = re.compile(
    r"(?<![\wª.,])(?:(?<![0-9] )[1-9][0-9]{0,2}(?: [0-9]{3})+(?! ?[0-9])"  # 1 000 000, 1 250 €
    rf"(?:(?<=000)|(?=(?:,[0-9]+)?{_MEASURE}))"
    rf"|{_LENGTH}(?: ?x ?{_LENGTH})+"  # 20 x 30 cm
    r"|[\wª]+str\. ?[0-9]+[a-z]?"  # Lindenstr. 14b
    r"|[A-Z]{2}[0-9]{2}(?: [0-9A-Z]{4}){3,7}(?: [0-9A-Z]{1,3})?"  # DE89 3704 0044 0532 0130 00
    r"|[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}"  # SW1A 1AA
    r"|[0-9]{1,2} [1-9]/[1-9])(?![\wª])",  # 1 1/2
    re.ASCII,
)
_NAMES: Final = (
    re.compile(r"[\wª](?:@|::)[\wª]|://", re.ASCII),
    re.compile(
        r"^(?:~?/|\.{1,2}/|[A-Za-z]:\\|\\\\)[\wª.]|[/\\].*[/\\]|[/\\][\wª-]+\.[a-z]", re.ASCII
    ),
    re.compile(r"^[\wª-]+(?:\.[\wª-]+)*\.[a-z]{2,6}(?:/.*)?\Z", re.ASCII),  # example.org/docs
    re.compile(r"[A-Za-z0-9ª]_[A-Za-z0-9ª]"),  # snake_case
    # #ferry, @ferry, --force, $HOME, TCP/IP
    re.compile(r"^(?:[#@][\wª]|--[a-z]|-[A-Za-z]\Z|\$[A-Z_]{2}|[A-Z]+/[A-Z]+\Z)", re.ASCII),
    re.compile(r"^[\wª.-]+&(?:[A-Z0-9]|[a-z]\Z)", re.ASCII),  # R&D
    re.compile(r"^[A-Za-zª]{1,2}'[\wª]{2}|n't\Z", re.ASCII),  # O'Brien, d'Artagnan, don't
)
_PLACES: Final = _NAMES[:2]
"""Addresses and paths: what holds full stops before capitals."""
_DIGIT: Final = re.compile("[0-9]")
_LAST_DIGIT: Final = re.compile(r"[0-9][^0-9]*\Z")
_DOTTED: Final = re.compile(r"^\.[A-Za-zª]")  # .gitignore, .NET


def spelled(near: Sequence[str]) -> str:
    """Return one sign for each code point: ASCII and a few more as they are, or ª, 文, ¤.

    Digits of all scripts are spelled as ASCII's. A space within what is one (`1 000 000`) is
    spelled as a digit, too.
    """
    signs = list(map(_spelled, near))
    for at in range(1, len(signs)):
        if signs[at - 1] == _UNSPACED and has(near[at], EXTENDS):
            signs[at] = _UNSPACED
        within = _WITHIN_NUMBERS.get(near[at])
        if within and _is_digit(signs[at - 1]) and _is_digit("".join(signs[at + 1 : at + 2])):
            signs[at] = within
    return _SPACED.sub(lambda found: found[0].replace(" ", "0"), "".join(signs))


def _is_digit(sign: str) -> bool:
    return "0" <= sign <= "9"


@lru_cache(4096)
def _spelled(character: str) -> str:
    if character in _KEPT:
        return character
    if character in _LIKE:
        return _LIKE[character]
    if has(character, SPACE):
        return "\n" if character in "\n\r\x0b\x0c\x85\u2028\u2029" else " "
    if " " < character < "\x7f":
        return character
    if has(character, DIGIT):
        return str(digit_value(character))
    if has(character, UNSPACED):
        return _UNSPACED
    return _LETTER if has(character, LETTER_OR_DIGIT | EXTENDS) else _OTHER


def whole_atoms(text: str, start: int, end: int) -> tuple[int, int]:
    """Return start..end of a spelled text, widened where it cuts an atom at either end."""
    first = _atom_around(text, start)
    last = _atom_around(text, end - 1)
    if first is not None:
        start = min(start, first[0])
    if last is not None:
        end = max(end, last[1])
    return start, end


def _atom_around(text: str, at: int) -> tuple[int, int] | None:
    """Return the atom that holds the character at `at`; None where there is none.

    Where that is of a unit or a currency, the number beside it says so.
    """
    before = _LAST_DIGIT.search(text, max(0, at - _NEAR_DIGIT), at)
    after = _DIGIT.search(text, at, at + 5)
    for place in (before and before.start(), after and after.start(), at):
        atom = None if place is None else _atom_at(text, place)
        if atom is not None and atom[0] <= at < atom[1]:
            return atom
    return None


def _atom_at(text: str, at: int) -> tuple[int, int] | None:
    if address := _match(text, _URL, at, _is_unspaced):
        end = _end_of_url(text, *address.span())
        if at < end:
            return address.start(), end
    phone = _match(text, _PHONE, at, _OF_PHONE.__contains__)
    if phone and sum("0" <= sign <= "9" for sign in phone.group()) >= _LEAST_DIGITS:
        return phone.span()
    if run := _match(text, _RUN, at, _is_unspaced):
        for start, end in _parts(text, *run.span()):
            if start <= at < end:
                return _trimmed(text, start, end, at)
    return None


def _is_unspaced(sign: str) -> bool:
    return sign not in _SPACES


def _match(
    text: str, pattern: re.Pattern[str], at: int, may_hold: Callable[[str], bool]
) -> re.Match[str] | None:
    """Return the match of `pattern` that holds the sign at `at`.

    `may_hold` says of which signs it may consist: it is looked for from the first of them on, not
    from the beginning of the text.
    """
    if not may_hold(text[at]):
        return None
    first = at
    while first > 0 and may_hold(text[first - 1]):
        first -= 1
    for found in pattern.finditer(text, first):
        if found.start() > at:
            break
        if at < found.end():
            return found
    return None


def _end_of_url(text: str, start: int, end: int) -> int:
    """Return where an address ends: before a bracket that it did not open, without last signs."""
    opened: list[str] = []
    for place in range(start, end):
        sign = text[place]
        if sign in _PAIRS.values():
            opened.append(sign)
        elif sign in _PAIRS and (not opened or opened.pop() != _PAIRS[sign]):
            end = place
            break
    found = _URL_TRAILING.search(text[start:end])
    return start + found.start() if found else end


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Take a run apart where two sentences touch; not an address or a path."""
    run = text[start:end]
    if any(place.search(run) for place in _PLACES):
        return [(start, end)]
    cuts = [start + cut.end() for cut in _GLUED.finditer(run)]
    return list(zip([start, *cuts], [*cuts, end], strict=True))


def _trimmed(text: str, start: int, end: int, at: int) -> tuple[int, int] | None:
    if found := _SIGNED.search(text[start:end]):
        return (start, start + found.end()) if at < start + found.end() else None
    leading = _LEADING.search(text[start:end])
    if leading:
        start += leading.end()
    if found := _TRAILING.search(text[start:end]):
        end = start + found.start()
    if not start <= at < end:
        return None
    atom = text[start:end]
    if _ACRONYM.search(atom):
        return start, end + (text[end : end + 1] == ".")
    if _NUMBER.search(atom):
        whole = _with_unit(text, start, end)
        # Of years a reader takes either; what has a unit is a measure.
        return None if _YEARS.search(atom) and whole == (start, end) else whole
    dotted = not leading and _DOTTED.search(atom)
    has_digit = any("0" <= sign <= "9" for sign in atom)
    is_one = has_digit or dotted or any(name.search(atom) for name in _NAMES)
    return (start, end) if is_one else None


def _with_unit(text: str, start: int, end: int) -> tuple[int, int]:
    """Add the currency before a number, and the unit after it."""
    if found := _CURRENCY.search(text[max(0, start - 4) : start]):
        start -= len(found[0])
    if found := _UNIT.search(text[end : end + 12]):
        end += found.end()
    return start, end

"""Hostile documents, each from a seed, and a process that reads a row of them within limits.

`python hostile.py KIND SEED COUNT` prints one JSON line per document: what became of it, and how
long it took the parser and whoever called it.
"""

from __future__ import annotations

import io
import json
import random
import re
import signal
import sys
import time
import zlib
from collections.abc import Callable
from functools import cache, partial

KINDS = ("text", "html", "pdf")
SECONDS = 20
"""For one document, after which it counts as slow: its process would be ended later."""

WORDS = [
    "Bert", "lives", "at", "123", "Sesame Street.", "naïve", "東京", "שלום", "🙂", "a\u0301",
    "\ufffd", "Harrow-\ngate", "\f", "\u2029", "\u202e", "\x00", "€", "[x](y)", "**", "```",
    "| a |", "# ", "- ",
]  # fmt: skip
ENCODINGS = [
    "utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "cp1252", "latin-1",
    "shift_jis", "gb18030", "koi8-r", "iso2022_jp", "utf-7", "cp037",
]  # fmt: skip


def document(kind: str, seed: int) -> tuple[str, bytes]:
    """Return a file's name and content."""
    rng = random.Random(f"{kind} {seed}")
    if kind == "text":
        return rng.choice(["a.txt", "a.md"]), _encoded(rng, _words(rng))
    if kind == "html":
        return "a.html", _encoded(rng, _html(rng))
    return "a.pdf", _pdf(rng)


def _words(rng: random.Random) -> str:
    count = rng.choice((0, 1, 5, 50, 500))
    text = rng.choice(("", " ", "\n", "\r\n")).join(rng.choices(WORDS, k=count))
    return text * (rng.choice((1, 20_000)) if rng.random() < 0.03 else 1)


def _encoded(rng: random.Random, text: str) -> bytes:
    name = rng.choice(ENCODINGS) if rng.random() < 0.5 else "utf-8"
    data = text.encode(name, "replace")
    if rng.random() < 0.5:
        return data
    return _damaged(rng, data)


def _damaged(rng: random.Random, data: bytes) -> bytes:
    """Change, drop, double, move and cut bytes."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 3, 20))):
        at = rng.randrange(len(changed) + 1)
        size = rng.choice((1, 1, 4, 100))
        match rng.randrange(5):
            case 0:
                changed[at : at + size] = rng.randbytes(size)
            case 1:
                del changed[at : at + size]
            case 2:
                changed[at:at] = changed[at : at + size] * rng.choice((1, 3, 50))
            case 3:
                changed[at:at] = rng.choice(
                    [b"\xff\xfe", b"\xef\xbb\xbf", b"%PDF-", b"<html>", bytes(9)]
                )
            case _ if rng.random() < 0.2:
                del changed[at:]
    return bytes(changed)


TAGS = [
    "p", "div", "ol", "ul", "li", "table", "tr", "td", "th", "sup", "sub", "pre", "script",
    "style", "title", "textarea", "svg", "math", "select", "option", "dialog", "details",
    "template", "plaintext", "iframe", "noscript", "body", "html", "head", "b", "a", "br", "hr",
    "ruby", "rt", "frameset", "x-y",
]  # fmt: skip
ATTRIBUTES = [
    'hidden', 'style="display:none"', 'style="{;}"', 'start="{n}"', 'value="{n}"', "reversed",
    'type="i"', 'type="A"', "open", 'colspan="{n}"', "{words}", '"=\'', "class={n}",
    "lang=he dir=rtl",
]  # fmt: skip
NUMBERS = [
    "0", "-1", "3999", "4000", "99999999999999999999", "1e9", "", " 7", "٣", "9" * 5000,
    "-2147483649",
]  # fmt: skip
HEADS = [
    "", "<!doctype html>", "<!--", "<meta charset=utf-8>", "<meta charset={spaces}>",
    "<?xml encoding={spaces}>", "<meta charset=utf-7>",
    "<meta http-equiv=x content='text/html; charset={spaces}cp1252'>",
    "<script>" + "</scrip" * 50, "<meta charset{spaces}", "<meta charset=rot13>", "<title>",
    "<meta " * 9,
]  # fmt: skip
ENTITIES = [
    "&amp;", "&#0;", "&#xD800;", "&#99999999999;", "&nbsp;", "&shy;", "&", "&notit;", "&#x1F642;",
]  # fmt: skip


def _html(rng: random.Random) -> str:
    long = rng.random() < 0.05

    def fill(text: str) -> str:
        spaces = " " * rng.choice((1, 900_000 if long else 300))
        filled = text.replace("{n}", rng.choice(NUMBERS)).replace("{spaces}", spaces)
        return filled.replace("{;}", ";" + spaces).replace("{words}", rng.choice(WORDS))

    parts = [fill(rng.choice(HEADS)) for _ in range(rng.choice((0, 1, 4)))]
    for _ in range(rng.choice((3, 30, 200))):
        tag = rng.choice(TAGS)
        given = " ".join(fill(rng.choice(ATTRIBUTES)) for _ in range(rng.choice((0, 0, 1, 3))))
        parts.append(
            rng.choice((f"<{tag} {given}>", f"<{tag}>", f"</{tag}>", f"<{tag}", f"<{tag}/>"))
        )
        parts.append(
            rng.choice((*WORDS, *ENTITIES, "", " ", "<", "<!--", "-->", "]]>", "<![CDATA["))
        )
    if long:
        parts.insert(0, fill(rng.choice(HEADS)))
        at = rng.randrange(len(parts))
        parts[at] = parts[at] * rng.choice((1000, 30_000)) if len(parts[at]) < 40 else parts[at]
    return "".join(parts)


@cache
def _whole_pdfs() -> tuple[bytes, ...]:
    from pdf_writer import annotate, lines, pages, written

    plain = pages(
        lines("Bert lives at", "123 Sesame Street."), lines("Price 10", "Harrow-", "gate")
    )
    noted = pages(
        lines("Contract"), b"/Im1 Do", b"/Fm1 Do BT /F1 9 Tf 1 0 0 1 20 20 Tm [(A) -900 (B)] TJ ET"
    )
    annotate(noted, 0, 200, Subtype="/Text", Contents="Ask Tamsin", T="Odalys")
    annotate(noted, 1, 100, Subtype="/Widget", FT="/Tx", T="Name", V="Tamsin Vale")
    return written(plain), written(noted)


OPERATORS = [
    b"q " * 3000, b"BT", b"ET", b"/F1 1e30 Tf", b"/F9 12 Tf", b"0 0 0 0 0 0 Tm",
    b"9e99 0 0 9e99 0 0 cm", b"(\\377\\0\\(", b"<", b">>", b"[" * 2000, b"]", b"1 2 3 TJ",
    b"/Fm1 Do", b"BI /W 9 ID", b"EI", b"T*" * 500, b"(a) Tj " * 4000, b"(b) ' ", b"-1e38 TL",
    b"BDC", b"\x00\xff",
]  # fmt: skip
VALUES = [
    b"-1", b"99999999999", b"null", b"[]", b"<<>>", b"(x)", b"/Name", b"1e400", b"true",
    b"<FEFF>", b"--5",
]  # fmt: skip
LOOPS = [
    b"/Kids [%d 0 R]", b"/Parent %d 0 R", b"/Contents %d 0 R", b"/Length %d 0 R",
    b"/Resources %d 0 R", b"/Annots [%d 0 R]", b"/Prev %d", b"/XObject << /Im1 %d 0 R >>",
    b"/ToUnicode %d 0 R", b"/Count %d",
]  # fmt: skip


def _pdf(rng: random.Random) -> bytes:
    data = rng.choice(_whole_pdfs())
    for _ in range(rng.choice((0, 1, 2, 5))):
        data = rng.choice((_reference, _value, _content, _bomb, _map))(rng, data)
    return _damaged(rng, data) if rng.random() < 0.4 else data


def _reference(rng: random.Random, data: bytes) -> bytes:
    """Let an object name another one, or itself."""
    places = [match.end() for match in re.finditer(rb"<<", data)]
    at = rng.choice(places)
    return data[:at] + b" " + rng.choice(LOOPS) % rng.randrange(1, 15) + b" " + data[at:]


def _value(rng: random.Random, data: bytes) -> bytes:
    """Put another value in place of a number, or of a reference."""
    match = rng.choice(list(re.finditer(rb"\b\d+ 0 R|\b\d+(\.\d+)?\b", data)))
    return data[: match.start()] + rng.choice(VALUES) + data[match.end() :]


def _stream(data: bytes, at: int, content: bytes, entries: bytes = b"") -> bytes:
    return (
        data[:at]
        + b"\n90 0 obj\n<< /Length %d %s >>\nstream\n" % (len(content), entries)
        + content
        + b"\nendstream\nendobj\n"
        + data[at:]
    )


def _content(rng: random.Random, data: bytes) -> bytes:
    """Put hostile operators where a page's content begins."""
    places = [match.end() for match in re.finditer(rb"stream\n", data)]
    at = rng.choice(places)
    return data[:at] + b" ".join(rng.choices(OPERATORS, k=rng.randint(1, 6))) + b" " + data[at:]


def _bomb(rng: random.Random, data: bytes) -> bytes:
    """Let a content be one that unpacks to far more than it is."""
    packed = zlib.compress(rng.choice((b" ", b"(a) Tj ", b"[ ")) * rng.choice((10**5, 10**6)), 9)
    entries = b"/Filter [" + b"/FlateDecode " * rng.choice((1, 1, 2)) + b"]"
    whole = _stream(data, data.rfind(b"xref"), packed, entries)
    return re.sub(rb"/Contents \d+ 0 R", b"/Contents 90 0 R", whole, count=rng.choice((1, 0)))


def _map(rng: random.Random, data: bytes) -> bytes:
    """Give the font a map that is endless or nonsense."""
    ranges = rng.choice(
        (b"<00> <FFFFFFFF> <0041>", b"<00> <FF> [<0041>]", b"<zz> <0", b"<00> <41> <D800>")
    )
    content = (
        b"1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange "
        + ranges
        + b" endbfrange"
    )
    whole = _stream(data, data.rfind(b"xref"), content)
    return whole.replace(b"/Type /Font", b"/Type /Font /ToUnicode 90 0 R")


def _main(kind: str, seed: int, count: int) -> None:
    from qna_widget import documents
    from qna_widget.documents import sandbox
    from qna_widget.errors import DocumentError

    spent = 0.0

    def parse(kind: str, data: bytes) -> tuple[str, list[str]]:
        nonlocal spent
        begun = time.perf_counter()
        try:
            return sandbox.parse(kind, data)
        except MemoryError:
            raise DocumentError("needs more memory") from None
        finally:
            spent = time.perf_counter() - begun

    documents.run = parse  # here, without a process for each
    sandbox._limit_memory()
    signal.signal(signal.SIGALRM, _too_slow)
    for number in range(seed, seed + count):
        name, data = document(kind, number)
        spent, begun = 0.0, time.perf_counter()
        outcome = _outcome(partial(documents.read_document, data, name), DocumentError)
        whole = time.perf_counter() - begun
        line = {
            "seed": number,
            "bytes": len(data),
            "parser": spent,
            "caller": whole - spent,
            **outcome,
        }
        print(json.dumps(line), flush=True)


class TooSlow(BaseException):
    pass


def _too_slow(*_: object) -> None:
    raise TooSlow


def _outcome(read: Callable[[], object], told: type[Exception]) -> dict[str, object]:
    signal.alarm(SECONDS)
    try:
        found = read()
        return {"became": "text", "characters": len(getattr(found, "text", ""))}
    except told as error:
        return {"became": "told", "words": str(error)}
    except TooSlow:
        return {"became": "slow"}
    except BaseException as error:
        return {"became": "raised", "words": f"{type(error).__name__}: {error}"[:300]}
    finally:
        signal.alarm(0)


if __name__ == "__main__":
    sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8")
    _main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

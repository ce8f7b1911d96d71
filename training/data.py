"""Read question answering data: SQuAD 1.1 / 2.0 JSON and QAMR TSV.

Both become `Example`: a question, a passage and the spans that answer it, as
code point ranges ``(start, end)`` of the passage, end exclusive.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Span = tuple[int, int]

# A text that occurs more often than this in a passage says too little about
# which occurrence is meant.
MAX_OCCURRENCES = 4


class DataError(ValueError):
    """A data file that is not what its reader expects."""


@dataclass(frozen=True)
class Gold:
    """One gold answer: every place where it stands, and how many people gave it."""

    spans: tuple[Span, ...]
    votes: int = 1


@dataclass(frozen=True)
class Example:
    """A question about a passage. No golds: the passage does not answer it."""

    id: str
    question: str
    passage: str
    golds: tuple[Gold, ...]
    # Examples of one group (article, document) may lend each other passages.
    group: str
    answer_texts: tuple[str, ...] = field(default=())


def occurrences(text: str, passage: str) -> tuple[Span, ...]:
    """All places where `text` stands in `passage` as whole words, in order."""
    found: list[Span] = []
    at = passage.find(text)
    while at >= 0:
        end = at + len(text)
        inside_left = at > 0 and passage[at - 1].isalnum() and text[0].isalnum()
        inside_right = end < len(passage) and passage[end].isalnum() and text[-1].isalnum()
        if not (inside_left or inside_right):
            found.append((at, end))
        at = passage.find(text, at + 1)
    return tuple(found)


def _want(value: Any, kind: type, where: str) -> Any:
    if not isinstance(value, kind):
        raise DataError(
            f"{where}: expected {kind.__name__}, found {type(value).__name__}. "
            "Give a file in SQuAD 1.1 or 2.0 format."
        )
    return value


def _member(record: dict[str, Any], name: str, kind: type, where: str) -> Any:
    if name not in record:
        raise DataError(
            f"{where}: no '{name}' (found: {', '.join(sorted(record)) or 'nothing'}). "
            "Give a file in SQuAD 1.1 or 2.0 format."
        )
    return _want(record[name], kind, f"{where}.{name}")


def _squad_golds(answers: list[Any], passage: str, where: str) -> tuple[Gold, ...]:
    votes: Counter[str] = Counter()
    given: dict[str, int] = {}
    for k, answer in enumerate(answers):
        here = f"{where}.answers[{k}]"
        text = _member(_want(answer, dict, here), "text", str, here)
        start = _member(answer, "answer_start", int, here)
        if not text.strip():
            raise DataError(f"{here}: blank answer text; leave the answer out instead.")
        if passage[start : start + len(text)] != text:
            raise DataError(
                f"{here}: the passage has {passage[start : start + len(text)]!r} at "
                f"{start}, not the answer {text!r}. answer_start counts code points."
            )
        votes[text] += 1
        given.setdefault(text, start)
    golds = []
    for text, count in votes.items():
        spans = occurrences(text, passage)
        first = (given[text], given[text] + len(text))
        if not 0 < len(spans) <= MAX_OCCURRENCES or first not in spans:
            spans = (first,)
        golds.append(Gold(spans, count))
    return tuple(golds)


def read_squad(path: Path) -> list[Example]:
    """Read a SQuAD 1.1 or 2.0 file; unanswerable questions have no golds.

    Files may give the first occurrence of an answer's text as its place, so
    all occurrences are kept, and training lets the model tell which is meant.
    """
    try:
        raw = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{path}: no such file. Give a SQuAD 1.1 or 2.0 JSON file.") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not UTF-8 JSON ({error}).") from None
    articles = _member(_want(raw, dict, str(path)), "data", list, str(path))
    examples: list[Example] = []
    for i, article in enumerate(articles):
        at_article = f"{path}: data[{i}]"
        paragraphs = _member(_want(article, dict, at_article), "paragraphs", list, at_article)
        group = str(article.get("title", i))
        for j, paragraph in enumerate(paragraphs):
            where = f"{at_article}.paragraphs[{j}]"
            passage = _member(_want(paragraph, dict, where), "context", str, where)
            if not passage.strip():
                raise DataError(f"{where}.context: blank passage; leave the paragraph out.")
            for k, qa in enumerate(_member(paragraph, "qas", list, where)):
                here = f"{where}.qas[{k}]"
                question = _member(_want(qa, dict, here), "question", str, here)
                if not question.strip():
                    continue  # SQuAD 2.0 has a handful of blank questions
                answers = _member(qa, "answers", list, here)
                if qa.get("is_impossible", False):
                    answers = []
                golds = _squad_golds(answers, passage, here)
                texts = tuple({passage[s:e] for gold in golds for s, e in gold.spans})
                examples.append(
                    Example(str(qa.get("id", here)), question, passage, golds, group, texts)
                )
    if not examples:
        raise DataError(f"{path}: no questions in it. Give a file with at least one.")
    return examples


# -- QAMR ---------------------------------------------------------------------

_BRACKETS = {
    "-LRB-": "(",
    "-RRB-": ")",
    "-LSB-": "[",
    "-RSB-": "]",
    "-LCB-": "{",
    "-RCB-": "}",
    "``": '"',
    "''": '"',
}
_NO_SPACE_BEFORE = {
    *[".", ",", ";", ":", "!", "?", "%", ")", "]", "}", "...", "''"],
    *["-RRB-", "-RSB-", "-RCB-", "n't", "N'T", "'s", "'S", "'re", "'ve", "'ll", "'d", "'m", "'"],
}
_NO_SPACE_AFTER = {"(", "[", "{", "-LRB-", "-LSB-", "-LCB-", "``", "$", "£", "€", "#"}


def detokenise(tokens: list[str]) -> tuple[str, list[Span]]:
    """Join Penn-style tokens as a person would write them.

    Returns the text and each token's code point range in it.
    """
    text = ""
    spans: list[Span] = []
    glue = True
    quote_open = False
    for token in tokens:
        if token == '"':  # straight quotes alternate
            token = "''" if quote_open else "``"
        if token in {"``", "''"}:
            quote_open = token == "``"
        if not (glue or token in _NO_SPACE_BEFORE):
            text += " "
        start = len(text)
        text += _BRACKETS.get(token, token).replace("\\/", "/")
        spans.append((start, len(text)))
        glue = token in _NO_SPACE_AFTER
    return text, spans


def _token_range(indices: str) -> tuple[int, int] | None:
    """First and last token of an answer; None for none or for a broken-up one."""
    numbers = sorted(int(i) for i in indices.split())
    if not numbers or numbers[-1] - numbers[0] > len(numbers):
        return None  # one missing token inside is tolerated
    return numbers[0], numbers[-1]


def read_qamr(folder: Path) -> tuple[list[Example], dict[str, list[str]]]:
    """Read QAMR: `wiki-sentences.tsv` and every `filtered-*.tsv` in `folder`.

    Returns the examples (one for each distinct question of a sentence, with
    the answers of all who gave one), and the sentences of each document, by
    group, from which longer passages can be made.
    """
    folder = Path(folder)
    sentence_file = folder / "wiki-sentences.tsv"
    tables = sorted(folder.glob("filtered-*.tsv"))
    if not sentence_file.is_file() or not tables:
        raise DataError(
            f"{folder}: expected wiki-sentences.tsv and at least one filtered-*.tsv (QAMR's "
            f"filtered version), found {sorted(p.name for p in folder.glob('*'))}."
        )
    sentences: dict[str, tuple[str, list[Span]]] = {}
    documents: dict[str, list[str]] = {}
    for line in sentence_file.read_text(encoding="utf-8").splitlines():
        name, _, tokens = line.partition("\t")
        if not tokens.strip():
            raise DataError(f"{sentence_file}: expected '<id>TAB<tokens>', found {line[:60]!r}.")
        sentences[name] = detokenise(tokens.split(" "))
        documents.setdefault(_document(name), []).append(sentences[name][0])
    votes: dict[tuple[str, str], Counter[Span]] = {}
    for table in tables:
        for number, line in enumerate(table.read_text(encoding="utf-8").splitlines(), 1):
            fields = line.split("\t")
            if len(fields) < 7:
                raise DataError(
                    f"{table}: line {number} has {len(fields)} fields, QAMR rows have at least 7."
                )
            if fields[0] not in sentences:
                continue  # Penn Treebank sentences are not part of the download
            counted = votes.setdefault((fields[0], fields[5].strip()), Counter())
            judgments = [fields[6], *(f.partition(":")[2] for f in fields[7:])]
            places = sentences[fields[0]][1]
            for judgment in judgments:
                chosen = _token_range(judgment)
                if chosen is not None and chosen[1] < len(places):
                    counted[(places[chosen[0]][0], places[chosen[1]][1])] += 1
    examples = []
    for (name, question), counted in votes.items():
        if question and counted:
            text = sentences[name][0]
            golds = tuple(Gold((span,), n) for span, n in sorted(counted.items()))
            texts = tuple(text[s:e] for s, e in sorted(counted))
            examples.append(
                Example(f"{name}/{question}", question, text, golds, _document(name), texts)
            )
    if not examples:
        raise DataError(f"{folder}: no usable question in {[t.name for t in tables]}.")
    return examples, documents


def _document(sentence_id: str) -> str:
    """`Wiki1k:wikipedia:16016:90:8` (site, page, paragraph, sentence) -> the page."""
    return ":".join(sentence_id.split(":")[:3])

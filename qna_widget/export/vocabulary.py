"""A checkpoint's tokenizer files → vocabulary and case, or a refusal in words. Runs no code.

Our tokenizers (tokenizer.py, js/src/core/tokenizer.ts) are BERT's: WordPiece after BERT's clean-up,
cased or uncased. Whatever asks for something else would be read wrongly, so it is refused.

tokenizer_config.json goes before tokenizer.json where both speak of lower-casing, as it does in
transformers; where neither does, the vocabulary itself says it: without capitals, lower-case.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

from qna_widget.core.contract import own_layout_signs
from qna_widget.core.types import MAX_WORD_CHARS, TokenizerOptions
from qna_widget.errors import ExportError

from .checkpoint_files import read_object, read_own, read_text

# Classes of transformers that tokenise as BERT does, and two that do what tokenizer.json says.
_BERT_LIKE = re.compile(
    r"(Bert|DistilBert|MobileBert|Electra|ConvBert|LayoutLM|SqueezeBert)Tokenizer(Fast)?"
)
_FOLLOWS_FILE = {"PreTrainedTokenizerFast", "TokenizersBackend"}
ADDED = "added_tokens.json"
_MARK = re.compile(r"\[.*\]")
_KNOWN_MARKS = {"[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"}
_SPECIAL = {"unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "pad": "[PAD]"}


@dataclass(frozen=True)
class Vocabulary:
    """What a tokenizer is made of."""

    tokens: tuple[str, ...]
    """One per id."""
    options: TokenizerOptions
    """config.json says whether a passage is read with signs for its lines and columns."""
    segments: bool
    """Give question and passage token_type_ids of their own, 0 and 1; otherwise all are 0."""


def read_vocabulary(folder: Path) -> Vocabulary:
    """Read vocab.txt or tokenizer.json, and tokenizer_config.json, of a folder.

    Raises ExportError when there is none, or when it asks for another tokenizer than BERT's.
    """
    whole = _json(folder / "tokenizer.json")
    config = read_tokenizer_config(folder)
    lines = folder / "vocab.txt"
    if whole is not None:
        tokens = _from_json(whole, folder / "tokenizer.json")
    elif lines.is_file():
        tokens = _from_lines(lines)
    else:
        raise ExportError(
            f"{folder} has neither vocab.txt nor tokenizer.json: without its vocabulary a model "
            "cannot read. Take them from the checkpoint that it was made of."
        )
    _check_class(config, folder, known=whole is not None)
    _refuse_added_tokens(folder, whole or {}, config)
    marks = {**(_json(folder / "special_tokens_map.json") or {}), **config}
    for kind, token in _SPECIAL.items():
        given = _content(marks.get(f"{kind}_token", token))
        if given not in (token, None):
            raise ExportError(
                f"{folder}: its {kind}_token is {given!r}; only BERT's {token} is supported."
            )
    missing = [token for token in _SPECIAL.values() if token not in tokens]
    if missing:
        raise ExportError(
            f"{folder}: the vocabulary of {len(tokens)} tokens lacks {', '.join(missing)}; it is "
            "not BERT's. Supported are BERT, DistilBERT, MobileBERT and their like."
        )
    cleaning = _normalizer(whole, folder)
    lowercase = _lowercase(config, cleaning, folder, cased=_is_cased(tokens))
    layout_signs = read_own(folder, own_layout_signs)
    options = TokenizerOptions(lowercase=lowercase, layout_signs=layout_signs)
    return Vocabulary(tokens, options, _segments(config))


def read_tokenizer_config(folder: Path) -> dict[str, object]:
    """Return tokenizer_config.json's content; {} when there is none. Raises ExportError."""
    return _json(folder / "tokenizer_config.json") or {}


def _from_lines(file: Path) -> tuple[str, ...]:
    lines = [line.rstrip("\r") for line in read_text(file).split("\n")]  # only \n ends a line
    while lines and lines[-1] == "":  # no token is, whatever an editor left at the end
        del lines[-1]
    return tuple(lines)


def _from_json(whole: Mapping[str, object], file: Path) -> tuple[str, ...]:
    model = whole.get("model")
    kind = model.get("type") if isinstance(model, dict) else None
    if not isinstance(model, dict) or kind != "WordPiece":
        raise ExportError(
            f"{file} is a tokenizer of type {kind!r}; only 'WordPiece' is supported, which BERT, "
            "DistilBERT and MobileBERT have (RoBERTa, ALBERT and XLM have others)."
        )
    for key, wanted in (
        ("unk_token", "[UNK]"),
        ("continuing_subword_prefix", "##"),
        ("max_input_chars_per_word", MAX_WORD_CHARS),
    ):
        if model.get(key, wanted) != wanted:
            raise ExportError(f"{file}: {key} is {model[key]!r}; only {wanted!r} is supported.")
    splitter = whole.get("pre_tokenizer")
    splitter = splitter.get("type") if isinstance(splitter, dict) else splitter
    if splitter != "BertPreTokenizer":
        raise ExportError(
            f"{file} splits words by {splitter!r}; only 'BertPreTokenizer' is supported."
        )
    ids = dict(model["vocab"]) if isinstance(model.get("vocab"), dict) else {}
    added = whole.get("added_tokens")
    for token in filter(_is_object, added if isinstance(added, list) else []):
        ids.setdefault(str(token.get("content")), token.get("id"))
    by_id = {number: token for token, number in ids.items()}
    if not ids or set(by_id) != set(range(len(ids))):
        raise ExportError(f"{file}: the ids of its {len(ids)} tokens are not 0, 1, 2, … .")
    tokens = tuple(by_id[number] for number in range(len(by_id)))
    broken = next((token for token in tokens if "\n" in token), None)
    if broken is not None:
        raise ExportError(f"{file}: the token {broken!r} holds a line break; vocab.txt cannot.")
    return tokens


def _normalizer(whole: Mapping[str, object] | None, folder: Path) -> Mapping[str, object]:
    if whole is None:
        return {}
    found = whole.get("normalizer")
    kind = found.get("type") if isinstance(found, dict) else found
    if not isinstance(found, dict) or kind != "BertNormalizer":
        raise ExportError(
            f"{folder / 'tokenizer.json'} cleans text by {kind!r}; only 'BertNormalizer' is "
            "supported."
        )
    if found.get("clean_text", True) is not True:
        raise ExportError(
            f"{folder / 'tokenizer.json'}: clean_text is off; our tokenizers always drop control "
            "characters."
        )
    return found


def _is_cased(tokens: Collection[str]) -> bool:
    """Tell a vocabulary with capitals: text in lower case would never find them."""
    capitals = sum(token != token.lower() and not _MARK.fullmatch(token) for token in tokens)
    return capitals > len(tokens) / 100


def _refuse_added_tokens(
    folder: Path, whole: Mapping[str, object], config: Mapping[str, object]
) -> None:
    """Refuse tokens that are looked for in text before WordPiece, wherever a library keeps them."""
    marks = _json(folder / "special_tokens_map.json") or {}
    listed: list[object] = [*_values(whole.get("added_tokens")), *(_json(folder / ADDED) or {})]
    listed += [*_values(config.get("added_tokens_decoder"))]
    for said in (marks, config):
        listed += [*_values(said.get("additional_special_tokens"))]
        listed += [*_values(said.get("extra_special_tokens"))]
    odd = next(
        (token for token in map(str, map(_content, listed)) if token not in _KNOWN_MARKS), None
    )
    if odd is not None:
        raise ExportError(
            f"{folder} adds the token {odd!r}, which is found in text before WordPiece; that is "
            "not supported. Give a model that was trained without it."
        )


def _content(token: object) -> object:
    """Return a token's text; libraries keep it as such, or as an object that has it."""
    return token.get("content") if isinstance(token, dict) else token


def _values(given: object) -> Collection[object]:
    """Return a list's items, or an object's values."""
    return given.values() if isinstance(given, dict) else given if isinstance(given, list) else ()


def _lowercase(
    config: Mapping[str, object], cleaning: Mapping[str, object], folder: Path, *, cased: bool
) -> bool:
    def choice(name: str, other: str, default: bool | None) -> object:
        given = config.get(name)
        return cleaning.get(other, default) if given is None else given

    lowercase = bool(choice("do_lower_case", "lowercase", not cased))
    strip = choice("strip_accents", "strip_accents", None)
    if strip is not None and bool(strip) != lowercase:
        raise ExportError(
            f"{folder}: its tokenizer {'lower-cases' if lowercase else 'keeps case'} but "
            f"{'strips' if strip else 'keeps'} accents. Supported are lower-casing with stripping, "
            "and neither."
        )
    if not choice("tokenize_chinese_chars", "handle_chinese_chars", True):
        raise ExportError(
            f"{folder}: its tokenizer leaves Chinese characters together; ours set them apart."
        )
    return lowercase


def _segments(config: Mapping[str, object]) -> bool:
    """Tell whether the tokenizer gives token_type_ids; DistilBERT's does not unless it says so."""
    names = config.get("model_input_names")
    if isinstance(names, list):
        return "token_type_ids" in names
    return not str(config.get("tokenizer_class")).startswith("DistilBert")


def _check_class(config: Mapping[str, object], folder: Path, *, known: bool) -> None:
    """Refuse a class with code of its own, such as BertJapaneseTokenizer."""
    name = config.get("tokenizer_class")
    if name is None or _BERT_LIKE.fullmatch(str(name)) or (known and name in _FOLLOWS_FILE):
        return
    raise ExportError(
        f"{folder}: its tokenizer is {name}; supported is BERT's (BertTokenizer and its like)."
    )


def _is_object(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _json(file: Path) -> dict[str, object] | None:
    """Return None when there is no such file."""
    return read_object(file) if file.is_file() else None

"""A checkpoint's tokenizer files, held to the Rust library that wrote them; others are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import tokenizers
from tokenizers.models import BPE, WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer, Whitespace

from qna_widget.core.tokenizer import Tokenizer
from qna_widget.errors import ExportError
from qna_widget.evaluation.squad import read_examples
from qna_widget.export.vocabulary import read_vocabulary
from qna_widget.models import files, registry

TOKENS = list(files.read_vocab(registry.resolve("bundled").vocab))


def write(
    folder: Path,
    *,
    model: Any = None,
    cleaning: Any = None,
    splitter: Any = None,
    config: dict[str, Any] | None = None,
) -> tokenizers.Tokenizer:
    """Let the library write tokenizer.json; return its tokenizer."""
    ids = {token: number for number, token in enumerate(TOKENS)}
    whole = tokenizers.Tokenizer(model or WordPiece(ids, unk_token="[UNK]"))
    whole.normalizer = cleaning or BertNormalizer(lowercase=True)
    whole.pre_tokenizer = splitter or BertPreTokenizer()
    whole.add_special_tokens(["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"])
    whole.save(str(folder / "tokenizer.json"))
    if config is not None:
        (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    return whole


@pytest.mark.parametrize("lowercase", [True, False])
def test_tokenizer_json_gives_the_librarys_tokens(
    tmp_path: Path, own_texts: Path, lowercase: bool
) -> None:
    theirs = write(tmp_path, cleaning=BertNormalizer(lowercase=lowercase))
    found = read_vocabulary(tmp_path)
    assert (found.options.lowercase, list(found.tokens)) == (lowercase, TOKENS)
    ours = Tokenizer(found.tokens, found.options)
    texts = {text for example in read_examples(own_texts) for text in (example.passage,)}
    texts |= {"Ångström CAFÉ naïve 東京 “quoted” İstanbul ﬁne"}
    assert len(texts) > 3
    for text in texts:
        assert ours.encode(text).input_ids.tolist() == theirs.encode(text).ids


def test_vocab_txt_keeps_odd_tokens(tmp_path: Path) -> None:
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a\u2028b", "\x85", "ü"]
    (tmp_path / "vocab.txt").write_bytes("\r\n".join([*tokens, ""]).encode())
    found = read_vocabulary(tmp_path)
    assert (list(found.tokens), found.options.lowercase) == (tokens, True)


@pytest.mark.parametrize("config", [False, True, None])
@pytest.mark.parametrize("cleaning", [False, True])
def test_the_config_goes_before_the_file(
    tmp_path: Path, cleaning: bool, config: bool | None
) -> None:
    write(
        tmp_path,
        cleaning=BertNormalizer(lowercase=cleaning),
        config={} if config is None else {"do_lower_case": config},
    )
    assert read_vocabulary(tmp_path).options.lowercase is (cleaning if config is None else config)


@pytest.mark.parametrize(
    ("config", "segments"),
    [
        ({}, True),
        ({"tokenizer_class": "BertTokenizer"}, True),
        ({"tokenizer_class": "DistilBertTokenizer"}, False),
        ({"model_input_names": ["input_ids", "attention_mask"]}, False),
        (
            {"tokenizer_class": "DistilBertTokenizer", "model_input_names": ["token_type_ids"]},
            True,
        ),
    ],
)
def test_segments_are_given_where_the_tokenizer_names_them(
    tmp_path: Path, config: dict[str, Any], segments: bool
) -> None:
    write(tmp_path, config=config)
    assert read_vocabulary(tmp_path).segments is segments


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"model": BPE({"a": 0}, [])}, "type 'BPE'; only 'WordPiece'"),
        ({"splitter": Whitespace()}, "splits words by 'Whitespace'"),
        ({"cleaning": tokenizers.normalizers.NFKC()}, "cleans text by 'NFKC'"),
        ({"cleaning": BertNormalizer(strip_accents=False)}, "lower-cases but keeps accents"),
        ({"cleaning": BertNormalizer(clean_text=False)}, "clean_text is off"),
        ({"cleaning": BertNormalizer(handle_chinese_chars=False)}, "Chinese characters"),
        ({"config": {"strip_accents": True, "do_lower_case": False}}, "keeps case but strips"),
        ({"config": {"tokenize_chinese_chars": False}}, "Chinese characters"),
        ({"config": {"tokenizer_class": "BertJapaneseTokenizer"}}, "is BertJapaneseTokenizer"),
        ({"config": {"cls_token": "<s>"}}, r"cls_token is '<s>'; only BERT's \[CLS\]"),
        (
            {"model": WordPiece({"[UNK]": 0}, unk_token="[UNK]", continuing_subword_prefix="@@")},
            "continuing_subword_prefix is '@@'",
        ),
        (
            {"model": WordPiece({"[UNK]": 0}, unk_token="[UNK]", max_input_chars_per_word=9)},
            "max_input_chars_per_word is 9",
        ),
    ],
)
def test_what_is_not_berts_is_refused(tmp_path: Path, files: dict[str, Any], words: str) -> None:
    write(tmp_path, **files)
    with pytest.raises(ExportError, match=words):
        read_vocabulary(tmp_path)


def change(file: Path, path: list[Any], value: Any) -> None:
    whole = json.loads(file.read_text(encoding="utf-8"))
    place = whole
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    file.write_text(json.dumps(whole), encoding="utf-8")


ODD = {"id": 30522, "content": "covid", "special": False}


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["model", "vocab", "dog"], 40_000, "are not 0, 1, 2"),
        (["model", "vocab", "dog"], "x", "are not 0, 1, 2"),
        (["model", "vocab"], None, "are not 0, 1, 2"),
        (["model"], [], "type None"),
        (["normalizer"], None, "cleans text by None"),
        (["pre_tokenizer"], None, "splits words by None"),
        (["added_tokens"], [ODD], "adds the token 'covid'"),
    ],
)
def test_damaged_and_extended_files_are_refused(
    tmp_path: Path, path: list[Any], value: Any, words: str
) -> None:
    write(tmp_path)
    change(tmp_path / "tokenizer.json", path, value)
    with pytest.raises(ExportError, match=words):
        read_vocabulary(tmp_path)


def test_not_json_and_nothing(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"neither vocab\.txt nor tokenizer\.json"):
        read_vocabulary(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(ExportError, match="is not JSON"):
        read_vocabulary(tmp_path)
    (tmp_path / "tokenizer.json").write_text("[]")
    with pytest.raises(ExportError, match="no JSON object"):
        read_vocabulary(tmp_path)

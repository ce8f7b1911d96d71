"""Whatever comes in: an answer in the promised form, or one of our own errors, nothing else."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

pytest.importorskip("hypothesis", reason="a package of the test group")

from fuzzing import SCALARS, cases
from hypothesis import example, given
from hypothesis import strategies as st

from qna_widget.answering.options import ask_options
from qna_widget.answering.pairs import pairs
from qna_widget.errors import ExportError, InputError, ModelNotFoundError
from qna_widget.export.checkpoint_files import read_config
from qna_widget.export.vocabulary import read_vocabulary
from qna_widget.models import names, registry

TEXTS = st.text(max_size=60)
KEYS = st.sampled_from(["question", "context", "passage", "id"]) | TEXTS
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4)
)
NAMES = st.lists(
    st.sampled_from(
        ["hf://", "https://", "huggingface.co", "/", "@", "owner", "name", "tree", "~", "..", ".",
         "bundled", "mobilebert", "auto", " ", "\0", "%2F", "?", "#", "é", "\ud800", "x" * 300]
    ),
    max_size=8,
).map("".join)  # fmt: skip


@cases()
@example("~nobody\0")
@example("~\ud800")
@example("mobilebert@.https://bundled@/@")
@given(NAMES | TEXTS)
def test_a_name_means_something_or_is_refused_in_words(text: str) -> None:
    try:
        found = names.parse(text)
    except InputError:
        return
    assert isinstance(found, names.ModelName)
    assert names.parse(found) is found
    if isinstance(found, names.Folder):
        assert not found.exists or found.path.is_dir()
    else:
        assert "://" not in str(found)
        assert names.parse(str(found)) == found or names.Folder(Path(str(found))).exists


@cases()
@given(NAMES)
def test_a_folder_that_is_none_is_said_to_be_none(text: str) -> None:
    folder = names.Folder(Path(text))
    if not folder.exists:
        with pytest.raises(ModelNotFoundError, match="There is no model"):
            registry.resolve(folder)


@cases()
@given(ANYTHING, ANYTHING, ANYTHING)
def test_what_is_asked_is_pairs_of_texts_or_refused(
    question: object, passage: object, context: object
) -> None:
    try:
        found, single = pairs(question, passage, context)
    except InputError:
        return
    assert all(isinstance(text, str) for pair in found for text in pair)
    assert not single or len(found) >= 1


OPTIONS = (
    "top_k", "max_answer_len", "doc_stride", "max_seq_len", "max_question_len",
    "no_answer_threshold", "handle_impossible_answer", "overlap", "align_to_words",
)  # fmt: skip


@cases()
@given(st.dictionaries(st.sampled_from(OPTIONS), SCALARS, max_size=4))
def test_options_are_within_their_bounds_or_refused(options: dict[str, object]) -> None:
    try:
        chosen = ask_options(options, 384)
    except InputError:
        return
    assert 8 <= chosen.features.max_seq_len <= 384
    assert 1 <= chosen.decoding.top_k <= 100


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
)
SETTINGS = st.dictionaries(
    st.sampled_from(
        ["model_type", "architectures", "do_lower_case", "strip_accents", "cls_token",
         "added_tokens_decoder", "additional_special_tokens", "tokenizer_class", "model"]
    ),
    JSON,
)  # fmt: skip


@cases()
@given(SETTINGS | JSON, SETTINGS | JSON, st.binary(max_size=40))
def test_a_strangers_files_are_read_or_refused_in_words(
    config: object, tokenizer: object, more: bytes
) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer), encoding="utf-8")
        (folder / "vocab.txt").write_bytes(b"[PAD]\n[UNK]\n[CLS]\n[SEP]\n" + more)
        for read in (read_config, read_vocabulary):
            try:
                read(folder)
            except ExportError:
                continue

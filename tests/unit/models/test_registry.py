"""Models by name: what resolves, what is refused, and that damaged files are noticed."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import tiny_model

from qna_widget.errors import ModelFileError, ModelNotFoundError
from qna_widget.models import cache, files, names, registry


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the bundled model outside the package."""
    shutil.copytree(registry.BUNDLED, tmp_path / "model")
    return tmp_path / "model"


def test_auto_is_the_bundled_model_where_there_is_no_other() -> None:
    model = registry.resolve("bundled")
    assert (model.name, model.note, model.max_seq_len) == ("bundled", "", 384)
    auto = registry.resolve("auto")
    assert replace(auto, note="") == model
    assert auto.note.startswith("The bundled model answers, because MobileBERT is not on this")
    assert model.onnx.path == "models/bundled/model.onnx.gz"


@pytest.mark.parametrize("damage", [Path.unlink, lambda file: os.truncate(file, 5)])
def test_auto_is_the_bundled_model_where_a_file_of_the_other_is_cut_or_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None]
) -> None:
    monkeypatch.setenv("QNA_WIDGET_CACHE", str(tmp_path))
    entry = cache.Entry(names.MOBILEBERT, "c", "k")
    tiny_model.write(entry.folder)
    cache.remember(entry)
    mobilebert = registry.resolve("auto")
    assert mobilebert.title == "MobileBERT"
    damage(mobilebert.onnx.file)
    auto = registry.resolve("auto")
    assert (auto.name, "MobileBERT is not on this machine" in auto.note) == ("bundled", True)


def test_bundled_files_are_as_described() -> None:
    model = registry.resolve()
    assert len(files.read(model.onnx)) == model.onnx.unpacked_bytes
    assert model.onnx.file.stat().st_size == model.onnx.bytes <= 24_000_000
    vocab = files.read_vocab(model.vocab)
    assert len(vocab) == 30522
    assert vocab[100:104] == ["[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def test_a_folder_is_a_model(folder: Path) -> None:
    model = registry.resolve(folder)
    assert model.onnx.file == folder / "model.onnx.gz"
    assert files.read(model.onnx) == files.read(registry.resolve().onnx)
    assert registry.resolve(str(folder)) == model


def test_a_description_cannot_name_files_elsewhere(folder: Path) -> None:
    description = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    description["files"]["vocab"]["path"] = "../../etc/vocab.txt.gz"
    (folder / "model.json").write_text(json.dumps(description), encoding="utf-8")
    assert registry.resolve(folder).vocab.file == folder / "vocab.txt.gz"


def described(folder: Path, **values: object) -> None:
    description = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps({**description, **values}), encoding="utf-8")


@pytest.mark.parametrize(("given", "kept"), [(-1.25, -1.25), (3, 3.0), (None, 0.0)])
def test_a_model_has_a_no_answer_threshold_of_its_own(
    folder: Path, given: object, kept: float
) -> None:
    described(folder, no_answer_threshold=given)
    assert registry.resolve(folder).no_answer_threshold == kept


@pytest.mark.parametrize("given", ["1", 101, True, []])
def test_a_threshold_that_is_none_is_refused(folder: Path, given: object) -> None:
    described(folder, no_answer_threshold=given)
    with pytest.raises(ModelFileError, match=r"no_answer_threshold must be a number from -100"):
        registry.resolve(folder)


@pytest.mark.parametrize("given", ["1", -0.1, 1.5, True, None])
def test_a_cut_share_that_is_none_is_refused(folder: Path, given: object) -> None:
    described(folder, cut_share=given)
    with pytest.raises(ModelFileError, match=r"cut_share must be a number from 0 to 1"):
        registry.resolve(folder)


@pytest.mark.parametrize("given", ["yes", 2, None, []])
def test_layout_signs_that_are_no_truth_are_refused(folder: Path, given: object) -> None:
    described(folder, layout_signs=given)
    with pytest.raises(ModelFileError, match=r"layout_signs must be True or False"):
        registry.resolve(folder)


@pytest.mark.parametrize(
    ("part", "given"),
    [
        ("bytes", "5"), ("bytes", -1), ("unpacked_bytes", 1 << 60), ("unpacked_bytes", None),
        ("sha256", 5), ("encoding", "zip"), ("name", []),
    ],
)  # fmt: skip
def test_a_file_that_is_described_oddly_is_refused(folder: Path, part: str, given: object) -> None:
    said = json.loads((folder / "model.json").read_text(encoding="utf-8"))["files"]
    described(folder, files={**said, "onnx": {**said["onnx"], part: given}})
    with pytest.raises(ModelFileError, match=rf"{part} must be"):
        registry.resolve(folder)


@pytest.mark.parametrize(
    "values", [{"max_seq_len": 1 << 40}, {"max_seq_len": -3}, {"lowercase": "no"}]
)
def test_a_model_that_is_described_oddly_is_refused(
    folder: Path, values: dict[str, object]
) -> None:
    described(folder, **values)
    with pytest.raises(ModelFileError, match=r"must be"):
        registry.resolve(folder)


def packed(folder: Path, data: bytes, unpacked_bytes: int) -> None:
    """Let the folder's vocabulary be `data`, packed and described as having so many bytes."""
    shipped = gzip.compress(data)
    (folder / "vocab.txt.gz").write_bytes(shipped)
    said = json.loads((folder / "model.json").read_text(encoding="utf-8"))["files"]
    own = {"sha256": hashlib.sha256(shipped).hexdigest(), "bytes": len(shipped)}
    vocab = {**said["vocab"], **own, "unpacked_bytes": unpacked_bytes}
    described(folder, files={**said, "vocab": vocab})


def test_a_file_never_unpacks_beyond_what_is_described(folder: Path) -> None:
    packed(folder, bytes(60_000_000), 4)
    vocab = registry.resolve(folder).vocab
    tracemalloc.start()
    with pytest.raises(ModelFileError, match="holds more than 4 bytes"):
        files.read_vocab(vocab)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()
    packed(folder, b"four", 1 << 31)
    with pytest.raises(ModelFileError, match=r"holds 4 bytes instead of 2,147,483,648"):
        files.read_vocab(registry.resolve(folder).vocab)


def test_a_device_or_a_pipe_is_no_file_of_a_model(folder: Path) -> None:
    file = folder / "vocab.txt.gz"
    for make in (lambda: file.symlink_to("/dev/zero"), lambda: os.mkfifo(file)):
        file.unlink()
        make()
        with pytest.raises(ModelFileError, match="it is a pipe or a device, no file"):
            files.read_vocab(registry.resolve(folder).vocab)


def test_a_file_of_a_model_has_a_bound(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MODEL_BYTES", 100)
    with pytest.raises(ModelFileError, match="more than 100 bytes, the most that is read"):
        files.read_vocab(registry.resolve(folder).vocab)


def test_unknown_names_are_told_what_is_allowed(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match=r"'gpt-7'.*no such folder.*'bundled'.*export"):
        registry.resolve("gpt-7")
    with pytest.raises(ModelNotFoundError, match=r"neither model\.json"):
        registry.resolve(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"name": "x"}'])
def test_a_broken_description_is_refused(folder: Path, content: str) -> None:
    (folder / "model.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelFileError, match="is not a model description"):
        registry.resolve(folder)


def test_a_path_that_no_file_can_have_is_refused(folder: Path) -> None:
    described = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    described["files"]["onnx"]["path"] = "a\0b"
    (folder / "model.json").write_text(json.dumps(described), encoding="utf-8")
    with pytest.raises(ModelFileError, match="path must be the name of a file"):
        registry.resolve(folder)


def test_a_vocabulary_with_a_missing_line_is_refused(folder: Path) -> None:
    """All later ids would be those of other words."""
    model = registry.resolve(folder)
    lines = gzip.decompress(model.vocab.file.read_bytes()).splitlines(keepends=True)
    model.vocab.file.write_bytes(gzip.compress(b"".join(lines[:-2] + lines[-1:])))
    with pytest.raises(ModelFileError, match=r"vocab\.txt.* has sha256 .* but model\.json says"):
        files.read_vocab(registry.resolve(folder).vocab)


def test_changed_and_missing_files_are_refused(folder: Path) -> None:
    model = registry.resolve(folder)
    model.vocab.file.write_bytes(gzip.compress(b"[UNK]\n"))
    with pytest.raises(ModelFileError, match=r"has sha256 .* but model\.json says"):
        files.read_vocab(model.vocab)
    model.vocab.file.unlink()
    with pytest.raises(ModelFileError, match="cannot be read"):
        files.read_vocab(model.vocab)

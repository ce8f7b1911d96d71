import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from qna_widget.core.contract import CHUNK_BYTES
from qna_widget.core.manifest import Asset
from qna_widget.errors import AssetError
from qna_widget.hosts import assets
from qna_widget.hosts.assets import AssetReader
from qna_widget.hosts.page import page_manifest
from qna_widget.models import registry

CONTENT = bytes(range(256)) * 5000


@pytest.fixture
def asset(tmp_path: Path) -> Asset:
    file = tmp_path / "model.onnx.gz"
    file.write_bytes(CONTENT)
    return Asset(
        name="model.onnx",
        path=str(file),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        bytes=len(CONTENT),
        encoding="gzip",
        unpacked_bytes=9,
    )


def test_ranges_make_up_the_file_and_are_counted(asset: Asset) -> None:
    reader = AssetReader([asset])
    parts = [
        reader.read(asset.sha256, offset, CHUNK_BYTES)[1]
        for offset in range(0, asset.bytes, CHUNK_BYTES)
    ]
    assert len(parts) == 2
    assert b"".join(parts) == CONTENT
    assert reader.bytes_read == len(CONTENT)


@pytest.mark.parametrize(
    ("sha256", "offset", "length", "words"),
    [
        ("0" * 64, 0, 10, "no file with sha256"),
        ("../../etc/passwd", 0, 10, "no file with sha256"),
        (None, 0, 10, "no file with sha256"),
        (["x"], 0, 10, "no file with sha256"),
        ("", -1, 10, "nothing at -1"),
        ("", len(CONTENT), 10, f"has {len(CONTENT)} bytes"),
        ("", 1.5, 10, "nothing at 1.5"),
        ("", True, 10, "nothing at True"),
        ("", 0, 0, f"1 to {CHUNK_BYTES} bytes"),
        ("", 0, CHUNK_BYTES + 1, f"asked for {CHUNK_BYTES + 1}"),
        ("", 0, "10", "asked for '10'"),
    ],
)
def test_anything_else_is_refused_in_words(
    asset: Asset, sha256: object, offset: object, length: object, words: str
) -> None:
    reader = AssetReader([asset])
    with pytest.raises(AssetError, match=words):
        reader.read(asset.sha256 if sha256 == "" else sha256, offset, length)
    assert reader.bytes_read == 0


def test_a_file_that_changed_or_vanished_is_named(asset: Asset) -> None:
    reader = AssetReader([asset])
    Path(asset.path).write_bytes(b"short")
    with pytest.raises(AssetError, match=r"has 5 bytes on disk instead of .*install"):
        reader.read(asset.sha256, 0, 10)
    Path(asset.path).unlink()
    with pytest.raises(AssetError, match=r"model\.onnx cannot be read \(No such file"):
        reader.read(asset.sha256, 0, 10)


def test_the_optional_runtime_is_told_and_handed_out_where_it_was_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = registry.resolve("bundled")
    assert model.onnx_webgpu is None
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    monkeypatch.setattr(assets, "wasm", lambda: model.vocab)
    assert "webgpu" not in page_manifest(model)["runtime"]
    assert assets.runtime_files() == [model.vocab]
    script, wasm = (
        {"name": name, "path": f"static/{name}", "sha256": name * 32, "bytes": 3}
        | {"encoding": "gzip", "unpacked_bytes": 9}
        for name in ("ab", "cd")
    )
    (tmp_path / "webgpu.json").write_text(json.dumps({"script": script, "wasm": wasm}))
    # A listing may be older than the sums of what files unpack to.
    told = {"script": script | {"unpacked_sha256": ""}, "wasm": wasm | {"unpacked_sha256": ""}}
    assert page_manifest(model)["runtime"]["webgpu"] == told
    assert [file.sha256 for file in assets.runtime_files()[1:]] == ["ab" * 32, "cd" * 32]


def test_a_second_file_for_webgpu_is_told_and_handed_out() -> None:
    model = registry.resolve("bundled")
    second = replace(model.onnx, path="/home/me/models/webgpu.onnx.gz", sha256="ef" * 32)
    both = replace(model, onnx_webgpu=second)
    assert both.files == [model.onnx, model.vocab, second]
    told = page_manifest(both)["model"]["onnx_webgpu"]
    assert (told["sha256"], told["path"]) == ("ef" * 32, "webgpu.onnx.gz")
    assert page_manifest(model)["model"]["onnx_webgpu"] is None


def test_a_front_end_that_was_not_built_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    with pytest.raises(AssetError, match="make build"):
        assets.built("widget.js")

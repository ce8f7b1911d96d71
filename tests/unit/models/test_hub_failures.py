"""The hub refuses, fails, sends what it should not, or holds what nobody can use: each in words.

Against a server on this machine; whatever goes wrong, nothing half-written stays.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path

import huggingface_hub
import pytest
from hub_server import Hub, leftovers, quiet

from qna_widget.errors import (
    ExportError,
    HubError,
    ModelAccessError,
    ModelCacheError,
    ModelError,
    ModelFileError,
    ModelNotFoundError,
)
from qna_widget.models import registry

NAME = "owner/tiny"


def test_a_download_that_never_ends_well_leaves_nothing(
    hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", quiet)
    hub.cuts = [100] * 50
    with pytest.raises(HubError, match=r"owner/tiny is not on this machine, and the hub at .*did"):
        registry.resolve(NAME, quiet)
    assert leftovers(home) == []
    hub.cuts = []
    assert registry.resolve(NAME, quiet).name == NAME


def test_wrong_bytes_are_refused_and_removed(hub: Hub, home: Path) -> None:
    hub.corrupt = True
    with pytest.raises(ModelFileError, match=r"model\.safetensors of owner/tiny is damaged"):
        registry.resolve(NAME, quiet)
    assert leftovers(home) == []
    assert not list((home / "hub").rglob("*.safetensors"))
    hub.corrupt = False
    assert registry.resolve(NAME, quiet).name == NAME


@pytest.mark.parametrize(
    ("change", "token", "error", "words"),
    [
        (lambda hub: hub.repos.clear(), "t", ModelNotFoundError, r"no model owner/tiny \(404\)"),
        (lambda hub: hub.repos.clear(), "", ModelAccessError, r"\(401\): it is private, or there"),
        (lambda hub: mark(hub, "private"), "", ModelAccessError, r"to strangers \(401\).*HF_TOKEN"),
        (lambda hub: mark(hub, "forbidden"), "t", ModelAccessError, r"refuses owner/tiny \(403\)"),
        (
            lambda hub: mark(hub, "gated"),
            "",
            ModelAccessError,
            r"is gated: .*/owner/tiny, then",
        ),
        (lambda hub: hub.repos[NAME].refs.clear(), "", ModelNotFoundError, "no revision 'main'"),
        (lambda hub: setattr(hub, "down", 503), "", HubError, "answered 503 for owner/tiny"),
    ],
)
def test_each_refusal_is_told_apart(
    hub: Hub,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Hub], None],
    token: str,
    error: type[ModelError],
    words: str,
) -> None:
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    change(hub)
    with pytest.raises(error, match=words):
        registry.resolve(NAME, quiet)
    assert leftovers(home) == []


@pytest.mark.parametrize("offline", ["", "1"])
def test_a_download_that_was_damaged_later_is_noticed(
    hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch, offline: str
) -> None:
    for file in ("config.json", "model.safetensors", "vocab.txt"):  # as transformers would
        huggingface_hub.hf_hub_download(NAME, file, endpoint=hub.url, cache_dir=str(home / "hub"))
    (weights,) = (home / "hub").rglob("model.safetensors")
    data = weights.read_bytes()
    weights.resolve().write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    monkeypatch.setenv("HF_HUB_OFFLINE", offline)
    with pytest.raises(ModelFileError, match="is damaged: its digest"):
        registry.resolve(NAME, quiet)
    monkeypatch.delenv("HF_HUB_OFFLINE")
    assert registry.resolve(NAME, quiet).name == NAME


def mark(hub: Hub, trouble: str) -> None:
    setattr(hub.repos[NAME], trouble, True)


def test_a_token_opens_what_is_private_and_gated(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    mark(hub, "private")
    mark(hub, "gated")
    monkeypatch.setenv("HF_TOKEN", "t")
    assert registry.resolve(NAME, quiet).name == NAME


def test_no_hub_at_all(home: Path) -> None:
    words = r"hub at http://127\.0\.0\.1:9 did not give it: Connection refused\. .*HF_ENDPOINT"
    with pytest.raises(HubError, match=words):
        registry.resolve(NAME, quiet)


def test_offline_mode_asks_nobody(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(HubError, match="HF_HUB_OFFLINE forbids"):
        registry.resolve(NAME, quiet)
    assert hub.log == []


def without_head(folder: Path) -> None:
    from safetensors.numpy import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    kept = {name: value for name, value in weights.items() if not name.startswith("qa_outputs")}
    save_file(kept, folder / "model.safetensors")


def swap(folder: Path) -> None:
    """Give a weight another one's shape."""
    from safetensors.numpy import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    name = "bert.encoder.layer.0.output.dense"
    weights[f"{name}.weight"] = weights[f"{name}.bias"]
    save_file(weights, folder / "model.safetensors")


def of_type(kind: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        text = json.dumps({**config, "model_type": kind})
        (folder / "config.json").write_text(text, encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: (folder / "model.safetensors").rename(folder / "pytorch_model.bin"),
         r"owner/odd has only pytorch_model\.bin.*pickle runs any code.*safetensors"),
        (without_head, r"no weight 'qa_outputs\.weight'.*question-answering"),
        (of_type("gpt2"), r"owner/odd is a model of type 'gpt2'; known are bert"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"\x80\x04pickle"),
         "is no safetensors file"),
        (lambda folder: (folder / "vocab.txt").unlink(), r"neither vocab\.txt nor tokenizer\.json"),
        (lambda folder: (folder / "vocab.txt").write_text("a\nb\n"), r"lacks \[UNK\], \[CLS\]"),
        (lambda folder: (folder / "vocab.txt").open("a").write("more\nwords\n"),
         "vocabulary of 18 tokens for a model of 16"),
        (lambda folder: (folder / "config.json").write_text("[1"), r"config\.json is not JSON"),
        (lambda folder: swap(folder), "cannot be converted, its files do not fit together"),
        (lambda folder: (folder / "model.safetensors").unlink(), "owner/odd holds no model"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_words(
    hub: Hub, home: Path, checkpoint: Path, change: Callable[[Path], object], words: str
) -> None:
    change(checkpoint)
    hub.add("owner/odd", checkpoint)
    with pytest.raises((ExportError, ModelNotFoundError), match=words):
        registry.resolve("owner/odd", quiet)
    assert leftovers(home) == []
    with pytest.raises((ExportError, ModelNotFoundError), match=words.replace("owner/odd", ".*")):
        registry.resolve(checkpoint, quiet)
    assert leftovers(home) == []
    assert hub.sent("pytorch_model.bin") == 0


def test_a_full_disk_is_named_and_left_clean(
    hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("huggingface_hub.file_download.http_get", full)
        with pytest.raises(ModelCacheError, match=r"the disk is full\. Make room, or let QNA_"):
            registry.resolve(NAME, quiet)
        assert leftovers(home) == []
    with monkeypatch.context() as patch:
        patch.setattr("qna_widget.export.bundle.Path.write_bytes", full)
        with pytest.raises(ModelCacheError, match="the disk is full"):
            registry.resolve(NAME, quiet)
        assert leftovers(home) == []
    with monkeypatch.context() as patch:
        patch.setattr("qna_widget.models.cache.json.dump", full)
        with pytest.raises(ModelCacheError, match="the disk is full"):
            registry.resolve(NAME, quiet)
    assert registry.resolve(NAME, quiet).name == NAME


@pytest.mark.parametrize("stage", ["Downloading", "Converting"])
def test_a_fetch_can_be_stopped(hub: Hub, home: Path, stage: str) -> None:
    class StoppedError(Exception):
        pass

    def stop(what: str, _done: int, _total: int) -> None:
        if what.startswith(stage):
            raise StoppedError

    with pytest.raises(StoppedError):
        registry.resolve(NAME, stop)
    assert leftovers(home) == []

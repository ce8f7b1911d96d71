"""Models that the hub's library has from earlier, in whole or in part, where the hub is gone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import huggingface_hub
import pytest
from hub_server import Hub, quiet
from no_proxies import plain as plain

from qna_widget.errors import HubError
from qna_widget.models import registry

NAME = "owner/tiny"
FILES = ("config.json", "vocab.txt", "model.safetensors")


def hold(hub: Hub, home: Path, *files: str, repo: str = NAME) -> Path:
    """Let the library's cache have some files of a repository; return its folder there."""
    for file in files:
        place = str(home / "hub")
        huggingface_hub.hf_hub_download(repo, file, endpoint=hub.url, cache_dir=place)
    return home / "hub" / f"models--{repo.replace('/', '--')}"


@pytest.mark.parametrize("offline", [True, False])
@pytest.mark.parametrize(
    ("files", "words"),
    [
        (FILES[:2], r"a part is on this machine \(.*vocab.txt.*holds no model.*model.safetensors"),
        (FILES[::2], r"a part is on this machine .*lacks vocab.txt or tokenizer.json"),
        (FILES[1:], r"a part is on this machine .*no config.json that says"),
        (FILES[:1], r"a part is on this machine \(config.json\).*holds no model"),
    ],
)
def test_what_is_missing_of_a_part_is_said(
    hub: Hub,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: tuple[str, ...],
    words: str,
    offline: bool,
) -> None:
    hold(hub, home, *files)
    if offline:
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    else:
        monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(HubError, match=words) as told:
        registry.resolve(NAME, quiet)
    assert ("HF_HUB_OFFLINE forbids" if offline else "Connection refused") in str(told.value)


def without_config(hub: Hub, home: Path, checkpoint: Path) -> str:
    """Hold an ONNX file and its tokenizer alone, as transformers.js's users have them."""
    import onnx

    from qna_widget.export.checkpoint import read_checkpoint
    from qna_widget.export.recipe import float_graph

    model = float_graph(read_checkpoint(checkpoint))
    (checkpoint / "onnx").mkdir()
    onnx.save(model, checkpoint / "onnx" / "model.onnx")
    for file in ("config.json", "model.safetensors"):
        (checkpoint / file).unlink()
    (checkpoint / "tokenizer_config.json").write_text('{"model_max_length": 24}')
    hub.add("owner/ready", checkpoint)
    files = ("onnx/model.onnx", "vocab.txt", "tokenizer_config.json")
    hold(hub, home, *files, repo="owner/ready")
    return "owner/ready"


def without_reference(hub: Hub, home: Path, _: Path) -> str:
    shutil.rmtree(hold(hub, home, *FILES) / "refs")
    return NAME


def by_commit(hub: Hub, home: Path, _: Path) -> str:
    hold(hub, home, *FILES)
    return f"{NAME}@{hub.repos[NAME].refs['main']}"


def without_links(hub: Hub, home: Path, _: Path) -> str:
    """Copy the cache as file systems without links have it."""
    place = hold(hub, home, *FILES)
    shutil.copytree(place, home / "copy")
    shutil.rmtree(place)
    (home / "copy").rename(place)
    shutil.rmtree(place / "blobs")
    return NAME


@pytest.mark.parametrize("offline", [True, False])
@pytest.mark.parametrize("prepare", [without_config, without_reference, by_commit, without_links])
def test_what_is_enough_answers_where_the_hub_is_gone(
    hub: Hub,
    home: Path,
    checkpoint: Path,
    monkeypatch: pytest.MonkeyPatch,
    prepare: Callable[[Hub, Path, Path], str],
    offline: bool,
) -> None:
    name = prepare(hub, home, checkpoint)
    if offline:
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    else:
        monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert registry.resolve(name, quiet).name == name


def test_a_revision_that_is_not_held_is_not_taken_for_another(
    hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(hold(hub, home, *FILES) / "refs")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for revision in ("v2", "../..", "/etc", "a" * 40):
        with pytest.raises(HubError, match="is not on this machine"):
            registry.resolve(f"{NAME}@{revision}", quiet)

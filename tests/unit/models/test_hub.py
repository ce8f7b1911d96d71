"""Models from the hub, against a server on this machine that speaks its protocol and fails like it.

The client is the real huggingface_hub, the payload a small BERT that transformers wrote.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import huggingface_hub
import pytest
from hub_server import Hub, leftovers, quiet, serve
from safetensors.numpy import load_file, save_file

from qna_widget import QnA, QuestionAnswerer
from qna_widget.errors import ExportError, ModelFileError, ModelNotFoundError
from qna_widget.export import conversion
from qna_widget.export.bundle import Origin
from qna_widget.export.recipe import export_checkpoint
from qna_widget.models import cache, fetch, files, menu, names, registry

TINY = Path(__file__).parents[2] / "parity" / "tiny_bert"
WEIGHTS = (TINY / "model.safetensors").read_bytes()
NAME = "owner/tiny"
Said = list[tuple[str, int, int]]


def get(name: str) -> cache.Entry:
    found = names.parse(name)
    assert isinstance(found, names.HubName)
    return fetch.fetch(found, quiet)


def test_the_first_load_tells_its_progress_and_the_second_needs_no_hub(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: Said = []
    with serve() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        running.add(NAME, TINY)
        first = registry.resolve(NAME, lambda *step: said.append(step))
        assert running.sent("/large/") == len(WEIGHTS)
    downloads = [(done, total) for what, done, total in said if what == f"Downloading {NAME}"]
    whole = len(WEIGHTS) + len((TINY / "vocab.txt").read_bytes())
    assert [done for done, _ in downloads] == sorted(done for done, _ in downloads)
    assert downloads[-1] == (whole, whole)
    assert said[-1][0] == f"Converting {NAME}"
    assert (first.name, first.title, first.note, first.max_seq_len) == (NAME, NAME, "", 24)

    said.clear()  # the server is gone
    assert registry.resolve(NAME, lambda *step: said.append(step)) == first
    assert said == []
    assert len(files.read(first.onnx)) == first.onnx.unpacked_bytes
    listed = {model.name: model for model in menu.available()}
    assert (listed[NAME].where, listed[NAME].cached) == ("cache", True)
    assert listed[NAME].bytes == first.onnx.bytes + first.vocab.bytes


def test_answers_are_those_of_the_same_checkpoint_exported_by_hand(
    hub: Hub, tmp_path: Path
) -> None:
    export_checkpoint(TINY, tmp_path / "out", Origin("x", "x", "", ""), max_seq_len=24)
    question, passage = "who saw the cats?", "The dog sat. A cat saw the dogs, the cats saw a mat."
    by_name, by_hand = QuestionAnswerer(NAME), QuestionAnswerer(tmp_path / "out")
    assert by_name.ask(question, passage, top_k=5) == by_hand.ask(question, passage, top_k=5)
    assert by_name.manifest.name == NAME


def test_the_widget_hands_out_a_model_of_the_hub(hub: Hub) -> None:
    widget = QnA(model=NAME)
    end = time.monotonic() + 60
    while not widget._manifest:  # nobody waits for it: a thread fetches
        assert time.monotonic() < end, widget._fetching
        time.sleep(0.02)
    told = widget._manifest["model"]
    assert (told["name"], told["title"]) == (NAME, NAME)
    assert told["onnx"]["path"] == "model.onnx.gz"  # where it lies is nobody's business
    asset, data = widget._assets.read(told["onnx"]["sha256"], 0, 1 << 20)
    assert len(data) == asset.bytes


def test_a_broken_download_goes_on_where_it_stopped(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The library writes pieces of 10 MB; the file here is smaller than one.
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 4096)
    hub.cuts = [10_000]
    assert registry.resolve(NAME, quiet).name == NAME
    transfers = [(span, sent) for method, path, span, sent in hub.log if "/large/" in path and sent]
    assert transfers == [("", 10_000), ("bytes=8192-", len(WEIGHTS) - 8192)]


def test_what_the_hubs_library_holds_is_used_where_the_hub_is_gone(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in ("config.json", "model.safetensors", "vocab.txt"):  # as transformers would
        huggingface_hub.hf_hub_download(
            NAME, file, endpoint=hub.url, cache_dir=str(Path(cache.root()).parent / "hub")
        )
    hub.log.clear()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert registry.resolve(NAME, quiet).name == NAME
    assert hub.log == []


def test_a_revision_is_pinned_and_fetch_moves_on(hub: Hub, checkpoint: Path) -> None:
    old = hub.repos[NAME].refs["main"]
    before = registry.resolve(NAME, quiet)
    config = json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))
    new_text = json.dumps({**config, "max_position_embeddings": 24, "layer_norm_eps": 1e-3})
    (checkpoint / "config.json").write_text(new_text, encoding="utf-8")
    new = hub.add(NAME, checkpoint, refs=("main", "v2"))
    assert new != old

    assert registry.resolve(NAME, quiet) == before, "what is cached stays until it is fetched"
    pinned = registry.resolve(f"{NAME}@{old}", quiet)
    assert (pinned.name, pinned.onnx) == (f"{NAME}@{old}", before.onnx)
    assert get(NAME).commit == new
    after = registry.resolve(NAME, quiet)
    assert after.onnx.sha256 != before.onnx.sha256
    assert registry.resolve(f"{NAME}@v2", quiet).onnx == after.onnx
    assert get(f"{NAME}@{old}").commit == old
    with pytest.raises(ModelNotFoundError, match="no revision 'v3'"):
        registry.resolve(f"{NAME}@v3", quiet)


def test_fetch_converts_anew_what_an_earlier_conversion_made(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr("qna_widget.export.conversion.RECIPE", conversion.RECIPE - 1)
        before = get(NAME)
        assert get(NAME) == before
    asked = len(hub.log)
    now = get(NAME)
    assert (now.commit, now.key == before.key) == (before.commit, False)
    assert cache.find(now.name) == now
    assert hub.sent("/large/") == len(WEIGHTS), "the download is still there"
    assert asked < len(hub.log)
    # What a version wrote that did not tell its recipe.
    cache.remember(replace(now, recipe=0))
    assert get(NAME) == now == cache.find(now.name)


@pytest.mark.parametrize("second", ["model-00002-of-00002.safetensors", "rest.safetensors"])
def test_weights_in_two_files(hub: Hub, checkpoint: Path, second: str) -> None:
    """From the hub and from a folder: the same model as from one file, and nothing fetched besides.

    Publishers name the parts in an index, which transformers follows; most count them.
    """
    whole = registry.resolve(NAME, quiet)
    weights = load_file(checkpoint / "model.safetensors")
    (checkpoint / "model.safetensors").unlink()
    order = sorted(weights)
    parts = {"model-00001-of-00002.safetensors": order[:9], second: order[9:]}
    for part, held in parts.items():
        save_file({name: weights[name] for name in held}, checkpoint / part)
    save_file({"of": weights[order[0]]}, checkpoint / "another.safetensors")
    index = {name: part for part, held in parts.items() for name in held}
    told = json.dumps({"metadata": {}, "weight_map": index})
    (checkpoint / "model.safetensors.index.json").write_text(told, encoding="utf-8")

    hub.add("owner/parts", checkpoint)
    hub.log.clear()
    sizes = sum((checkpoint / part).stat().st_size for part in parts)
    fetched = registry.resolve("owner/parts", quiet)
    assert hub.sent("/large/") == sizes
    for model in (fetched, registry.resolve(checkpoint, quiet)):
        assert (model.onnx, model.vocab) == (
            replace(whole.onnx, path=model.onnx.path),
            replace(whole.vocab, path=model.vocab.path),
        )
    (checkpoint / second).unlink()
    hub.add("owner/lacking", checkpoint)
    for lacking, said in (("owner/lacking", "owner/lacking"), (checkpoint, str(checkpoint))):
        with pytest.raises(ExportError, match=rf"^{re.escape(said)} lacks {re.escape(second)}"):
            registry.resolve(lacking, quiet)


def test_mobilebert_is_a_name_for_a_model_of_the_hub(hub: Hub) -> None:
    hub.add(names.MOBILEBERT.repo, TINY)
    model = registry.resolve("mobilebert", quiet)
    assert (model.name, model.title) == ("mobilebert", "MobileBERT")
    assert registry.resolve(names.MOBILEBERT.repo, quiet) == model
    assert [line.name for line in menu.available()] == ["bundled", "mobilebert"]


def test_two_processes_at_once_do_no_harm(hub: Hub, home: Path) -> None:
    code = (
        "import sys; from qna_widget.models import registry\n"
        "sys.stdin.readline()\n"
        f"print(registry.resolve({NAME!r}).onnx.sha256)"
    )
    command = [sys.executable, "-c", code]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(command, **pipes) for _ in range(2)]
    for process in both:
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    model = registry.resolve(NAME, quiet)
    assert said == [f"{model.onnx.sha256}\n"] * 2
    assert len(files.read(model.onnx)) == model.onnx.unpacked_bytes
    assert [entry.name for entry in cache.entries()] == [names.HubName(NAME)]
    assert leftovers(home) == [str(cache.entries()[0].folder)]


def test_fetch_mends_what_was_damaged(hub: Hub) -> None:
    model = registry.resolve(NAME, quiet)
    model.onnx.file.write_bytes(bytes(model.onnx.bytes))
    with pytest.raises(ModelFileError, match=f"has sha256.*`qna-widget fetch {NAME}` brings it"):
        files.read(registry.resolve(NAME, quiet).onnx)
    get(NAME)
    assert len(files.read(registry.resolve(NAME, quiet).onnx)) == model.onnx.unpacked_bytes


@pytest.mark.parametrize("damage", [Path.unlink, lambda file: os.truncate(file, 100)])
def test_what_is_cut_or_gone_is_fetched_again_when_it_is_asked_for(
    hub: Hub, damage: Callable[[Path], None]
) -> None:
    model = registry.resolve(NAME, quiet)
    damage(model.onnx.file)
    with pytest.raises(ModelFileError, match=f"`qna-widget fetch {NAME}` brings it again"):
        files.read(model.onnx)
    assert len(files.read(registry.resolve(NAME, quiet).onnx)) == model.onnx.unpacked_bytes


def test_repositories_may_be_spelled_oddly() -> None:
    for name in ("owner/name", "o-w.n_er/n-a.me@refs/pr/1", "a/b@v1.0"):
        assert str(names.parse(name)) == name
        assert isinstance(names.parse(name), names.HubName)
    for name in ("./model", "../a", "~/model", "/a/b", "a/b/c", "name", "a b/c", "a/b@"):
        assert isinstance(names.parse(name), names.Folder)
    assert names.parse("mobilebert@v1") == names.HubName(names.MOBILEBERT.repo, "v1")
    assert names.HubName(names.MOBILEBERT.repo, "v1").title == "MobileBERT@v1"

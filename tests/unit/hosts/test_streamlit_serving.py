"""The files that Streamlit hands out, and models that come from anywhere."""

import hashlib
import json
import shutil
import tomllib
from pathlib import Path
from threading import current_thread
from types import SimpleNamespace

import pytest
import streamlit as st
from mounted import PASSAGE, Browser, qna
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.scriptrunner_utils.script_run_context import SCRIPT_RUN_CONTEXT_ATTR_NAME

from qna_widget.core.manifest import PACKAGE, Asset
from qna_widget.errors import AssetError
from qna_widget.hosts.streamlit import chosen_model, place, serving
from qna_widget.models import registry


class Media:
    """Stands where Streamlit keeps media files, with its real storage behind it."""

    def __init__(self) -> None:
        self.storage = MemoryMediaFileStorage("/media")
        self.media_file_mgr = MediaFileManager(self.storage)

    def content(self, path: str) -> bytes:
        assert path.startswith("../../media/")
        return self.storage.get_file(path.removeprefix("../../media/")).content


@pytest.fixture
def media(monkeypatch: pytest.MonkeyPatch) -> Media:
    media = Media()
    monkeypatch.setattr(st.runtime, "get_instance", lambda: media)
    return media


def test_the_packages_files_lie_in_the_folders_that_streamlit_serves() -> None:
    declared = tomllib.loads((PACKAGE / "pyproject.toml").read_text())
    folders = {
        f"{declared['project']['name']}.{component['name']}": component["asset_dir"]
        for component in declared["tool"]["streamlit"]["component"]["components"]
    }
    served = serving.served(registry.resolve("bundled"))
    for told in (served["model"]["onnx"], served["model"]["vocab"], served["runtime"]["wasm"]):
        component, _, rest = told["path"].partition("/")
        file = PACKAGE / folders[component] / rest
        assert hashlib.sha256(file.read_bytes()).hexdigest() == told["sha256"]
    assert served["model"]["title"] == registry.resolve("bundled").title


def test_a_model_from_anywhere_is_lent_to_streamlit(tmp_path: Path, media: Media) -> None:
    folder = shutil.copytree(registry.BUNDLED, tmp_path / "model")
    served = serving.served(registry.resolve(folder))
    again = serving.served(registry.resolve(folder))
    assert again == served
    for told in (served["model"]["onnx"], served["model"]["vocab"]):
        content = media.content(told["path"])
        assert hashlib.sha256(content).hexdigest() == told["sha256"]
    assert len(media.storage._files_by_id) == 2, "one copy, however often it is shown"
    assert str(tmp_path) not in json.dumps(served)


def test_a_run_that_ends_early_takes_no_model_away(
    tmp_path: Path, media: Media, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A click ends a run before it comes to the component; the page may still read the files."""
    folder = shutil.copytree(registry.BUNDLED, tmp_path / "model")
    run = SimpleNamespace(session_id="a reader's")
    monkeypatch.setattr(current_thread(), SCRIPT_RUN_CONTEXT_ATTR_NAME, run, raising=False)
    told = serving.served(registry.resolve(folder))["model"]["onnx"]
    media.media_file_mgr.clear_session_refs()
    media.media_file_mgr.remove_orphaned_files()
    assert hashlib.sha256(media.content(told["path"])).hexdigest() == told["sha256"]


def test_files_with_equal_samples_are_not_confused(tmp_path: Path, media: Media) -> None:
    """Streamlit's own name for a file comes from its ends, middle and length."""
    paths = set()
    for name, byte in (("a", b"1"), ("b", b"2")):
        content = bytearray(3_000_000)
        content[500_000:500_001] = byte
        file = tmp_path / name
        file.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        asset = Asset(name, str(file), digest, len(content), "identity", len(content))
        path = serving._lent(asset)
        assert media.content(path) == content
        paths.add(path)
    assert len(paths) == 2


def test_a_model_with_a_missing_file_is_explained(tmp_path: Path, media: Media) -> None:
    folder = shutil.copytree(registry.BUNDLED, tmp_path / "model")
    (folder / "vocab.txt.gz").unlink()
    with pytest.raises(AssetError, match=r"vocab\.txt cannot be read \(No such file"):
        serving.served(registry.resolve(folder))


class RerunError(Exception):
    pass


@pytest.mark.parametrize(
    ("fragment", "fragments_run", "scope"),
    [(None, None, "app"), ("f", ["f"], "fragment"), ("f", None, None)],
)
def test_a_model_that_is_fetched_reruns_no_more_than_it_must(
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    fragment: str | None,
    fragments_run: list[str] | None,
    scope: str | None,
) -> None:
    """A bare rerun closes a dialog; drawn by a run of the whole app, a dialog allows no other."""
    known = {"fragment_id": fragment, "fragment_ids_this_run": fragments_run}
    monkeypatch.setattr(place, "_of_run", lambda *names: known.get(names[0]))
    bundled = registry.resolve("bundled")
    came: list[str] = []
    monkeypatch.setattr(chosen_model, "is_at_hand", lambda name: str(name) == "bundled" or came)
    monkeypatch.setattr(
        registry, "resolve", lambda name, *_, **__: came.append(str(name)) or bundled
    )
    scopes: list[str] = []

    def rerun(scope: str) -> None:
        scopes.append(scope)
        raise RerunError

    monkeypatch.setattr(st, "rerun", rerun)
    monkeypatch.setattr(st, "empty", lambda: SimpleNamespace(progress=print, empty=lambda: None))
    if scope is None:
        assert qna(PASSAGE, "Where?", model="owner/name").model == bundled.title
        assert scopes == []
        assert browser.data["manifest"] is not None
    else:
        with pytest.raises(RerunError):
            qna(PASSAGE, "Where?", model="owner/name")
        assert scopes == [scope]
        assert browser.data["fetching"]["model"] == "owner/name"
    assert "owner/name" in came

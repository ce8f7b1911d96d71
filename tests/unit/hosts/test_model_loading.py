"""Another model for a widget: nobody waits, and what does not come is told and taken back."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import traitlets
from hub_server import Hub, serve
from recorded import PASSAGE, READY, asked, from_browser, report, typed, updates
from recorded import front_end as front_end

from qna_widget.cli import main
from qna_widget.core.contract import CONTRACT
from qna_widget.errors import AssetError
from qna_widget.hosts.page import fetching_step
from qna_widget.hosts.widget.widget import QnA
from qna_widget.models import auto, cache, names, registry
from qna_widget.models.menu import is_at_hand

TINY = Path(__file__).parents[2] / "parity" / "tiny_bert"
NAME = "owner/tiny"
SECONDS = 60


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Caches of the test's own."""
    monkeypatch.setenv("QNA_WIDGET_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.delenv("HF_TOKEN", raising=False)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with one model."""
    # So that a file of some kilobytes comes in several steps.
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 4096)
    with serve() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        running.add(NAME, TINY)
        yield running
        running.pace.set()


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline, "it did not come to it"
        time.sleep(0.01)


def resolved(widget: QnA) -> str:
    """Which name the page's manifest is the answer to."""
    return str(widget._manifest["asked"])


def test_the_page_is_told_what_the_menu_offers() -> None:
    widget = asked()
    assert [choice["name"] for choice in widget._models] == ["bundled", "mobilebert"]
    bundled, mobilebert = widget._models
    assert (bundled["cached"], mobilebert["cached"]) == (True, False)
    model = registry.resolve("bundled")
    assert bundled["bytes"] == model.onnx.bytes + model.vocab.bytes
    assert (resolved(widget), widget._fetching) == ("auto", {})
    told = CONTRACT["models"]
    assert all(set(choice) == set(told["choice"]) for choice in widget._models)
    assert set(fetching_step("any")) == set(told["fetching"])


def test_what_cannot_be_fetched_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert [choice["name"] for choice in QnA()._models] == ["bundled"]
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setattr(auto, "_NEEDED", ("a_package_that_is_not_there",))
    assert [choice["name"] for choice in QnA()._models] == ["bundled"]


def test_a_model_at_hand_is_taken_at_once(tmp_path: Path) -> None:
    widget = asked()
    shutil.copytree(registry.BUNDLED, tmp_path / "mine")
    widget.model = str(tmp_path / "mine")
    assert resolved(widget) == widget.model
    assert widget._fetching == {}


def test_a_model_that_is_exported_over_the_shown_one_is_not_taken_for_it(tmp_path: Path) -> None:
    out = str(tmp_path / "mine")

    def read(widget: QnA) -> str:
        asset, _ = widget._assets.read(widget._manifest["model"]["onnx"]["sha256"], 0, 10)
        return asset.sha256

    assert main(["export", str(TINY), out]) == 0
    shown = QnA(PASSAGE, model=out)
    former = read(shown)
    assert main(["export", str(TINY), out, "--precision", "fp32"]) == 0
    with pytest.raises(AssetError, match=r"bytes on disk instead of .* run the cell again"):
        read(shown)
    assert read(QnA(PASSAGE, model=out)) != former


def test_a_model_of_the_hub_comes_while_the_former_one_stays(hub: Hub) -> None:
    widget = asked()
    former = widget._manifest
    hub.pace.clear()
    begun = time.monotonic()
    widget.model = NAME
    assert time.monotonic() - begun < 5, "the cell waited for the hub"
    until(lambda: widget._fetching.get("total"))
    step = dict(widget._fetching)
    assert (step["model"], step["what"], step["error"]) == (NAME, f"Downloading {NAME}", "")
    assert 0 < step["done"] < step["total"]
    assert widget._manifest == former
    hub.pace.set()
    until(lambda: resolved(widget) == NAME)
    until(lambda: not widget._fetching)
    told = widget._manifest["model"]
    asset, data = widget._assets.read(told["onnx"]["sha256"], 0, 1 << 20)
    assert len(data) == asset.bytes
    assert {choice["name"]: choice["cached"] for choice in widget._models}[NAME]
    first = next(state["_fetching"] for state in updates(widget) if "_fetching" in state)
    assert (first["model"], first["what"]) == (NAME, ""), "the page was told at once"


def test_from_the_first_moment_a_widget_may_wait_for_its_model(hub: Hub) -> None:
    hub.pace.clear()
    widget = QnA(PASSAGE, "Where?", model=NAME)
    assert widget._manifest == {}
    until(lambda: widget._fetching.get("total"))
    hub.pace.set()
    until(lambda: widget._manifest and resolved(widget) == NAME)


@pytest.mark.parametrize("to", ["auto", "bundled"])
def test_choosing_another_name_ends_the_fetch(hub: Hub, to: str) -> None:
    widget = asked()
    hub.pace.clear()
    widget.model = NAME
    until(lambda: widget._fetching.get("total"))
    typed(widget, model=to)
    assert (widget.model, resolved(widget), widget._fetching) == (to, to, {})
    hub.pace.set()
    time.sleep(0.5)
    assert (resolved(widget), widget._fetching) == (to, {})
    assert cache.find(names.HubName(NAME)) is None, "it went on, though nobody waited for it"


def test_a_choice_made_while_the_menu_is_shown_counts(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget = QnA(PASSAGE, model="bundled")
    assert resolved(widget) == "bundled"
    loader, shown = widget._loader, widget._loader._show_menu

    def show() -> None:
        monkeypatch.setattr(loader, "_show_menu", shown)
        shown()
        widget.model = "bundled"

    monkeypatch.setattr(loader, "_show_menu", show)
    widget.model = NAME
    until(lambda: widget.model == "bundled" and cache.find(names.hub_name(NAME)))
    until(lambda: not any(one.name.endswith("(_fetch)") for one in threading.enumerate()))
    assert resolved(widget) == "bundled"


def test_a_name_that_python_is_refused_ends_no_fetch(hub: Hub) -> None:
    widget = asked()
    hub.pace.clear()
    widget.model = NAME
    until(lambda: widget._fetching.get("total"))
    with pytest.raises(traitlets.TraitError, match="There is no model 'no-such'"):
        widget.model = "no-such"
    assert (widget.model, widget._fetching["model"]) == (NAME, NAME)
    hub.pace.set()
    until(lambda: resolved(widget) == NAME)


def test_a_name_that_a_page_is_refused_ends_the_fetch(hub: Hub) -> None:
    """The widget returns to the model that the page still has."""
    widget = asked()
    hub.pace.clear()
    widget.model = NAME
    until(lambda: widget._fetching.get("total"))
    typed(widget, model="no-such")
    hub.pace.set()
    time.sleep(0.5)
    assert (widget.model, resolved(widget)) == ("auto", "auto")
    assert "There is no model 'no-such'" in widget._fetching["error"]


def test_what_does_not_come_is_told_and_taken_back(hub: Hub) -> None:
    hub.repos.clear()
    widget = asked()
    from_browser(widget, report(PASSAGE, READY, question="Where?"))
    widget.model = NAME
    until(lambda: widget.model == "auto")
    until(lambda: widget._fetching.get("error"))
    assert widget._fetching["model"] == NAME
    assert "401" in widget._fetching["error"]
    assert resolved(widget) == "auto"
    # The former model answers on.
    from_browser(widget, report(PASSAGE, READY, question="Where?"))
    assert widget.answers == READY["answers"]


def test_a_first_model_that_does_not_come_is_told(hub: Hub) -> None:
    hub.repos.clear()
    widget = QnA(PASSAGE, "Where?", model=NAME)
    until(lambda: widget._fetching.get("error"))
    assert (widget.model, widget._manifest) == (NAME, {})
    assert "401" in widget._fetching["error"]
    hub.add(NAME, TINY)
    from_browser(widget, {"kind": "model.retry"})
    until(lambda: widget._manifest)
    assert (resolved(widget), widget._fetching) == (NAME, {})


def test_a_page_that_has_a_model_has_none_fetched_again() -> None:
    widget = asked()
    typed(widget, model="no-such")
    refusal, manifest = widget._fetching, widget._manifest
    from_browser(widget, {"kind": "model.retry"})
    assert (widget._fetching, widget._manifest) == (refusal, manifest)


def test_a_name_that_means_nothing_is_refused_in_python_and_told_to_the_page() -> None:
    widget = asked()
    with pytest.raises(traitlets.TraitError, match="There is no model 'no-such'"):
        widget.model = "no-such"
    before = len(updates(widget))
    typed(widget, model="no-such")
    assert (widget.model, resolved(widget)) == ("auto", "auto")
    assert "There is no model 'no-such'" in widget._fetching["error"]
    sent: dict[str, Any] = {}
    for state in updates(widget)[before:]:
        sent |= state
    assert sent["model"] == "auto", "the page would go on with a name that means nothing"
    assert sent["_fetching"]["model"] == "no-such"


def test_what_is_at_hand(tmp_path: Path) -> None:
    assert all(is_at_hand(names.parse(name)) for name in ("auto", "bundled", "no-such"))
    assert not is_at_hand(names.parse(NAME))
    assert is_at_hand(names.parse(registry.BUNDLED))
    assert not is_at_hand(names.parse(TINY)), "a checkpoint is to be converted first"

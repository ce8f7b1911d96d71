"""model="auto": nobody waits, the reason is told, and MobileBERT comes by itself where it may."""

from __future__ import annotations

import errno
import os
import pickle
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import comm
import pytest
from hub_server import Hub
from ipywidgets import Widget
from recorded import RecordingComm

from qna_widget import QnA, QuestionAnswerer
from qna_widget.models import auto, beside, names, registry

TINY = Path(__file__).parents[2] / "parity" / "tiny_bert"
PATIENCE = 240.0  # seconds


@pytest.fixture
def hub(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """The same hub with a stand-in for MobileBERT."""
    monkeypatch.setattr(auto, "PROBE_SECONDS", 20.0)  # a busy machine is no hub that is away
    monkeypatch.setattr(beside, "MOBILEBERT", beside.Beside())
    hub.add(names.MOBILEBERT.repo, TINY)
    return hub


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let widgets be made as in a kernel: they get a line to the pages."""
    monkeypatch.setattr(comm, "create_comm", RecordingComm)


def eventually(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def test_the_first_widget_does_not_wait_and_a_later_one_has_mobilebert(
    hub: Hub, kernel: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "SECONDS_BETWEEN_NEWS", 0)
    hub.pace.clear()  # the download stands still
    widget = QnA()
    heard = Heard(widget)
    first = widget.get_state("_manifest")["_manifest"]["model"]
    assert first["name"] == "bundled"
    assert "MobileBERT (98 MB) was not on this machine; it is fetched" in first["note"]
    assert registry.resolve("auto", interactive=True).note == first["note"]
    assert line(widget.get_state("_models")["_models"])[1] is False
    hub.pace.set()
    eventually(lambda: registry.resolve("auto", interactive=True).name == "mobilebert")
    last = QnA().get_state("_manifest")["_manifest"]["model"]
    assert (last["name"], last["title"], last["note"]) == ("mobilebert", "MobileBERT", "")
    assert len([path for _, path, *_ in hub.log if "/large/" in path]) == 1

    # The menu of the first widget showed how far it was, and shows that it came.
    eventually(lambda: heard.news[-1:] == [(None, (None, True))])
    shares = [share for share, _ in heard.news if share is not None]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    for share, shown in heard.news:  # the model may be there before its last step is told
        assert shown in ((share, False), (None, True))
    assert widget.get_state("_manifest")["_manifest"]["model"]["name"] == "bundled"


class Heard:
    """What was told of the fetch, step by step, and what a widget's menu showed then."""

    def __init__(self, widget: QnA) -> None:
        self.news: list[tuple[float | None, tuple[float | None, bool]]] = []
        self._widget = widget
        widget.get_state("_manifest")  # begins the fetch, and the widget listens first
        beside.MOBILEBERT.notify(self.note)

    def note(self) -> None:
        self.news.append((beside.MOBILEBERT.share, line(self._widget._models)))


def line(models: list[dict[str, object]]) -> tuple[float | None, bool]:
    """How far the menu's MobileBERT is, and whether it can be chosen."""
    (found,) = [model for model in models if model["name"] == "mobilebert"]
    arrived, cached = found["arrived"], found["cached"]
    assert arrived is None or isinstance(arrived, float)
    assert isinstance(cached, bool)
    return arrived, cached


def test_a_script_asks_nobody_and_is_told_how(hub: Hub, tmp_path: Path) -> None:
    model = registry.resolve("auto")
    assert model.name == "bundled"
    assert "on this machine: `qna-widget fetch mobilebert` brings it." in model.note
    assert hub.log == []
    assert list(tmp_path.iterdir()) == []


def test_a_widget_that_a_script_makes_asks_nobody(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def note() -> str:
        return str(QnA().get_state("_manifest")["_manifest"]["model"]["note"])

    assert "on this machine: `qna-widget fetch mobilebert` brings it." in note()
    assert (hub.log, beside.MOBILEBERT.process) == ([], None)
    # A host that is called for every new widget may show it.
    monkeypatch.setattr(Widget, "_widget_construction_callback", lambda _: None)
    hub.down = 503
    assert "the hub did not answer" in note()


def test_a_notebook_that_a_command_runs_asks_nobody_either(
    hub: Hub, kernel: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QNA_WIDGET_WITHOUT_BROWSER", "1")
    model = QnA().get_state("_manifest")["_manifest"]["model"]
    assert "on this machine: `qna-widget fetch mobilebert` brings it." in model["note"]
    assert (hub.log, beside.MOBILEBERT.process) == ([], None)


def test_without_a_hub_the_note_says_so(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.down = 503
    for _ in range(2):
        assert "the hub did not answer" in registry.resolve("auto", interactive=True).note
    assert [method for method, *_ in hub.log] == ["HEAD"], "asked once per process"
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    hub.log.clear()
    assert "HF_HUB_OFFLINE is set" in registry.resolve("auto", interactive=True).note
    assert hub.log == []


def test_a_hub_that_keeps_silent_is_not_waited_for(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto, "PROBE_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        begun = time.monotonic()
        assert "the hub did not answer" in registry.resolve("auto", interactive=True).note
        assert time.monotonic() - begun < 15, "it would have waited for ever"


def test_without_the_extra_the_note_names_it(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    real = auto.is_installed
    monkeypatch.setattr(auto, "is_installed", lambda name: name != "huggingface_hub" and real(name))
    monkeypatch.setattr(auto, "_found", set())
    note = registry.resolve("auto", interactive=True).note
    for command in ("pip install 'qna-widget[hub]'", "pip install '.[hub]'"):
        assert command in note, "the package may come from an index or from a clone"
    assert hub.log == []


class Waits:
    """Somebody whose method is called when there is news."""

    def news(self) -> None: ...


def test_whoever_is_gone_is_not_kept_in_mind(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many widgets come and go while nothing is fetched."""
    one = beside.Beside()
    for _ in range(5):
        one.notify(Waits().news)
    here = Waits()
    one.notify(here.news)
    assert len(one._listeners) == 1
    del here
    one._notify_all()
    assert one._listeners == []


def test_what_went_wrong_beside_is_told(hub: Hub) -> None:
    hub.corrupt = True
    registry.resolve("auto", interactive=True)
    eventually(
        lambda: "failed (model.safetensors" in registry.resolve("auto", interactive=True).note
    )
    assert registry.resolve("auto", interactive=True).note.endswith("fetch mobilebert` brings it.")


@pytest.mark.usefixtures("hub")
def test_where_no_process_can_be_started_the_bundled_model_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries: list[object] = []

    def full(*_args: object, **_more: object) -> None:
        tries.append(_args)
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(beside.subprocess, "Popen", full)
    for _ in range(2):
        note = registry.resolve("auto", interactive=True).note
        assert "failed (no process can be started: Resource temporarily unavailable);" in note
    assert len(tries) == 1


def test_a_talkative_process_beside_is_read_to_its_end_and_its_pipes_are_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """More words of warning than a pipe holds; the last of them says what went wrong."""
    code = "import sys; sys.stderr.write('A warning.\\n' * 50_000 + 'No luck.\\n'); sys.exit(1)"
    real = subprocess.Popen
    monkeypatch.setattr(
        beside.subprocess,
        "Popen",
        lambda command, **more: real([command[0], "-c", "print(0.5);" + code], **more),
    )
    fetch = beside.Beside()
    fetch.runs()
    eventually(lambda: not fetch.runs())
    assert (fetch.failure, fetch.share) == ("No luck.", None)
    process = fetch.process
    assert process is not None
    assert [pipe and pipe.closed for pipe in (process.stdin, process.stdout, process.stderr)] == [
        True,
        True,
        None,
    ]


def test_the_process_beside_ends_with_the_one_that_started_it(hub: Hub, tmp_path: Path) -> None:
    hub.pace.clear()
    code = (
        "import time; from qna_widget.models import auto, beside, registry\n"
        "auto.PROBE_SECONDS = 20\n"
        "print(registry.resolve('auto', interactive=True).name)\n"
        "print(beside.MOBILEBERT.process.pid, flush=True)\n"
        "time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline().strip() == "bundled"
    child = int(parent.stdout.readline())
    eventually(lambda: any((tmp_path / "hub").rglob("*.incomplete")))
    parent.kill()
    parent.wait()
    hub.pace.set()
    eventually(lambda: not alive(child))
    assert list((tmp_path / "hub").rglob("*.incomplete")) == []
    assert list((tmp_path / "cache").rglob("building/*")) == []


def alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and was not collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.is_file() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def test_auto_means_the_same_model_in_another_process(hub: Hub, tmp_path: Path) -> None:
    """Workers may have another cache than the one who sends them the answerer."""
    bundled = QuestionAnswerer("auto")
    registry.resolve("mobilebert", lambda *_: None)
    assert pickle.loads(pickle.dumps(bundled)).manifest.name == "bundled"
    chosen = QuestionAnswerer("auto")
    assert chosen.manifest.name == "mobilebert"
    shutil.rmtree(tmp_path / "cache")
    assert pickle.loads(pickle.dumps(chosen)).manifest == chosen.manifest


def test_folders_do_not_hide_short_names(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("auto", "bundled", "mobilebert"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    assert QuestionAnswerer("auto").manifest.name == "bundled"
    assert QuestionAnswerer("bundled").manifest.note == ""
    assert QuestionAnswerer("mobilebert").manifest.name == "mobilebert"

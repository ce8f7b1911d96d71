"""What all tests share: the texts at hand, and a summary that says which they were."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import Hub, serve

# No test asks the internet, nor finds what somebody has fetched; tests of the hub have their own.
_HOME = tempfile.mkdtemp(prefix="qna-widget-tests-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ["QNA_WIDGET_CACHE"] = f"{_HOME}/cache"
os.environ["HF_HUB_CACHE"] = f"{_HOME}/hub"
os.environ["HF_ENDPOINT"] = "http://127.0.0.1:9"  # nobody listens there

# Whoever starts the tests in the background has Ctrl-C ignored, and so would what they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parents[1]
OWN_TEXTS = ROOT / "tests" / "texts" / "questions.json"
# Public data sets beside the repository, where somebody has put them there.
SHARED = ROOT.parent / "shared" / "data"
SQUAD = SHARED / "squad" / "validation.json"


def _which_texts() -> str:
    if SQUAD.is_file():
        return f"real text: {SHARED} (SQuAD and others), besides the repository's own texts"
    return f"real text: only the repository's own ({OWN_TEXTS.parent}); {SHARED} is not there"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Browsers last: the cheap tests speak first, and Playwright's event loop, which stays to the
    # end, forbids others in its thread.
    items.sort(key=lambda item: "e2e" in item.path.relative_to(ROOT).parts)


def pytest_report_header() -> str:
    return _which_texts()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(_which_texts())


@pytest.fixture(scope="session")
def questions_file() -> Path:
    """The largest SQuAD-format file at hand."""
    return SQUAD if SQUAD.is_file() else OWN_TEXTS


@pytest.fixture(scope="session")
def own_texts() -> Path:
    """The texts written for the repository, with questions and gold answers."""
    return OWN_TEXTS


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the caches of the test's own: cache/ and hub/."""
    monkeypatch.setenv("QNA_WIDGET_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    return tmp_path


@pytest.fixture
def hub(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub on this machine with one model, a small BERT called owner/tiny."""
    with serve() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        running.add("owner/tiny", ROOT / "tests" / "parity" / "tiny_bert")
        yield running


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """The files of owner/tiny in a folder, to be changed."""
    tiny = ROOT / "tests" / "parity" / "tiny_bert"
    return Path(shutil.copytree(tiny, tmp_path / "checkpoint"))

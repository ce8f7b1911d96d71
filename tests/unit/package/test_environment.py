"""Every environment variable that is read, set to nonsense: an answer or a sentence.

The variables are found in the source, so that a new one cannot be forgotten.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hub_server import Hub
from recorded import front_end as front_end

from qna_widget.cli import main
from qna_widget.errors import QnaError
from qna_widget.evaluation.browser import find_chromium
from qna_widget.hosts.streamlit.demo import shelf
from qna_widget.hosts.widget.widget import QnA
from qna_widget.models import auto

PACKAGE = Path(shelf.__file__).parents[3]
CAPITALS = re.compile(r"[\"']([A-Z][A-Z0-9_]{3,})[\"']")
PROXIES = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}  # by getproxies
NONSENSE = [" ", "nonsense", "\x01\udcff", "/dev/null/x", "x" * 5000, "[{", "1"]
OWN = ("QNA_WIDGET_CACHE", "HF_HUB_CACHE")


def variables() -> list[str]:
    """Return every word in capitals of the files that read the environment."""
    sources = [file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.py")]
    found = {word for text in sources if "environ" in text for word in CAPITALS.findall(text)}
    return sorted(found | PROXIES)


def test_the_variables_are_found() -> None:
    assert {*OWN, "HF_ENDPOINT", "HF_TOKEN", "SSL_CERT_FILE", "CHROMIUM", "ANYWIDGET_HMR"} <= {
        *variables()
    }
    assert not [
        file.name for file in PACKAGE.rglob("*.py")
        if re.search(r"getenv|environb|expandvars\((?!chosen)", file.read_text(encoding="utf-8"))
    ], "read it by os.environ, which this test looks for"  # fmt: skip


@pytest.mark.parametrize("name", variables())
def test_nonsense_in_an_environment_variable_is_told_or_harmless(
    name: str,
    hub: Hub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(auto, "PROBE_SECONDS", 0.1)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for other in OWN:  # so that the variables behind them count
        if name != other:
            monkeypatch.delenv(other, raising=False)
    for value in NONSENSE:
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            for use in USES:
                with suppress(QnaError):  # in words, as tests of each say
                    assert use() in (None, 0, 1), (name, value)
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    assert os.environ.get("HOME") == str(tmp_path)


def _shown() -> None:
    QnA("Bert lives on Sesame Street.")._repr_mimebundle_()


def _shelved() -> None:
    shelf.of_environment({})


USES: list[Callable[[], object]] = [
    lambda: main(["models"]),
    lambda: main(["fetch", "owner/none"]),
    _shown,
    _shelved,
]


@pytest.mark.parametrize("value", ["/dev/null/x", "nonsense", "\x01\udcff"])
def test_a_browser_that_is_none_is_named(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", value)
    with pytest.raises(QnaError, match=r"CHROMIUM is .*, no program that can be started"):
        find_chromium()

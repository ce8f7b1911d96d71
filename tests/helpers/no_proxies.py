"""An environment without proxies, whatever this machine's says."""

from __future__ import annotations

from pathlib import Path

import pytest

VARIABLES = (
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE",
    "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE",
)  # fmt: skip


@pytest.fixture(autouse=True)
def plain(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin without proxies, and with caches of the test's own."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)

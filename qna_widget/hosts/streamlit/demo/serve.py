"""Starts the server of the demo, in this process."""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

from qna_widget.core.installed import is_installed
from qna_widget.documents import MAX_BYTES
from qna_widget.errors import InputError, MissingExtraError

from .shelf import ENVIRONMENT, packed

APP = Path(__file__).with_name("app.py")
DEFAULTS = {
    "BROWSER_GATHER_USAGE_STATS": "false",
    # Without an address Streamlit asks the internet for this machine's, to print it.
    "BROWSER_SERVER_ADDRESS": "localhost",
    "CLIENT_TOOLBAR_MODE": "minimal",
    # A collection after each run goes through all readers' sessions; Python's own comes as needed.
    "RUNNER_POST_SCRIPT_GC": "false",
    "SERVER_FILE_WATCHER_TYPE": "none",
    "SERVER_MAX_UPLOAD_SIZE": str(MAX_BYTES // 1_000_000),
    # Streamlit's red is too pale for words on its own tint.
    "THEME_DARK_PRIMARY_COLOR": "#7db8f5",
    "THEME_LIGHT_PRIMARY_COLOR": "#0b5fb0",
}
"""Streamlit's settings, for whom the environment says nothing else (`STREAMLIT_…`)."""


def serve(model: str, texts: Sequence[Path], *, address: str, port: int) -> int:
    """Serve until a signal ends it; return the exit code.

    Raises MissingExtraError without the `demo` extra, InputError where nobody can listen.
    """
    if not is_installed("streamlit"):
        raise MissingExtraError("The demo", "demo", "streamlit")
    for name, value in DEFAULTS.items():
        os.environ.setdefault(f"STREAMLIT_{name}", value)
    os.environ[ENVIRONMENT] = packed(model, texts)
    sys.argv = ["streamlit", "run", str(APP), f"--server.address={address}"]
    sys.argv += [f"--server.port={port}", "--server.headless=true"]
    try:
        runpy.run_module("streamlit", run_name="__main__")  # as `python -m streamlit` does
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except OSError as error:
        if error.filename is not None:
            raise
        raise InputError(
            f"The demo cannot be served at {address}, port {port}: {error.strerror}. Give others "
            "by --address and --port."
        ) from error
    return 0

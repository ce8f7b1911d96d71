"""Where the hub is, whether it may be asked, and whether it answers: without its library.

Importing huggingface_hub takes up to seconds, which a widget that only wants to know has not.
"""

from __future__ import annotations

import os
import threading
from functools import cache
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

PUBLIC = "https://huggingface.co"
_TRUE = {"1", "ON", "YES", "TRUE"}


def offline() -> bool:
    """Return whether HF_HUB_OFFLINE (or transformers' variable) forbids asking the hub."""
    said = (os.environ.get(name, "") for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))
    return any(value.upper() in _TRUE for value in said)


def endpoint() -> str:
    """Return the hub's address: HF_ENDPOINT, or the public hub."""
    return (os.environ.get("HF_ENDPOINT") or PUBLIC).rstrip("/")


def shows(repo: str, seconds: float) -> bool:
    """Return whether the hub shows a repository within `seconds`; asked once per process."""
    return _shows(f"{endpoint()}/api/models/{repo}", seconds)


@cache
def _shows(url: str, seconds: float) -> bool:
    replies: list[bool] = []

    def ask() -> None:
        try:
            with urlopen(Request(url, method="HEAD"), timeout=seconds) as reply:
                replies.append(reply.status == 200)
        except (HTTPError, HTTPException, OSError, ValueError):
            replies.append(False)

    # A thread, because no timeout covers looking up a host's name.
    thread = threading.Thread(target=ask, daemon=True, name="qna-widget-hub")
    thread.start()
    thread.join(seconds)
    return replies == [True]

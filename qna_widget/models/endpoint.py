"""Where the hub is, whether it may be asked, and whether it answers: without its library.

Importing huggingface_hub takes up to seconds, which a widget that only wants to know has not.
"""

from __future__ import annotations

import os
import threading
from functools import cache

PUBLIC = "https://huggingface.co"
_TRUE = {"1", "ON", "YES", "TRUE"}


OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")


def offline() -> str:
    """Return the variable that forbids asking the hub; "" when none does."""
    return next((name for name in OFFLINE if os.environ.get(name, "").upper() in _TRUE), "")


def endpoint() -> str:
    """Return the hub's address: HF_ENDPOINT, or the public hub."""
    return (os.environ.get("HF_ENDPOINT") or PUBLIC).rstrip("/")


def shows(repo: str, seconds: float) -> bool:
    """Return whether the hub shows a repository within `seconds`; asked once per process."""
    return _shows(f"{endpoint()}/api/models/{repo}", seconds)


@cache
def _shows(url: str, seconds: float) -> bool:
    # Imported here: it takes longer than all that `--help` needs.
    from urllib.request import Request, urlopen

    replies: list[bool] = []

    def ask() -> None:
        try:
            with urlopen(Request(url, method="HEAD"), timeout=seconds) as reply:
                replies.append(reply.status == 200)
        except Exception:  # whatever the environment makes of it: no answer
            replies.append(False)

    # A thread, because no timeout covers looking up a host's name.
    thread = threading.Thread(target=ask, daemon=True, name="qna-widget-hub")
    thread.start()
    thread.join(seconds)
    return replies == [True]

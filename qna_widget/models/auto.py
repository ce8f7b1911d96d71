"""What "auto" means here and now: MobileBERT once it is on this machine, else the bundled model.

Nobody waits: fetching MobileBERT takes a minute or more, and a first question deserves its
answer at once. So the bundled model answers until MobileBERT is in the cache. It gets there by
`qna-widget fetch mobilebert`, by asking for model="mobilebert" once, or by itself: where a person
looks on (a widget, an app), the `hub` extra is installed and the hub answers within half a second,
a process beside this one fetches it (beside.py), and ends with this one. Scripts and batch jobs
never start that: their answers should not change from one run to the next by themselves.
"""

from __future__ import annotations

import sys

from qna_widget.core.installed import is_installed
from qna_widget.errors import installing

from . import beside, names
from .endpoint import offline, shows

PROBE_SECONDS = 0.5
_NEEDED = ("huggingface_hub", "onnx", "onnxruntime", "safetensors", "tokenizers")
_found: set[str] = set()
"""Packages that were found: an app asks at every run, and none of them goes. One may yet come."""
_BRINGS = "`qna-widget fetch mobilebert` brings it"


def why_bundled(*, interactive: bool) -> str:
    """Return why MobileBERT does not answer, for the status line.

    `interactive`: a person looks on, and MobileBERT may be fetched beside.
    """
    return f"The bundled model answers, because {_reason(interactive)}."


def obstacle() -> str:
    """Return why nothing can be fetched from the hub here, as a reason; "" when it may be tried."""
    if sys.platform == "emscripten":
        return "MobileBERT cannot be fetched from within a browser"
    _found.update(name for name in _NEEDED if name not in _found and is_installed(name))
    if not _found.issuperset(_NEEDED):
        return f"MobileBERT is not on this machine, and fetching it takes {installing('hub')}"
    if forbidding := offline():
        return f"MobileBERT is not on this machine and {forbidding} is set"
    return ""


def _reason(interactive: bool) -> str:
    reason = obstacle()
    if reason:
        return reason
    # Whoever would not fetch it does not ask either.
    if not interactive or not sys.executable:
        return f"MobileBERT is not on this machine: {_BRINGS}"
    if not shows(names.MOBILEBERT.repo, PROBE_SECONDS):
        return "MobileBERT is not on this machine and the hub did not answer"
    if beside.MOBILEBERT.runs():
        size = names.SHORT["mobilebert"].download // 1_000_000
        return (
            f"MobileBERT ({size} MB) was not on this machine; it is fetched meanwhile, "
            "and can be chosen in the settings once it is there"
        )
    if beside.MOBILEBERT.failure:
        why = beside.MOBILEBERT.failure.rstrip(".")
        return f"fetching MobileBERT failed ({why}); {_BRINGS}"
    return f"MobileBERT came, and is gone again: {_BRINGS}"

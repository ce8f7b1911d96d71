"""What every app asks, and the file in which Python keeps what has reached it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

PASSAGE = (
    "Bert is Ernie's best friend 🙂 and roommate on Sesame Street. The pair share the basement "
    "apartment at 123 Sesame Street."
)
QUESTION = "Where does Bert live?"
OPTIONS: dict[str, Any] = {"top_k": 3, "overlap": "nested", "model": "bundled"}


def keep(answers: list[dict[str, Any]], null_score: float | None) -> None:
    """Write down what Python has."""
    path = Path(os.environ["QNA_HOSTS_HEARD"])
    written = path.with_suffix(".new")
    written.write_text(json.dumps({"answers": answers, "null_score": null_score}), "utf-8")
    written.replace(path)


def listen(widget: Any) -> None:
    """Write down whatever answers reach Python."""

    def heard(_change: object) -> None:
        if widget.answers:
            keep(widget.answers, widget.null_score)

    widget.observe(heard, ["answers", "null_score"])

"""Scores as a page packs them; written from contract.json's words, not from the code."""

from __future__ import annotations

from typing import Any

import numpy as np

from qna_widget.core.pipeline import Prepared
from qna_widget.core.types import Logits


def packed(prepared: Prepared, logits: list[Logits]) -> tuple[dict[str, int], bytes]:
    places = [(f.passage_position, f.window_start, f.window_length) for f in prepared.features]
    passage = prepared.passage
    integers = [passage.input_ids, passage.starts, passage.ends, prepared.question.input_ids]
    floats: list[Any] = [part for x in logits for part in (x.start_logits, x.end_logits)]
    blob = b"".join(
        [*(np.asarray(part, "<i4").tobytes() for part in [*integers, np.ravel(places)])]
        + [np.asarray(part, "<f4").tobytes() for part in floats]
    )
    counts = {
        "passage": len(passage),
        "question": len(prepared.question),
        "windows": len(prepared.features),
    }
    return counts, blob


def chunks(
    counts: dict[str, int], blob: bytes, size: int, **head: object
) -> list[tuple[dict[str, Any], bytes]]:
    """Return the messages and buffers that carry the scores."""
    return [
        (
            {"kind": "scores.chunk", "counts": counts, "total": len(blob), "offset": at, **head},
            blob[at : at + size],
        )
        for at in range(0, len(blob), size)
    ]

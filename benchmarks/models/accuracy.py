"""How often 8 bits keep the best span of float32, over real questions.

    python -m benchmarks.models.accuracy CHECKPOINT SQUAD_FILE [--questions 500]

"No answer" is switched off: every question has a best span. Also: how far the logits are apart.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from qna_widget.core.decoding import Decoder
from qna_widget.core.pipeline import Prepared, conclude
from qna_widget.core.types import DecodingOptions
from qna_widget.export.checkpoint import read_checkpoint
from qna_widget.export.recipe import float_graph, int8_graph
from qna_widget.runtime.session import Session

from .windows import real_questions


def answers(model: bytes, questions: list[Prepared]) -> tuple[list[tuple[int, int]], np.ndarray]:
    """Return the offsets of each question's best span, and all logits."""
    session, spans, logits = Session(model), [], []
    for question in questions:
        decoder = Decoder(question.features)
        for window, output in enumerate(session.run(question.features)):
            decoder.add(window, output)
            logits += [output.start_logits, output.end_logits]
        options = DecodingOptions(no_answer_threshold=float("inf"))
        best = conclude(question, decoder, options).answers[0]
        spans.append((best.start, best.end))
    return spans, np.concatenate(logits)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--compare", type=Path, help="another ONNX file of the same weights")
    options = parser.parse_args()
    questions = real_questions(options.checkpoint, options.squad, options.questions)
    checkpoint = read_checkpoint(options.checkpoint)
    wanted, exact = answers(float_graph(checkpoint, fused=True).SerializeToString(), questions)
    files = {"int8": int8_graph(checkpoint, 384)}
    if options.compare:
        files[options.compare.name] = options.compare.read_bytes()
    report: dict[str, object] = {"questions": len(questions), "logits_sd": float(exact.std())}
    for name, file in files.items():
        found, logits = answers(file, questions)
        report[name] = {
            "equal_best_spans": float(
                np.mean([a == b for a, b in zip(found, wanted, strict=True)])
            ),
            "logits_rms_error": float(np.sqrt(((logits - exact) ** 2).mean())),
        }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()

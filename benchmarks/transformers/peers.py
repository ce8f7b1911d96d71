"""What both comparisons share: the questions, the models, and the two sides' processes."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from qna_widget.evaluation.squad import Example, read_examples
from qna_widget.export.bundle import Origin
from qna_widget.export.recipe import Precision, export_checkpoint

from .checkpoint import write_checkpoint

ROOT = Path(__file__).parents[2]
# With this head the best start of random weights stands as far above the median one as that of the
# bundled weights (9 logits; compare.py prints it as lead_of_the_best_start).
DECISIVE = 2.4
BUILD = ROOT / "build" / "transformers"


def arguments(about: str) -> argparse.ArgumentParser:
    """Return a parser with what both commands take."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("squad", type=Path, help="a file in SQuAD's format")
    parser.add_argument(
        "--python", default=str(ROOT / ".venv-transformers/bin/python"),
        help="the interpreter that has requirements.txt installed (%(default)s)",
    )  # fmt: skip
    parser.add_argument("--limit", type=int, default=1000, help="questions (%(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="of each side (%(default)s)")
    parser.add_argument("--out", type=Path, help="write all figures here as JSON")
    return parser


def spread(file: Path, count: int) -> list[Example]:
    """Return `count` questions, evenly spread over the file."""
    examples = read_examples(file)
    count = min(count, len(examples))
    return [examples[i * len(examples) // count] for i in range(count)]


def bundled_checkpoint() -> Path:
    """Return a transformers checkpoint with the bundled model's weights."""
    return write_checkpoint(BUILD / "bundled")


def random_checkpoint(head: float) -> Path:
    """Return a checkpoint of two layers with random weights, its last layer's times `head`.

    Where all candidates are about as likely, anything decides between them; a large `head` sets
    them apart, as training does.
    """
    source, target = bundled_checkpoint(), BUILD / f"random-{head:g}"
    rng = np.random.default_rng(1)
    weights = {
        name: value + rng.normal(0, 0.3, value.shape).astype(np.float32)
        if name.endswith(("LayerNorm.weight", "bias"))
        else rng.normal(0, 0.3, value.shape).astype(np.float32)
        for name, value in load_file(source / "model.safetensors").items()
        if ".layer." not in name or int(name.split(".layer.")[1].split(".")[0]) < 2
    }
    weights["qa_outputs.weight"] *= np.float32(head)
    target.mkdir(parents=True, exist_ok=True)
    save_file(weights, str(target / "model.safetensors"), metadata={"format": "pt"})
    for file in ("vocab.txt", "tokenizer_config.json"):
        (target / file).write_bytes((source / file).read_bytes())
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    text = json.dumps({**config, "num_hidden_layers": 2})
    (target / "config.json").write_text(text, encoding="utf-8")
    return target


def exported(checkpoint: Path, precision: Precision = "fp32") -> Path:
    """Export `checkpoint` for QuestionAnswerer; return the folder."""
    folder = checkpoint.with_name(f"{checkpoint.name}-{precision}")
    export_checkpoint(
        checkpoint, folder, Origin(folder.name, folder.name, "", ""), precision=precision
    )
    return folder


class Contender:
    """contender.py in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, examples: Sequence[Example], batch: int = 1, **options: Any) -> dict[str, Any]:
        """Return the answers and what they took: seconds, cpu (seconds), peak_mb."""
        job = {
            "questions": [e.question for e in examples],
            "passages": [e.passage for e in examples],
            "batch": batch,
            "options": options,
        }
        return self._tell(json.dumps(job))

    def _tell(self, line: str | None) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        if line is not None:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        told = self._process.stdout.readline()
        if not told:
            raise RuntimeError("a contender ended early; its message stands above")
        answer: dict[str, Any] = json.loads(told)
        return answer


@contextmanager
def contender(kind: str, model: Path | str, threads: int, python: str) -> Iterator[Contender]:
    """Start one side ("transformers" or "qna-widget") and wait until its model is loaded."""
    interpreter = python if kind == "transformers" else sys.executable
    process = subprocess.Popen(
        [interpreter, str(Path(__file__).with_name("contender.py")), kind, str(model),
         str(threads)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT,
    )  # fmt: skip
    try:
        started = Contender(process)
        started._tell(None)
        yield started
    finally:
        process.kill()
        process.wait()

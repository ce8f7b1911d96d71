"""Tables piece by piece, in threads, and what travels from a worker."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from tables import words

from qna_widget import errors
from qna_widget.batch import answer_batches

TINY = Path(__file__).parents[2] / "parity" / "tiny_bert"


def test_an_iterator_of_pieces_is_drawn_piece_by_piece(tiny: Path) -> None:
    drawn = []

    def pieces() -> Iterator[pd.DataFrame]:
        for n in range(1000):
            drawn.append(n)
            yield words(2)

    answers = answer_batches(pieces(), model=tiny)
    assert [len(next(answers)) for _ in range(3)] == [2, 2, 2]
    answers.close()
    assert drawn == [0, 1, 2]


def test_threads_that_begin_together_load_the_model_once(tiny: Path) -> None:
    """The operating system's word: how often the process opens the weights."""
    code = f"""
import sys, threading
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
import pandas as pd
from qna_widget.batch import answer_batch
frame = pd.DataFrame({{"question": ["who ?"] * 20, "passage": ["the cat sat"] * 20}})
found = []
def work(): found.append(answer_batch(frame, model={str(tiny)!r}))
threads = [threading.Thread(target=work) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(len(found), sum("model.onnx" in name for name in opened))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["8", "1"], done.stderr


def test_threads_that_begin_together_convert_a_checkpoint_once(tmp_path: Path) -> None:
    code = f"""
import threading
from qna_widget import QuestionAnswerer
from qna_widget.export import conversion
from qna_widget.models import fetch
begun, found, convert = [], [], conversion.convert
def counted(*given, **options):
    begun.append(1)
    return convert(*given, **options)
conversion.convert = fetch.convert = counted
def work(): found.append(QuestionAnswerer({str(TINY)!r}, threads=1))
threads = [threading.Thread(target=work) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(len(found), len(begun))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env={**os.environ, "QNA_WIDGET_CACHE": str(tmp_path)},
    )  # fmt: skip
    assert done.stdout.split() == ["4", "1"], done.stderr


def test_errors_travel_from_a_worker_to_the_client() -> None:
    sent = [
        errors.BlankPassageError(),
        errors.BlankQuestionError(),
        errors.MissingExtraError("Asking", "kernel", "numpy"),
        errors.InputError("words"),
    ]
    for error in sent:
        error.add_note("in row 7")
        arrived = pickle.loads(pickle.dumps(error))
        assert type(arrived) is type(error)
        assert str(arrived) == str(error)
        assert arrived.__notes__ == ["in row 7"]

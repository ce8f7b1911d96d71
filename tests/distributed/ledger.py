"""What worker processes did, written where no worker's death can lose it.

Imported by the workers themselves, hence neither pytest nor an engine here.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from qna_widget.batch import answer_batch

PATIENCE = 60.0  # seconds that a worker waits to be killed
_watching = False


@dataclass(frozen=True)
class Ledger:
    """A file that lines are only ever added to; one write each, so that none is torn."""

    file: Path

    def note(self, what: str, part: int = -1) -> None:
        """Write down that this process did `what` with `part`."""
        target = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(target, f"{what} {part} {os.getpid()}\n".encode())
        finally:
            os.close(target)

    def read(self, what: str) -> list[tuple[int, int]]:
        """Return (part, process id) of each time that `what` was done, in order."""
        if not self.file.exists():
            return []
        lines = [line.split(" ") for line in self.file.read_text().splitlines()]
        return [(int(part), int(process)) for did, part, process in lines if did == what]

    def watch_model(self) -> None:
        """Note each time that this process opens a model's weights, from now on."""
        global _watching
        if _watching:
            return
        _watching = True

        def hook(event: str, args: tuple[object, ...]) -> None:
            if event == "open" and "model.onnx" in str(args[0]):
                self.note("load")

        sys.addaudithook(hook)


def answer_part(
    frame: pd.DataFrame, ledger: Ledger, model: str, deadly: int | None = None
) -> pd.DataFrame:
    """Answer a piece whose column `part` numbers it, and keep the ledger.

    The first time that the piece `deadly` is answered, half of its work is done and then waits
    for the process to be killed.
    """
    ledger.watch_model()
    part = int(frame["part"].iloc[0])
    ledger.note("start", part)
    if part == deadly and [number for number, _ in ledger.read("start")].count(part) == 1:
        answer_batch(frame.head(len(frame) // 2), model=model)
        ledger.note("half", part)
        time.sleep(PATIENCE)
        raise TimeoutError("Nobody killed this worker.")
    answered = answer_batch(frame, model=model)
    ledger.note("end", part)
    return answered

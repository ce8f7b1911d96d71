"""A tiny model and real questions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from qna_widget.evaluation.squad import read_examples
from qna_widget.export.bundle import Origin
from qna_widget.export.recipe import export_checkpoint

TINY = Path(__file__).parents[2] / "parity" / "tiny_bert"


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    export_checkpoint(TINY, folder, Origin("tiny", "Tiny", "", "MIT"), max_seq_len=24)
    return folder


@pytest.fixture(scope="session")
def real(questions_file: Path) -> pd.DataFrame:
    """Real questions, ids for an index in no order."""
    rows = [(e.id, e.question, e.passage) for e in read_examples(questions_file, limit=24)]
    frame = pd.DataFrame(rows, columns=["id", "question", "passage"]).set_index("id")
    return frame.sample(frac=1, random_state=5).assign(weight=np.arange(len(rows)) / 7)

"""What a table, its columns and the options may be: looked at before any model is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from tables import words

from qna_widget import InputError, MissingExtraError
from qna_widget.batch import BATCH_COLUMNS, answer_batch, answer_meta, answer_schema

NEW = list(BATCH_COLUMNS)


@pytest.mark.parametrize("options", [{"top_k": 0}, {"doc_stride": 0}, {"overlap": "some"}])
def test_options_that_are_not_allowed_are_no_rows_fault(tiny: Path, options: dict) -> None:
    with pytest.raises(InputError, match="must be"):
        answer_batch(words(2), model=tiny, **options)


def test_columns_are_looked_at_first(tiny: Path) -> None:
    frame = words(2)
    with pytest.raises(InputError, match=r"no column 'context'; there are \['n', 'question'"):
        answer_batch(frame, model=tiny, passage="context")
    twice = pd.concat([frame, frame["question"]], axis=1)
    with pytest.raises(InputError, match="2 columns 'question'"):
        answer_batch(twice, model=tiny)
    taken = frame.assign(start=0, score=1.5)
    for batch in (taken, pa.Table.from_pandas(taken)):
        with pytest.raises(InputError, match=r"columns \['start', 'score'\] already.*prefix="):
            answer_batch(batch, model=tiny)
    out = answer_batch(
        taken.rename(columns={"question": "q"}), model=tiny, question="q", prefix="a_"
    )
    assert list(out.columns) == ["n", "q", "passage", "start", "score", *("a_" + n for n in NEW)]


def test_an_empty_piece_has_the_same_types_and_loads_no_model(tiny: Path) -> None:
    frame = words(4)
    full = answer_batch(frame, model=tiny)
    for empty in (answer_batch(frame.iloc[:0], model="/nowhere"), answer_meta(frame)):
        assert len(empty) == 0
        pd.testing.assert_series_equal(empty.dtypes, full.dtypes)
    table = pa.Table.from_pandas(frame)
    empty_table = answer_batch(table.slice(0, 0), model="/nowhere")
    assert empty_table.schema == answer_batch(table, model=tiny).schema
    all_bad = answer_batch(frame.assign(passage=None), model=tiny)
    pd.testing.assert_series_equal(all_bad[NEW].dtypes, full[NEW].dtypes)


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"max_answer_length": 3}, TypeError),
        ({"top_k": 0}, InputError),
        ({"prefix": None}, InputError),
        ({"model": 3}, InputError),
    ],
)
def test_a_piece_without_rows_checks_its_options(options: dict, kind: type[Exception]) -> None:
    """So a wrong one shows where the job is made, not on its workers."""
    with pytest.raises(kind):
        answer_meta(words(2), **options)


def test_the_schema_for_spark_names_the_same_columns_and_types() -> None:
    fields = [field.split(" ") for field in answer_schema("a_").split(", ")]
    frame = answer_meta(words(1))
    kinds = {"string": "string", "Int64": "bigint", "float64": "double", "boolean": "boolean"}
    assert fields == [[f"`a_{name}`", kinds[str(frame[name].dtype)]] for name in NEW]


@pytest.mark.parametrize("table", [{"question": ["a"]}, [1], "text", None])
def test_what_is_no_table_is_refused_with_the_way_in(table: object) -> None:
    with pytest.raises(InputError, match=r"a pyarrow RecordBatch and .*map_partitions"):
        answer_batch(table)


@pytest.mark.parametrize("given", [None, 5, "frame", [1], object()])
def test_what_is_no_frame_or_prefix_is_refused(given: object) -> None:
    with pytest.raises(InputError, match="frame must be a DataFrame of Dask or pandas; got"):
        answer_meta(given)
    with pytest.raises(InputError, match="prefix must be a string; got"):
        answer_schema(5 if isinstance(given, str) else given)  # type: ignore[arg-type]


def test_importing_loads_neither_package_nor_model_runtime() -> None:
    code = (
        "import sys, qna_widget.batch\n"
        "print([n for n in ('pandas', 'pyarrow', 'numpy', 'onnxruntime') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'qna-widget\[batch\]'"):
        answer_batch(words(1))

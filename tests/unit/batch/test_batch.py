"""Tables in, tables out: every row once, with the answers that asking row by row gives."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from qna_widget import InputError, MissingExtraError, QuestionAnswerer, errors
from qna_widget.batch import BATCH_COLUMNS, answer_batch, answer_batches, answer_meta, answer_schema
from qna_widget.evaluation.squad import read_examples
from qna_widget.export.bundle import Origin
from qna_widget.export.recipe import export_checkpoint

TINY = Path(__file__).parents[2] / "parity" / "tiny_bert"
NEW = list(BATCH_COLUMNS)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    export_checkpoint(TINY, folder, Origin("tiny", "Tiny", "", "MIT"), max_seq_len=24)
    return folder


@pytest.fixture(scope="module")
def real(questions_file: Path) -> pd.DataFrame:
    """Real questions, ids for an index in no order."""
    rows = [(e.id, e.question, e.passage) for e in read_examples(questions_file, limit=24)]
    frame = pd.DataFrame(rows, columns=["id", "question", "passage"]).set_index("id")
    return frame.sample(frac=1, random_state=5).assign(weight=np.arange(len(rows)) / 7)


def words(rows: int) -> pd.DataFrame:
    """Rows that the tiny model's sixteen words can tell apart."""
    passages = ["the cat sat", "a dog saw the cats", "the mat", "who saw a dog on the mat ."]
    return pd.DataFrame(
        {
            "n": range(rows),
            "question": "who sat ?",
            "passage": [passages[n % 4] for n in range(rows)],
        }
    )


def test_each_row_has_the_answer_of_asking_it_alone(real: pd.DataFrame) -> None:
    before = real.copy()
    out = answer_batch(real)
    pd.testing.assert_frame_equal(real, before)
    pd.testing.assert_frame_equal(out[real.columns], real)
    assert list(out.columns) == [*real.columns, *NEW]
    qa = QuestionAnswerer(threads=1)
    for row in out.itertuples():
        result = qa.ask(row.question, row.passage, top_k=1)
        best = result.answers[0]
        assert (row.answer, row.start, row.end, row.score, row.probability) == (
            best.text, best.start, best.end, best.score, best.probability,
        )  # fmt: skip
        assert (row.null_score, row.null_margin) == (result.null_score, result.null_margin)
        assert (row.no_answer, row.rank) == (result.no_answer, 1)
        assert row.passage[row.start : row.end] == row.answer
    assert out["error"].isna().all()
    assert out["answer"].str.len().gt(0).any()


@pytest.mark.parametrize("top_k", [1, 3])
def test_arrow_gives_what_pandas_gives(tiny: Path, top_k: int) -> None:
    frame = words(9)
    expected = answer_batch(frame, model=tiny, top_k=top_k)
    table = pa.Table.from_pandas(frame).replace_schema_metadata({"made": "by hand"})
    (batch,) = table.to_batches()
    for arrow in (table, batch, pa.Table.from_batches([batch.slice(0, 4), batch.slice(4)])):
        out = answer_batch(arrow, model=tiny, top_k=top_k)
        assert type(out) is type(arrow)
        assert out.schema.metadata == arrow.schema.metadata
        assert out.schema.names == [*frame.columns, *NEW]
        columns = expected.to_dict("list")
        for name in out.schema.names:
            want = [None if pd.isna(value) else value for value in columns[name]]
            assert out.column(name).to_pylist() == want, name


def test_top_k_gives_a_row_per_ranked_answer(real: pd.DataFrame) -> None:
    best = answer_batch(real.head(6))
    pd.testing.assert_frame_equal(answer_batch(real.head(6), top_k=None), best)
    out = answer_batch(real.head(6), top_k=3, overlap="allow")
    qa = QuestionAnswerer(threads=1)
    for key, rows in out.groupby(level=0, sort=False):
        ranked = qa.ask(*real.loc[key, ["question", "passage"]], top_k=3, overlap="allow").answers
        assert list(rows["rank"]) == [1, 2, 3]
        assert list(rows["answer"]) == [answer.text for answer in ranked]
        assert list(rows["score"]) == [answer.score for answer in ranked]
    assert list(out.index.unique()) == list(real.head(6).index)


BAD = [
    (("who ?", None), "The passage is missing in this row"),
    (("who ?", float("nan")), "The passage is missing in this row"),
    ((pd.NA, "the cat"), "The question is missing in this row"),
    ((3, "the cat"), "question must be a string; got 3 (int)"),
    ((b"who ?", "the cat"), "question must be a string; got b'who ?' (bytes)"),
    (("", "the cat"), "The question is blank"),
    (("who ?", " \n"), "The passage is blank"),
    (("\ufffd\x07", "the cat"), "The question is blank"),
    (("who ?", "\x00"), "The passage is blank"),
    (("who ?", "the \ud83d cat"), "passage holds a lone surrogate, U+D83D, at character 4"),
    (("who " * 40, "the cat"), "leaves no room"),
]


@pytest.mark.parametrize("together", [1, 2, len(BAD)])
def test_bad_rows_say_why_and_cost_no_other_row(tiny: Path, together: int) -> None:
    """First, last, alone and in a row; those that only the tokenizer finds too."""
    good = words(40)
    pieces, kinds = [], []
    for at in range(0, len(BAD), together):
        for bad, reason in BAD[at : at + together]:
            pieces.append(pd.DataFrame([(-1, *bad)], columns=good.columns, dtype=object))
            kinds.append(reason)
        pieces.append(good.iloc[at : at + together])
    mixed = pd.concat(pieces, ignore_index=True).astype({"n": int})
    out = answer_batch(mixed, model=tiny)
    assert list(out["n"]) == list(mixed["n"])
    failed = out[out["n"] < 0]
    for said, reason in zip(failed["error"], kinds, strict=True):
        assert reason in said
    assert failed[NEW].drop(columns="error").isna().all(axis=None)
    answered = out[out["n"] >= 0].reset_index(drop=True)
    expected = answer_batch(good.iloc[: len(answered)].astype({"question": object}), model=tiny)
    pd.testing.assert_frame_equal(answered[NEW], expected[NEW])


def test_the_strict_way_names_the_row(tiny: Path) -> None:
    frame = words(5)
    frame.loc[3, "passage"] = "\x00"
    with pytest.raises(InputError, match=r"Row 3 of the batch .* The passage is blank"):
        answer_batch(frame, model=tiny, errors="raise")
    with pytest.raises(InputError, match="errors is 'ignore'; it must be 'column' or 'raise'"):
        answer_batch(frame, model=tiny, errors="ignore")


def test_a_text_that_is_not_utf8_is_one_bad_row(tiny: Path) -> None:
    raw = pa.array([b"the cat sat", b"the \xff cat", b"a dog"], pa.binary())
    text = pa.Array.from_buffers(pa.string(), 3, raw.buffers())
    table = pa.table({"question": ["who ?"] * 3, "passage": text})
    frame = pd.DataFrame(
        {"question": "who ?", "passage": pd.array(table["passage"], dtype="string[pyarrow]")}
    )
    coded = table.set_column(1, "passage", pa.chunked_array([
        pa.DictionaryArray.from_arrays(pa.array([0, 1, 2]), text)
    ]))  # fmt: skip
    for batch in (table, frame, coded):
        said = [*answer_batch(batch, model=tiny)["error"]]
        assert "got b'the \\xff cat' (bytes)" in str(said[1])
        assert not [one for one in (said[0], said[2]) if isinstance(one, str)]


def test_a_cut_question_has_a_warning(real: pd.DataFrame) -> None:
    frame = real.head(2).copy()
    frame.iloc[0, 0] = "why " * 70
    assert list(answer_batch(frame)["warning"].isna()) == [False, True]


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


def test_views_take_several_answers_a_row(tiny: Path) -> None:
    table = pa.Table.from_pandas(words(3), preserve_index=False)
    kinds = {"string_view": pa.string_view(), "list_view": pa.list_view(pa.int64())}
    table = table.append_column("list", pa.array([[1], [2, 3], []], kinds["list_view"]))
    names = table.schema.names
    views = pa.table([
        column.cast(kinds["string_view"]) if column.type == pa.large_string() else column
        for column in table.columns
    ], names=names)  # fmt: skip
    for name in ("question", "passage"):
        at = names.index(name)
        views = views.set_column(at, name, views.column(at).cast(kinds["string_view"]))
    found = answer_batch(views, model=tiny, top_k=2)
    assert found.schema.field("passage").type == kinds["string_view"]
    plain = answer_batch(table.drop_columns("list"), model=tiny, top_k=2)
    assert found.drop_columns("list").to_pylist() == plain.to_pylist()
    assert found["list"].to_pylist()[:2] == [[1], [1]]


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

"""Tables in, tables out: every row once, with the answers that asking row by row gives."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from tables import words

from qna_widget import InputError, QuestionAnswerer
from qna_widget.batch import BATCH_COLUMNS, answer_batch

NEW = list(BATCH_COLUMNS)


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

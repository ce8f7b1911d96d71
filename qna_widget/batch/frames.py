"""Tables of pandas and pyarrow behind one small type: the one door to both packages."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

from qna_widget.errors import InputError, needs_extra

if TYPE_CHECKING:
    from pandas import DataFrame
    from pyarrow import Array, Scalar, Table

Kind = Literal["text", "whole", "real", "flag"]
"""What a new column holds; each may be missing in a row."""

_PANDAS: dict[Kind, str] = {
    "text": "string[pyarrow]",
    "whole": "Int64",
    "real": "float64",
    "flag": "boolean",
}
_ARROW: dict[Kind, str] = {"text": "string", "whole": "int64", "real": "float64", "flag": "bool"}
_SPARK: dict[Kind, str] = {
    "text": "string",
    "whole": "bigint",
    "real": "double",
    "flag": "boolean",
}


class Frame(Protocol):
    """A table, whatever package it is of."""

    def names(self) -> list[object]:
        """Return the columns' names, in order."""

    def values(self, name: str) -> list[object]:
        """Return a column as Python objects, one per row; None where there is nothing."""

    def extended(
        self,
        rows: Sequence[int],
        columns: Mapping[str, Sequence[object]],
        kinds: Mapping[str, Kind],
    ) -> object:
        """Return a new table of the same type: the rows at `rows`, and new columns beside them."""


def frame_of(table: object) -> Frame:
    """Wrap a pandas DataFrame, a pyarrow RecordBatch or a pyarrow Table.

    Raises InputError for anything else, MissingExtraError without the `batch` extra.
    """
    with needs_extra("Answering tables", "batch"):
        import pyarrow
    if isinstance(table, pyarrow.RecordBatch | pyarrow.Table):
        return _Arrow(table)
    pandas = sys.modules.get("pandas")  # whoever made a DataFrame has imported it
    if pandas is not None and isinstance(table, pandas.DataFrame):
        return _Pandas(table)
    kind = type(table)
    raise InputError(
        f"A {kind.__module__}.{kind.__qualname__} cannot be answered. Allowed are a pandas "
        "DataFrame, a pyarrow RecordBatch and a pyarrow Table. With Dask call "
        "frame.map_partitions(answer_batch, meta=answer_meta(frame)); with Ray give map_batches "
        "batch_format='pyarrow'; with Spark call mapInPandas or mapInArrow with answer_batches."
    )


def spark_types(kinds: Mapping[str, Kind]) -> str:
    """Return columns as Spark's schema strings name them, such as "answer string, rank bigint"."""
    return ", ".join(f"`{name}` {_SPARK[kind]}" for name, kind in kinds.items())


class _Pandas:
    def __init__(self, frame: DataFrame) -> None:
        self._frame = frame

    def names(self) -> list[object]:
        return list(self._frame.columns)

    def values(self, name: str) -> list[object]:
        column = self._frame[name]
        try:
            values = list(column)
        except UnicodeDecodeError:
            import pyarrow

            values = _objects(pyarrow.array(column))
        # NaN, NA, NaT: which of them stands there depends on who made the frame.
        gone = column.isna()
        return [None if missing else value for value, missing in zip(values, gone, strict=True)]

    def extended(
        self,
        rows: Sequence[int],
        columns: Mapping[str, Sequence[object]],
        kinds: Mapping[str, Kind],
    ) -> DataFrame:
        import pandas

        same = len(rows) == len(self._frame)
        frame = self._frame if same else self._frame.take(rows)
        return frame.assign(
            **{
                name: pandas.Series(values, index=frame.index, dtype=_PANDAS[kinds[name]]).array
                for name, values in columns.items()
            }
        )


class _Arrow:
    def __init__(self, table: Table) -> None:
        self._table = table

    def names(self) -> list[object]:
        return list(self._table.schema.names)

    def values(self, name: str) -> list[object]:
        return _objects(self._table.column(name))

    def extended(
        self,
        rows: Sequence[int],
        columns: Mapping[str, Sequence[object]],
        kinds: Mapping[str, Kind],
    ) -> Table:
        import pyarrow

        same = len(rows) == self._table.num_rows
        schema = self._table.schema
        arrays = [column if same else _taken(column, rows) for column in self._table.columns]
        for name, values in columns.items():
            kind = pyarrow.type_for_alias(_ARROW[kinds[name]])
            schema = schema.append(pyarrow.field(name, kind))
            arrays.append(pyarrow.array(values, kind))
        return type(self._table).from_arrays(arrays, schema=schema)


def _taken(column: Array, rows: Sequence[int]) -> Array:
    """Return an Arrow column's values at `rows`."""
    import pyarrow

    try:
        return column.take(pyarrow.array(rows, pyarrow.int64()))
    except pyarrow.ArrowNotImplementedError:  # views, such as string_view
        values = _objects(column)
        return pyarrow.array([values[row] for row in rows], column.type)


def _objects(column: Array) -> list[object]:
    """Return an Arrow column's values; a text of bytes that are not UTF-8 as those bytes."""

    def one(value: Scalar) -> object:
        try:
            return value.as_py()
        except UnicodeDecodeError:
            return value.as_buffer().to_pybytes()

    import pyarrow

    if pyarrow.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    try:
        values: list[object] = column.to_pylist()
    except UnicodeDecodeError:
        values = [one(value) for value in column]
    return values

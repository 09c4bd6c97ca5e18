"""Tables of runs, read up to a bound."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from smc.evaluation.rows import AnyRows, Column, Rows
from smc.outside.regular_file import open_regular

#: Cells of the largest table that is read: a file of a kilobyte may say that it holds a billion.
MOST_CELLS = 500_000_000


def read_table(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a Parquet file, or some of its columns, as `pandas.read_parquet` does.

    Its tables are small: threads cost more than they save.

    Raises
    ------
    OSError, ValueError
        It is no plain file, no Parquet, lacks a column, or holds more than `MOST_CELLS`.
    """
    content = _read(path, columns, with_index=True)
    table = content.to_pandas(use_threads=False)
    table.attrs = json.loads((content.schema.metadata or {}).get(b"PANDAS_ATTRS", b"{}"))
    return table


def read_rows(path: Path, columns: Sequence[str] | None = None) -> Rows:
    """Read the columns of a Parquet file as arrays: in a third of the time that a table takes.

    Raises
    ------
    OSError, ValueError
        As of `read_table`; and a column of stamps has no zone.
    """
    content = _read(path, columns, with_index=False)
    return Rows({name: _array(name, content.column(name)) for name in content.column_names})


def _read(path: Path, columns: Sequence[str] | None, *, with_index: bool) -> pa.Table:
    with open_regular(path) as file:
        parquet = pq.ParquetFile(file)
        said = parquet.metadata
        if said.num_rows * said.num_columns > MOST_CELLS:
            raise ValueError(f"{path.name} has more than {MOST_CELLS:,} cells")
        there, wanted = parquet.schema_arrow.names, None if columns is None else list(columns)
        if lacking := [name for name in wanted or () if name not in there]:
            raise ValueError(f"{path.name} has no column {lacking[0]!r}")
        return parquet.read(wanted, use_threads=False, use_pandas_metadata=with_index)


def _array(name: str, column: pa.ChunkedArray) -> Column:
    if pa.types.is_timestamp(column.type) and column.type.tz is None:
        raise ValueError(f"{name} has no time zone")
    return column.to_numpy()


def check_finite(table: AnyRows, name: str) -> None:
    """Raise ValueError for a table with an infinite number: no run holds one.

    >>> check_finite(pd.DataFrame({"p_1": [0.5, np.nan, np.inf]}), "predictions")
    Traceback (most recent call last):
    ValueError: predictions.parquet: p_1 of row 2 is not finite (inf)
    """
    for column in map(str, table):
        if table[column].dtype.kind != "f":
            continue
        values = np.asarray(table[column])
        if np.isinf(values).any():
            row = int(np.isinf(values).argmax())
            raise ValueError(f"{name}.parquet: {column} of row {row} is not finite ({values[row]})")

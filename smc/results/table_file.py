"""Tables of runs, read up to a bound."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from smc.outside.regular_file import open_regular

#: Cells of the largest table that is read: a file of a kilobyte may say that it holds a billion.
MOST_CELLS = 500_000_000


def read_table(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a Parquet file, or some of its columns.

    Raises
    ------
    OSError, ValueError
        It is no plain file, no Parquet, or holds more than `MOST_CELLS`.
    """
    with open_regular(path) as file:
        said = pq.read_metadata(file)
        if said.num_rows * said.num_columns > MOST_CELLS:
            raise ValueError(f"{path.name} has more than {MOST_CELLS:,} cells")
        file.seek(0)
        return pd.read_parquet(file, columns=None if columns is None else list(columns))


def check_finite(table: pd.DataFrame, name: str) -> None:
    """Raise ValueError for a table with an infinite number: no run holds one.

    >>> check_finite(pd.DataFrame({"p_1": [0.5, np.nan, np.inf]}), "predictions")
    Traceback (most recent call last):
    ValueError: predictions.parquet: p_1 of row 2 is not finite (inf)
    """
    for column in table.select_dtypes("floating"):
        values = table[column].to_numpy()
        if np.isinf(values).any():
            row = int(np.isinf(values).argmax())
            raise ValueError(f"{name}.parquet: {column} of row {row} is not finite ({values[row]})")

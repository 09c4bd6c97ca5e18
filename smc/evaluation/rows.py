"""Rows of a table as plain arrays: a few hundred of them are scored before pandas has cut them out."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from smc.typing import BoolArray, IntArray

#: One column.
Column: TypeAlias = npt.NDArray[Any]


class Rows:
    """Columns of one length, without an index; what a function asks of it, it may ask of a DataFrame too.

    Stamps are UTC.

    >>> rows = Rows({"event": np.array([5, 7, 9]), "label": np.array([0, 1, 1])})
    >>> chosen = rows.where(rows["label"] == 1).assign(fold=np.array([0, 1]))
    >>> len(chosen), list(chosen), chosen["event"].tolist()
    (2, ['event', 'label', 'fold'], [7, 9])
    """

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._columns = columns

    @classmethod
    def of(cls, table: "pd.DataFrame | Rows") -> "Rows":
        """Return the columns of a table."""
        if isinstance(table, Rows):
            return table
        return cls({str(name): _array(column) for name, column in table.items()})

    def __getitem__(self, name: str) -> Column:
        return self._columns[name]

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()), ()))

    def take(self, chosen: IntArray) -> "Rows":
        """Return some rows, by number."""
        return Rows({name: column[chosen] for name, column in self._columns.items()})

    def where(self, chosen: BoolArray) -> "Rows":
        """Return the rows of which something is true; of all of them nothing is copied."""
        return self if chosen.all() else self.take(np.flatnonzero(chosen))

    def assign(self, **columns: Column) -> "Rows":
        """Return the same rows with other columns, or more."""
        return Rows({**self._columns, **columns})

    def frame(self) -> pd.DataFrame:
        """Return a table of pandas."""
        return pd.DataFrame(dict(self._columns))


#: What a function that only reads columns takes.
AnyRows: TypeAlias = pd.DataFrame | Rows


def _array(column: pd.Series) -> Column:
    return (column.dt.tz_convert(None) if isinstance(column.dtype, pd.DatetimeTZDtype) else column).to_numpy()

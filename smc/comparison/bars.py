"""Two states of one symbol's bars: which row and column changed first."""

from collections.abc import Iterator

import numpy as np
import pandas as pd


def changes(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """Say in a sentence each how many bars are gone, new or changed, naming the first row and column.

    A missing value equals a missing value. Nothing is said of tables that are equal.

    >>> stamps = pd.to_datetime(["2024-01-01", "2024-01-02"], utc=True)
    >>> bars = pd.DataFrame({"open": [1.0, 2.0], "close": [1.5, 2.5]}, index=stamps)
    >>> changes(bars, bars.replace(2.5, 2.6))
    ['1 cell changed, the first at 2024-01-02 00:00 in `close`: 2.5 became 2.6']
    """
    return list(_changes(before, after))


def _changes(before: pd.DataFrame, after: pd.DataFrame) -> Iterator[str]:
    gone, new = before.index.difference(after.index), after.index.difference(before.index)
    if len(gone):
        yield f"{_counted(len(gone), 'bar')} of then gone, the first of {_stamp(gone[0])}"
    if len(new):
        yield f"{_counted(len(new), 'bar')} new, the first of {_stamp(new[0])}"
    if list(before.columns) != list(after.columns):
        yield f"the columns are {', '.join(after.columns)}, they were {', '.join(before.columns)}"
        return
    both = before.index.intersection(after.index)
    old, now = (table.loc[both].to_numpy(dtype=np.float64) for table in (before, after))
    cells = np.argwhere(~((old == now) | (np.isnan(old) & np.isnan(now))))
    if len(cells):
        row, column = cells[0]
        yield (
            f"{_counted(len(cells), 'cell')} changed, the first at {_stamp(both[row])} in "
            f"`{before.columns[column]}`: {old[row, column]:.10g} became {now[row, column]:.10g}"
        )


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def _stamp(stamp: pd.Timestamp) -> str:
    return f"{stamp:%Y-%m-%d %H:%M}"

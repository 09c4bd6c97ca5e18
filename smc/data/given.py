"""Tables of bars that are at hand, as in a notebook, kept as files that a run can read again."""

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from smc.errors import DataError

FOLDER = "given"
#: What a single table is called where nobody names it.
UNNAMED = "BARS"


def given_files(bars: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    """Return a Parquet file for each symbol, by its place: a folder that their content names, and the symbol.

    Nothing is checked but what keeps a table from being a file: whoever reads it checks the bars.

    Parameters
    ----------
    bars
        By symbol, tables with the time of each bar in the index or in a column.

    Raises
    ------
    DataError
        No table, a symbol that cannot name a file, or a table that cannot be one; the message names it.

    >>> table = pd.DataFrame({"close": [1.0]}, index=pd.to_datetime(["2024-01-01"]))
    >>> [place.rpartition("/")[2] for place in given_files({"A": table})]
    ['A.parquet']
    """
    if not bars:
        raise DataError("bars: there is no table: give one, or one for each symbol")
    contents = {symbol: _content(symbol, table) for symbol, table in bars.items()}
    digest = hashlib.sha256()
    for symbol, content in sorted(contents.items()):
        digest.update(hashlib.sha256(symbol.encode()).digest() + hashlib.sha256(content).digest())
    folder = f"{FOLDER}/{digest.hexdigest()[:16]}"
    return {f"{folder}/{symbol}.parquet": content for symbol, content in contents.items()}


def _content(symbol: str, table: pd.DataFrame) -> bytes:
    if not symbol or symbol.startswith(".") or symbol != Path(symbol).name or not symbol.isprintable():
        raise DataError(f"bars: {symbol!r} cannot name a file: call the symbol otherwise, as BTCUSD")
    if not isinstance(table, pd.DataFrame):
        raise DataError(f"bars of {symbol}: a DataFrame is needed, got {type(table).__name__}")
    if table.columns.nlevels > 1:
        raise DataError(
            f"bars of {symbol}: the columns have {table.columns.nlevels} levels: give those of one symbol "
            "alone, as frame.droplevel(1, axis=1)"
        )
    if isinstance(table.index, pd.DatetimeIndex):
        table = table.rename_axis("time").reset_index()
    buffer = io.BytesIO()
    try:
        table.to_parquet(buffer, index=False)
    except (ValueError, TypeError, NotImplementedError) as error:  # pyarrow's own are among them
        raise DataError(f"bars of {symbol}: {' '.join(str(error).split())}") from error
    return buffer.getvalue()

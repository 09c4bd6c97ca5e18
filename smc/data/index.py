"""Two real stock indices that come with an installed package."""

import difflib
import importlib.util
from pathlib import Path

import pandas as pd

from smc.data.bad_bars import check_bars
from smc.errors import DataError

FILES = {"SP500": "sp500", "NASDAQ": "nasdaq"}


class Index:
    """S&P 500 and NASDAQ Composite, daily bars of 1999-01-04 to 2018-12-31 (5,031 each), without a download.

    The files belong to the package `arch` (NCSA licence); they are read without importing it, which would
    cost seconds. The close is used; it equals the adjusted close on every day, because an index pays no
    dividend.

    A bar is stamped at the opening of its session: 09:30 in New York, which is 13:30 or 14:30 UTC.

    Examples
    --------
    >>> bars = Index().load("SP500")
    >>> bars.loc["1999-01-04", "close"].item(), bars.index[0].isoformat(), len(bars)
    (1228.099976, '1999-01-04T14:30:00+00:00', 5031)
    """

    def symbols(self) -> list[str]:
        """List the symbols, the default one first."""
        return list(FILES)

    def load(self, symbol: str) -> pd.DataFrame:
        """Load the bars of one symbol, as `smc.data.files.Files.load` does.

        Raises
        ------
        DataError
            Another symbol, or `arch` is not installed.
        """
        if symbol not in FILES:
            near = difflib.get_close_matches(str(symbol).upper(), FILES, n=1, cutoff=0.4)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise DataError(f"data=index has no symbol {symbol!r}{hint} (symbols: {', '.join(FILES)})")
        path = _folder() / FILES[symbol] / f"{FILES[symbol]}.csv.gz"
        if not path.is_file():
            raise DataError(f"the installed arch has no {path.name}: reinstall it (pip install 'arch>=8,<9')")
        table = pd.read_csv(path, index_col="Date").rename(columns=str.lower)
        sessions = pd.to_datetime(table.index, format="%m/%d/%Y") + pd.Timedelta(hours=9, minutes=30)
        return check_bars(table.set_index(sessions.tz_localize("America/New_York")), name=path.name)


def _folder() -> Path:
    """Find the data folder of `arch` without running its code."""
    spec = importlib.util.find_spec("arch")
    if spec is None or not spec.submodule_search_locations:
        raise DataError("data=index needs the package arch: pip install 'arch>=8,<9', or use data=files")
    return Path(spec.submodule_search_locations[0]) / "data"

"""What an account earned by calendar month and year."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
YEAR = "year"


def monthly_returns(accounts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Compound the net returns of each month and of each year; of several accounts give the mean.

    Months are those of UTC. Before the first bar and after the last a month is NaN; one between them without
    a bar is 0. Of one account the months of a year compound to the year, and the years to what it gained.

    Parameters
    ----------
    accounts
        ``net`` by time, see `smc.report.accounts`.

    Returns
    -------
    table
        A year a row; `MONTHS` and ``year`` in columns.

    >>> time = pd.to_datetime(["2023-11-30", "2023-12-01", "2023-12-31", "2024-01-01"], utc=True)
    >>> table = monthly_returns([pd.DataFrame({"net": [0.5, 0.1, 0.1, -0.5]}, time)])
    >>> table[["Jan", "Nov", "Dec", "year"]].round(3)
          Jan  Nov   Dec   year
    2023  NaN  0.5  0.21  0.815
    2024 -0.5  NaN   NaN -0.500
    """
    stacked = pd.concat([_of_account(pd.Series(bars["net"])) for bars in accounts])
    return pd.DataFrame(stacked.groupby(level=0).mean())


def _of_account(net: pd.Series) -> pd.DataFrame:
    time = pd.DatetimeIndex(net.index)
    month = (12 * time.year + time.month - 1).to_numpy()
    first, last = int(month.min()), int(month.max())
    growth = np.full((last // 12 - first // 12 + 1, 12), np.nan)
    of_bars = growth.reshape(-1)[first % 12 : last - first + first % 12 + 1]
    of_bars[:] = 1.0
    np.multiply.at(of_bars, month - first, 1.0 + net.to_numpy())
    table = pd.DataFrame(growth, range(first // 12, last // 12 + 1), list(MONTHS))
    return table.assign(**{YEAR: np.nanprod(growth, axis=1)}) - 1.0

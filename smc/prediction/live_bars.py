"""Bars as people hand them over, held to what a run's own bars were held to."""

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from smc.data.account import DAY, SECOND
from smc.data.bad_bars import COLUMNS, check_bars
from smc.errors import DataError

#: Months differ from their median by less than this factor; no usual size of bars is so near another.
SAME_SIZE = 1.2
#: Share of the steps that are the median one, from which on bars are of one size.
REGULAR = 0.5
#: From so many bars on, the age of the newest bar is worth a word.
MANY_BARS = 3


def check_live_bars(bars: pd.DataFrame, bar_seconds: float | None, now: pd.Timestamp) -> pd.DataFrame:
    """Return the bars of a frame as runs have them: float64 columns on a UTC index, every rule kept.

    Text and other objects are cast; a table in descending order is turned round. Columns beside the usual
    five, which a family of your own may read, stay as they are.

    Parameters
    ----------
    bar_seconds
        The usual step of the bars that a run was made of; None: not known, and the size is not looked at.
    now
        No bar may open later, and no bar of less than a day may still be open: its close is not known yet.

    Raises
    ------
    DataError
        A column is missing, a cell is no number, a bar breaks a rule of `smc.data.bad_bars`, the bars are of
        another size, or the last one is not closed.
    """
    if isinstance(bars.columns, pd.MultiIndex):
        raise DataError(
            f"bars have {bars.columns.nlevels} levels of columns ({bars.columns[0]}): choose one symbol, as "
            "bars.xs(symbol, axis=1, level=...), and call its columns " + ", ".join(COLUMNS)
        )
    if twice := [str(name) for name in bars.columns[bars.columns.duplicated()]]:
        raise DataError(f"bars have the column {twice[0]} more than once: leave one of them")
    try:
        checked = check_bars(bars)
    except DataError as error:
        raise DataError(
            f"{error}; a frame is mended by smc.data.bad_bars.check_bars(bars, on_bad='repair')"
        ) from error
    _check_size(checked, bar_seconds)
    _check_closed(checked.index[-1], bar_seconds, now)
    others = bars.drop(columns=list(COLUMNS))
    if checked.attrs["account"]["flipped"]:
        others = others.iloc[::-1]
    return checked if others.empty else pd.concat([checked, others.set_axis(checked.index)], axis=1)


def timing(last: pd.Timestamp, bar_seconds: float | None, now: pd.Timestamp) -> dict[str, Any]:
    """Say when a bar closes, by the run's size of bars, and whether that lies ahead.

    It may where bars are of a day or more: markets close before the day of the clock ends.

    >>> timing(pd.Timestamp("2024-01-05", tz="UTC"), 86_400, pd.Timestamp("2024-01-05 22:00", tz="UTC"))
    {'closes': '2024-01-06T00:00:00+00:00', 'may_be_open': True}
    """
    if not bar_seconds:
        return {"closes": None, "may_be_open": False}
    closes = last + pd.Timedelta(seconds=bar_seconds)
    return {"closes": closes.isoformat(), "may_be_open": bool(closes > now)}


def say_age(last: pd.Timestamp, bar_seconds: float | None, now: pd.Timestamp) -> str | None:
    """Say how old the newest bar is, if it closed many bars ago.

    >>> say_age(pd.Timestamp("2024-01-01", tz="UTC"), 3600, pd.Timestamp("2024-01-03", tz="UTC"))
    'The newest bar closed 1 days 23:00:00 ago (47 bars): newer ones may be missing.'
    """
    if bar_seconds is None:
        return None
    age = now - last - pd.Timedelta(seconds=bar_seconds)
    n_bars = int(age.total_seconds() // bar_seconds)
    told = f"The newest bar closed {age.floor('s')} ago ({n_bars} bars): newer ones may be missing."
    return told if n_bars >= MANY_BARS else None


def _check_size(bars: pd.DataFrame, bar_seconds: float | None) -> None:
    """Refuse bars of one size that is not the run's; bars of no fixed size, such as by volume, pass."""
    steps = np.diff(pd.DatetimeIndex(bars.index).asi8) / SECOND
    own = bars.attrs["account"]["bar_seconds"]
    if not bar_seconds or not own or np.mean(steps == own) < REGULAR:
        return
    if max(own, bar_seconds) / min(own, bar_seconds) > SAME_SIZE:
        raise DataError(
            f"the run was made of bars of {_length(bar_seconds)}, got bars of {_length(own)}: give bars of "
            "the same size"
        )


def _check_closed(last: pd.Timestamp, bar_seconds: float | None, now: pd.Timestamp) -> None:
    if last > now:
        raise DataError(f"the last bar opens at {last}, and it is {now.floor('s')}: it cannot be known yet")
    bar = timing(last, bar_seconds, now)
    if bar["may_be_open"] and bar_seconds and bar_seconds * SECOND < DAY:
        raise DataError(
            f"the last bar, of {last}, closes at {bar['closes']}, and it is {now.floor('s')}: leave it out, "
            "bars.iloc[:-1], or ask again when it is closed"
        )


def _length(seconds: float) -> str:
    """Write the length of a bar.

    >>> _length(14_400), _length(86_400 * 7)
    ('4:00:00', '7 days, 0:00:00')
    """
    return str(timedelta(seconds=seconds))

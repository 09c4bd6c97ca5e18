"""The rules that a table of bars must keep, and what is done about rows that break them."""

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from smc.data.account import check_gaps, parse_gap, survey
from smc.data.faults import MISREAD_SHARE, Faults, OnBad
from smc.errors import DataError
from smc.typing import BoolArray, FloatArray, IntArray

PRICES = ("open", "high", "low", "close")
COLUMNS = (*PRICES, "volume")
#: What a column of volumes holds throughout where none was recorded (Interactive Brokers' midpoints).
NOT_RECORDED = -1.0


def check_bars(
    bars: pd.DataFrame, *, on_bad: OnBad = "error", max_gap: str | None = None, name: str = "bars"
) -> pd.DataFrame:
    """Hold any table of bars to the rules of bad bars; give it back in order, with an account.

    Prices must be finite and positive, ``low <= open, close <= high``, stamps strictly increasing, volume not
    negative or infinite (NaN: not recorded). A table in descending order is turned round. Gaps and bars
    without range or volume are counted, never refused, unless ``max_gap`` is set.

    Parameters
    ----------
    bars
        Float columns open, high, low, close and volume on an aware DatetimeIndex.
    on_bad
        `error` refuses, naming row, column, value, rule and the count for each rule. `drop` removes the rows;
        of several with one stamp the first stays. `repair` mends what has one remedy: high and low are
        widened to hold open and close (a swapped pair changes places), rows are sorted, of several with one
        stamp the last stays (the later download), a bad volume becomes NaN; a bar without a price is removed,
        never invented. A rule that more than a third of the rows (and at least three) break is a fact about
        the table, which neither `drop` nor `repair` settles; sorting is the exception.
    max_gap
        Longest step allowed, weekends taken off, as "3d" or "90min".
    name
        What messages call the table; rows count from 1.

    Returns
    -------
    DataFrame
        ``attrs["account"]`` holds the counts: `rows_read`, `bars`, `absent`, `flipped`, `dropped` and
        `repaired` by rule, and those of `smc.data.account.survey`.

    Raises
    ------
    DataError

    Examples
    --------
    >>> index = pd.date_range("2024-01-01", periods=2, freq="D", tz="UTC")
    >>> bars = pd.DataFrame({"open": 5.0, "high": [6.0, 4.0], "low": 4.0, "close": 5.0, "volume": 1.0}, index)
    >>> check_bars(bars)
    Traceback (most recent call last):
    smc.errors.DataError: bars, row 2, column open: 5.0 (open_outside: the open lies outside [low, high]); ...
    >>> check_bars(bars, on_bad="repair")["high"].tolist()
    [6.0, 5.0]
    """
    index = bars.index
    if not isinstance(index, pd.DatetimeIndex) or index.tz is None:
        raise DataError(f"{name}: the index must hold stamps with a time zone: localise it (`tz_localize`)")
    faults, rows = Faults(name, on_bad), np.arange(1, len(bars) + 1)
    faults.note("bad_stamp", rows[index.isna()], lambda _: "NaT", column="time")
    numbers = pd.DataFrame(index=index.tz_convert("UTC").as_unit("ns").rename("time"))
    readable = index.notna()
    for column in COLUMNS:
        numbers[column], bad = _numbers(bars, column, faults, rows)
        readable &= ~bad
    table, rows = _keep(numbers, rows, readable)
    gap = None if max_gap is None else parse_gap(max_gap)
    return settle(table, faults, rows, n_read=len(bars), max_gap=gap)


def settle(
    bars: pd.DataFrame,
    faults: Faults,
    rows: IntArray,
    *,
    n_read: int,
    n_absent: int = 0,
    max_gap: timedelta | None = None,
) -> pd.DataFrame:
    """Apply every rule to bars in UTC, raise what must be raised, and attach the account.

    Parameters
    ----------
    faults
        What was noted before; takes what is found here.
    rows
        Row numbers of the bars.
    n_read, n_absent
        Rows that there were at first, and those outside a symbol's history: for the account.

    Raises
    ------
    DataError
    """
    flipped = _is_descending(_stamps(bars))
    if flipped:
        bars, rows = bars.iloc[::-1].copy(), rows[::-1]
    for rule in (_prices, _volume, _range, _order):
        bars, rows = rule(bars, faults, rows)
    faults.settle(n_read)
    if not len(bars):
        raise DataError(f"{faults.name}: no bar is left of {n_read} rows ({dict(faults.dropped)})")
    check_gaps(bars, max_gap, name=faults.name, rows=rows)
    account: dict[str, Any] = {"rows_read": n_read, "bars": len(bars), "absent": n_absent}
    account |= {"flipped": int(flipped)}
    account |= {"dropped": dict(faults.dropped), "repaired": dict(faults.repaired)}
    bars.attrs["account"] = account | survey(bars)
    return bars


def _is_descending(stamps: IntArray) -> bool:
    """Tell whether more steps go back in time than forward."""
    return int(np.sign(np.diff(stamps)).sum()) < 0


def _stamps(bars: pd.DataFrame) -> IntArray:
    return pd.DatetimeIndex(bars.index).asi8


def _numbers(bars: pd.DataFrame, column: str, faults: Faults, rows: IntArray) -> tuple[FloatArray, BoolArray]:
    """Turn a column into float64; a cell that is no number is noted and marked."""
    if column not in bars:
        raise DataError(f"{faults.name}: no column `{column}`: bars need {', '.join(COLUMNS)}")
    cells = pd.Series(bars[column].to_numpy())
    numbers = pd.Series(pd.to_numeric(cells, errors="coerce")).to_numpy(dtype=np.float64, na_value=np.nan)
    bad = np.isnan(numbers) & cells.notna().to_numpy()
    places = np.flatnonzero(bad)
    faults.note("non_numeric", rows[places], lambda i: repr(cells[places[i]]), column=column)
    return numbers, bad


def _prices(bars: pd.DataFrame, faults: Faults, rows: IntArray) -> tuple[pd.DataFrame, IntArray]:
    """Remove bars with a price that is missing, infinite or not positive."""
    for column in PRICES:
        values = bars[column].to_numpy()
        for rule, bad in (
            ("missing_price", np.isnan(values)),
            ("infinite_price", np.isinf(values)),
            ("non_positive_price", np.isfinite(values) & (values <= 0)),
        ):
            _note(bars, faults, rows, rule, bad=bad, column=column)
        bars, rows = _keep(bars, rows, np.isfinite(values) & (values > 0))
    return bars, rows


def _volume(bars: pd.DataFrame, faults: Faults, rows: IntArray) -> tuple[pd.DataFrame, IntArray]:
    """Settle a volume that is negative or infinite: NaN under `repair`. One that is -1 throughout is none."""
    volume = bars["volume"].to_numpy()
    if (np.isnan(volume) | (volume == NOT_RECORDED)).all():
        return bars.assign(volume=np.nan), rows
    infinite, negative = np.isinf(volume), np.isfinite(volume) & (volume < 0)
    for rule, bad in (("infinite_volume", infinite), ("negative_volume", negative)):
        _note(bars, faults, rows, rule, bad=bad, column="volume", mended=faults.repairs)
    bad = infinite | negative
    if faults.repairs and bad.any():
        return bars.assign(volume=np.where(bad, np.nan, volume)), rows
    return _keep(bars, rows, ~bad)


def _range(bars: pd.DataFrame, faults: Faults, rows: IntArray) -> tuple[pd.DataFrame, IntArray]:
    """Settle bars whose high and low do not hold their prices: widened under `repair`."""
    opens, high, low, close = (bars[column].to_numpy() for column in PRICES)
    crossed = high < low
    open_out, close_out = (~crossed & ((x < low) | (x > high)) for x in (opens, close))
    _note(bars, faults, rows, "high_below_low", bad=crossed, column="high", mended=faults.repairs)
    _note(bars, faults, rows, "open_outside", bad=open_out, column="open", mended=faults.repairs)
    _note(
        bars, faults, rows, "close_outside", bad=close_out & ~open_out, column="close", mended=faults.repairs
    )
    bad = crossed | open_out | close_out
    if faults.repairs and bad.any():
        corners = np.stack([opens, high, low, close])
        return bars.assign(high=corners.max(axis=0), low=corners.min(axis=0)), rows
    return _keep(bars, rows, ~bad)


def _order(bars: pd.DataFrame, faults: Faults, rows: IntArray) -> tuple[pd.DataFrame, IntArray]:
    """Settle stamps that step back or repeat: `repair` sorts the rows, and keeps the last of equals."""
    stamps = _stamps(bars)
    latest = np.maximum.accumulate(stamps)
    backward = stamps < latest
    if n_pages := _pages(stamps):
        faults.causes["backward_step"] = (
            f"the rows are {n_pages} whole pages out of order, which sorting settles"
        )
    n_repeated = len(stamps) - len(np.unique(stamps)) if backward.any() else 0
    if n_repeated > MISREAD_SHARE * len(stamps):
        faults.sorting_settles = False
        faults.causes["backward_step"] = faults.causes["repeated_stamp"]
    if faults.repairs and backward.any():
        _note(bars, faults, rows, "backward_step", bad=backward, column="time", mended=True)
        order = np.argsort(stamps, kind="stable")
        bars, rows = bars.iloc[order], rows[order]
        stamps, backward = stamps[order], np.zeros(len(order), dtype=bool)
    _note(bars, faults, rows, "backward_step", bad=backward, column="time")
    bars, rows = _keep(bars, rows, ~backward)
    stamps = _stamps(bars)
    equal = stamps[1:] == stamps[:-1]
    repeated = np.append(equal, False) if faults.repairs else np.append(np.zeros(1, bool), equal)[: len(bars)]
    _note(bars, faults, rows, "repeated_stamp", bad=repeated, column="time")
    return _keep(bars, rows, ~repeated)


def _pages(stamps: IntArray) -> int:
    """Count the stretches in order of time that rows out of order are made of; 0 if they overlap."""
    starts = np.append(0, np.flatnonzero(np.diff(stamps) <= 0) + 1)
    if len(stamps) < 2 or len(starts) == 1:
        return 0
    ends = np.append(starts[1:], len(stamps)) - 1
    order = np.argsort(stamps[starts], kind="stable")
    is_apart = stamps[ends][order][:-1] < stamps[starts][order][1:]
    return len(starts) if is_apart.all() and len(starts) < len(stamps) / 2 else 0


def _note(
    bars: pd.DataFrame,
    faults: Faults,
    rows: IntArray,
    rule: str,
    *,
    bad: BoolArray,
    column: str,
    mended: bool = False,
) -> None:
    """Note the rows of a mask, with the value of a column or the stamp."""
    places = np.flatnonzero(bad)
    values = bars.index if column == "time" else bars[column].array
    faults.note(rule, rows[places], lambda i: values[places[i]], column=column, mended=mended)


def _keep(bars: pd.DataFrame, rows: IntArray, good: BoolArray) -> tuple[pd.DataFrame, IntArray]:
    return (bars, rows) if good.all() else (bars.loc[good], rows[good])

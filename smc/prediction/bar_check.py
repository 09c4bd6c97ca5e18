"""Bars held to the rules of `smc.data.bad_bars`: one in microseconds, or a table."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from smc.data.bad_bars import COLUMNS, PRICES, check_bars
from smc.data.faults import RULES
from smc.features.live import BARS
from smc.typing import FloatArray


def read_bar(bar: Mapping[str, Any]) -> tuple[pd.DatetimeIndex, FloatArray]:
    """Return stamp and numbers of a bar.

    Raises
    ------
    ValueError
        What is missing, or is no number, or has no time zone.
    """
    missing = [name for name in ("time", *BARS) if name not in bar]
    if missing:
        raise ValueError(f"a bar needs time, {', '.join(BARS)}: {missing[0]} is missing")
    try:
        prices = np.array([[bar[name] for name in BARS]], dtype=np.float64)
        stamp = pd.Timestamp(bar["time"])
    except (TypeError, ValueError) as error:
        raise ValueError(f"a bar must hold numbers, and a time: {error}") from error
    if stamp is pd.NaT or stamp.tzinfo is None:
        raise ValueError(f"time must be a stamp with a time zone, got {bar['time']!r}")
    return pd.DatetimeIndex([stamp.tz_convert("UTC").as_unit("ns")]), prices


def bar_problem(prices: FloatArray) -> str | None:
    """Return the first rule of `smc.data.bad_bars` that a bar breaks, with its value; None if it keeps all.

    Parameters
    ----------
    prices
        open, high, low, close, volume (5,).

    >>> bar_problem(np.array([5.0, 4.0, 4.0, 5.0, 1.0]))
    'open_outside: the open lies outside [low, high] (5.0)'
    """
    opened, high, low, close, volume = prices.tolist()
    for name, price in zip(PRICES, (opened, high, low, close), strict=True):
        if not (np.isfinite(price) and price > 0):
            rule = (
                "missing_price"
                if np.isnan(price)
                else "infinite_price"
                if price > 0
                else "non_positive_price"
            )
            return f"{rule}: {RULES[rule]} ({name}: {price})"
    if high < low:
        return f"high_below_low: {RULES['high_below_low']} ({high})"
    for rule, price in (("open_outside", opened), ("close_outside", close)):
        if not low <= price <= high:
            return f"{rule}: {RULES[rule]} ({price})"
    if np.isinf(volume) or volume < 0:
        rule = "infinite_volume" if np.isinf(volume) else "negative_volume"
        return f"{rule}: {RULES[rule]} ({volume})"
    return None


def checked(symbol: str, bars: pd.DataFrame) -> pd.DataFrame:
    """Return a table of bars in order, as runs have them, with its other columns.

    Raises
    ------
    DataError
        A bar breaks a rule.
    """
    good = check_bars(bars, name=symbol)
    others = bars.drop(columns=list(COLUMNS))
    if good.attrs["account"]["flipped"]:
        others = others.iloc[::-1]
    return good if others.empty else pd.concat([good, others.set_axis(good.index)], axis=1)

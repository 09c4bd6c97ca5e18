"""When a simulated market trades, and how lively it is at each hour."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from smc.data.account import parse_gap
from smc.typing import FloatArray

#: A Sunday: the first of the weeks that last from Sunday 22:00 to Friday 22:00 UTC.
OPENING = datetime(2000, 1, 2, 22, tzinfo=UTC)
LAST_YEAR = 2260  # stamps in nanoseconds end soon after
WEEK, TRADED, DAY, MINUTE = timedelta(7), timedelta(5), timedelta(1), timedelta(minutes=1)
#: Standard deviation of returns by hour of the day (UTC), relative: a quiet Asian night, London, New York.
PACE = np.repeat([0.7, 1.1, 1.45, 0.8, 0.5], [7, 5, 5, 4, 3])
#: Standard deviation of the opening gap, in those of the bar's return: after a weekend, and else.
WEEKEND_GAP, USUAL_GAP = 1.5, 0.03


def parse_freq(freq: str) -> timedelta:
    """Read the length of a bar: minutes that divide a day, as "15min", "4h" or "1D".

    >>> parse_freq("4h")
    datetime.timedelta(seconds=14400)

    Raises
    ------
    ValueError
        It is no such length.
    """
    try:
        step = parse_gap(freq)
    except ValueError as error:
        raise ValueError(f'`freq` must be a time such as "15min", "4h" or "1D", got {freq!r}') from error
    if step % MINUTE or DAY % step:
        raise ValueError(f"`freq` must be whole minutes that divide a day, got {freq!r}")
    return step


def trading_stamps(n_bars: int, step: timedelta) -> pd.DatetimeIndex:
    """Stamp bars at their opens, five days a week.

    >>> trading_stamps(31, timedelta(hours=4))[[0, 29, 30]].strftime("%a %H:%M").tolist()
    ['Sun 22:00', 'Fri 18:00', 'Sun 22:00']

    Raises
    ------
    ValueError
        The bars would end where stamps in nanoseconds do.
    """
    a_week = TRADED // step
    if n_bars / a_week / 52 > LAST_YEAR - OPENING.year:
        raise ValueError(
            f"`n_bars`={n_bars} of {step} end after the year {LAST_YEAR}: use fewer, or a shorter `freq`"
        )
    weeks, within = np.divmod(np.arange(n_bars), a_week)
    start = pd.Timestamp(OPENING).as_unit("ns").asm8
    since = weeks * np.timedelta64(WEEK) + within * np.timedelta64(step)
    return pd.DatetimeIndex(start + since, tz="UTC", name="time").as_unit("ns")


def pace(n_bars: int, step: timedelta) -> FloatArray:
    """Return the standard deviation of each bar relative to the average bar's: the mean square is 1."""
    power = np.repeat(PACE**2 / np.mean(PACE**2), 60)  # by minute of the day
    of_day = np.roll(power, -60 * OPENING.hour).reshape(-1, step // MINUTE).mean(axis=1)
    return np.resize(np.sqrt(of_day), n_bars)


def opening_gaps(n_bars: int, step: timedelta) -> FloatArray:
    """Return the standard deviation of each opening gap, in those of the bar's return."""
    opens_week = np.arange(n_bars) % (TRADED // step) == 0
    return np.where(opens_week, WEEKEND_GAP, USUAL_GAP)

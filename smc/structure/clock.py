"""Exchange-local clock of bars: minute of the day and trading day."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd

from smc.typing import IntArray

MINUTES_A_DAY = 24 * 60
NEW_YORK = "America/New_York"  # its hours are those of the session columns, whatever the trading day follows


def local_minutes(index: pd.DatetimeIndex, tz: str) -> IntArray:
    """Return the wall-clock minutes since 1970 of each stamp in a time zone, daylight saving included."""
    local = index.tz_convert(tz).tz_localize(None).as_unit("s")
    return local.asi8 // 60


def minute_of_day(minutes: IntArray) -> IntArray:
    """Return the minute of the day, 0 to 1439."""
    return minutes % MINUTES_A_DAY


def trading_day(minutes: IntArray, day_start: str) -> IntArray:
    """Number the trading days: a new one begins at ``day_start`` (wall clock) and is named by its end.

    >>> import pandas as pd
    >>> stamps = pd.DatetimeIndex(["2024-01-05 21:59", "2024-01-05 22:00"], tz="UTC")  # 16:59, 17:00 New York
    >>> trading_day(local_minutes(stamps, "America/New_York"), "17:00").tolist()
    [19727, 19728]
    """
    return (minutes + (-parse_clock(day_start)) % MINUTES_A_DAY) // MINUTES_A_DAY


def parse_clock(clock: str) -> int:
    """Return the minute of the day that "HH:MM" names.

    >>> parse_clock("17:00")
    1020

    Raises
    ------
    ValueError
        The text is no time of day.
    """
    hours, colon, minutes = clock.partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and int(hours) < 24 and int(minutes) < 60):
        raise ValueError(f'`day_start` must be a time of day such as "17:00", got {clock!r}')
    return int(hours) * 60 + int(minutes)


def check_zone(tz: str) -> None:
    """Raise ValueError unless ``tz`` names a time zone."""
    try:
        ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"`tz` must be an IANA time zone such as America/New_York, got {tz!r}") from error

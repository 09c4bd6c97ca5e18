"""Bars a year of known calendars beside counts by hand: python tests/bench/bench_calendar.py

`CALENDARS` serves `tests/metrics/test_calendar.py` as well.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.tseries.holiday import (
    AbstractHolidayCalendar,
    GoodFriday,
    Holiday,
    USLaborDay,
    USMartinLutherKingJr,
    USMemorialDay,
    USPresidentsDay,
    USThanksgivingDay,
    nearest_workday,
)

from smc import metrics

#: Trading days of New York a year, 2010 to 2019: 2,516 in ten years.
NEW_YORK_DAYS = 251.6
#: Five-day weeks a year.
WEEKS = 365.25 / 7


class NewYork(AbstractHolidayCalendar):
    """Holidays of the New York exchanges before 2022, without single days of mourning and storms."""

    rules = (
        Holiday("New Year", month=1, day=1, observance=nearest_workday),
        USMartinLutherKingJr,
        USPresidentsDay,
        GoodFriday,
        USMemorialDay,
        Holiday("Independence", month=7, day=4, observance=nearest_workday),
        USLaborDay,
        USThanksgivingDay,
        Holiday("Christmas", month=12, day=25, observance=nearest_workday),
    )


@dataclass(frozen=True)
class Calendar:
    """A history, how many bars its market has in a year by hand, and how far off the answer may be."""

    name: str
    make: Callable[[], pd.DatetimeIndex]
    by_hand: float
    tolerance: float = 0.005
    is_holed: bool = False


def always(first: str, last: str, freq: str) -> pd.DatetimeIndex:
    """A market that never closes."""
    return pd.date_range(first, last, freq=freq, tz="UTC")


def currencies(first: str, last: str, freq: str) -> pd.DatetimeIndex:
    """Open from Sunday 17:00 to Friday 17:00 in New York, but on Christmas and New Year."""
    time = always(first, last, freq)
    local = time.tz_convert("America/New_York") + pd.Timedelta("7h")
    is_holiday = np.isin(local.strftime("%m-%d"), ["12-25", "01-01"])
    return time[(local.day_of_week < 5) & ~is_holiday]


def new_york_days(first: str, last: str) -> pd.DatetimeIndex:
    """Trading days, without an hour."""
    return pd.bdate_range(first, last).difference(NewYork().holidays(first, last))


def new_york(first: str, last: str, minutes: int, *, half_days: bool = True) -> pd.DatetimeIndex:
    """Bars from 9:30 to 16:00; on Christmas Eve and the day after Thanksgiving to 13:00."""
    days = new_york_days(first, last)
    is_half = (days.strftime("%m-%d") == "12-24") | (
        (days.month == 11) & (days.day_of_week == 4) & (days.day > 22)
    )
    opens = pd.timedelta_range("9h30min", "15h59min", freq=f"{minutes}min")
    bars = [
        (days if opened < pd.Timedelta("13h") or not half_days else days[~is_half]) + opened
        for opened in opens
    ]
    time = bars[0].append(bars[1:]).sort_values()
    return time.tz_localize("America/New_York").tz_convert("UTC")


def without(time: pd.DatetimeIndex, *holes: tuple[str, str]) -> pd.DatetimeIndex:
    """Leave out the bars from the first stamp of each hole to the second."""
    for first, last in holes:
        time = time[(time < pd.Timestamp(first, tz="UTC")) | (time >= pd.Timestamp(last, tz="UTC"))]
    return time


def by_trades(n_a_day: float, n_days: int) -> pd.DatetimeIndex:
    """Bars of equal volume: exponential waits."""
    rng = np.random.default_rng(0)
    waits = rng.exponential(86_400 / n_a_day, int(n_a_day * n_days))
    return pd.Timestamp("2020-01-01", tz="UTC") + pd.to_timedelta(waits.cumsum().round(3), unit="s")


DAY_BARS = 13  # of 30 minutes in 6.5 hours
CALENDARS = (
    Calendar("24/7, 1 min, 3 weeks", lambda: always("2020-03-02", "2020-03-22 23:59", "min"), 525_960),
    Calendar("24/7, 15 min, 4 months", lambda: always("2020-03-02", "2020-06-30", "15min"), 35_064),
    Calendar("24/7, 1 h, 1.5 years", lambda: always("2020-01-01", "2021-06-30", "h"), 8_766),
    Calendar("24/7, 4 h, 11 months", lambda: always("2020-02-01", "2020-12-30", "4h"), 2_191.5),
    Calendar("24/7, daily, 3 years", lambda: always("2020-01-01", "2022-12-31", "D"), 365.25),
    Calendar(
        "currencies, 1 h, 2 years", lambda: currencies("2018-01-01", "2020-01-01", "h"), 24 * (WEEKS * 5 - 2)
    ),
    Calendar(
        "currencies, 4 h, 11 months",
        lambda: currencies("2018-02-05", "2019-01-04", "4h"),
        6 * (WEEKS * 5 - 2),
    ),
    Calendar(
        "currencies, 1 h, 3 weeks", lambda: currencies("2018-05-07", "2018-05-27", "h"), 24 * WEEKS * 5, 0.01
    ),
    Calendar(
        "New York, 30 min, 5 years",
        lambda: new_york("2012-01-03", "2016-12-30", 30),
        NEW_YORK_DAYS * DAY_BARS - 10,
    ),
    Calendar(
        "New York, 1 h, 1.5 years",
        lambda: new_york("2012-01-03", "2013-06-28", 60),
        NEW_YORK_DAYS * 7 - 6,
        0.01,
    ),
    Calendar(
        "New York, 30 min, 4 months",
        lambda: new_york("2012-02-01", "2012-05-31", 30),
        NEW_YORK_DAYS * DAY_BARS,
        0.03,
    ),
    Calendar(
        "New York, 30 min, 11 months",
        lambda: new_york("2012-01-09", "2012-12-07", 30),
        NEW_YORK_DAYS * DAY_BARS - 10,
        0.015,
    ),
    Calendar(
        "New York, 30 min, 3 weeks", lambda: new_york("2012-04-16", "2012-05-04", 30), WEEKS * 5 * DAY_BARS
    ),
    Calendar(
        "New York, daily, 10 years",
        lambda: new_york_days("2010-01-04", "2019-12-31").tz_localize("UTC"),
        NEW_YORK_DAYS,
    ),
    Calendar(
        "weekdays, daily, 1.5 years", lambda: pd.bdate_range("2018-01-01", "2019-06-28", tz="UTC"), WEEKS * 5
    ),
    Calendar("weekly, 3 years", lambda: always("2018-01-07", "2021-01-03", "7D"), WEEKS),
    Calendar("weekly, 4 months", lambda: always("2018-01-07", "2018-05-06", "7D"), WEEKS),
    Calendar("monthly, 10 years", lambda: always("2010-01-01", "2019-12-01", "MS"), 12),
    Calendar("monthly, 11 months", lambda: always("2018-01-01", "2018-11-01", "MS"), 12, 0.01),
    Calendar("by trades, 40 a day, 1.5 years", lambda: by_trades(40, 548), 14_610, 0.02),
    Calendar("by trades, 4 a day, 4 months", lambda: by_trades(4, 120), 1_461, 0.1),
    Calendar(
        "24/7, 1 h, a hole of a month",
        lambda: without(always("2019-01-01", "2020-12-31", "h"), ("2019-08-03", "2019-09-04")),
        8_766,
    ),
    Calendar(
        "24/7, 1 h, a hole of eight months",
        lambda: without(always("2019-01-01", "2021-12-31", "h"), ("2020-03-01", "2020-11-01")),
        8_766,
        is_holed=True,
    ),
    Calendar(
        "24/7, 1 h, 3 weeks, five days missing",
        lambda: without(always("2019-01-01", "2019-01-22", "h"), ("2019-01-08", "2019-01-13")),
        8_766,
        is_holed=True,
    ),
    Calendar(
        "24/7, daily, twelve days missing in each quarter",
        lambda: without(
            always("2019-01-01", "2020-12-31", "D"),
            *(
                (f"{year}-{month}-05", f"{year}-{month}-17")
                for year in (2019, 2020)
                for month in ("02", "05", "08", "11")
            ),
        ),
        365.25,
        is_holed=True,
    ),
    Calendar(
        "New York, 30 min, holes of a month and of eight",
        lambda: without(
            new_york("2012-01-03", "2016-12-30", 30),
            ("2013-02-07", "2013-03-09"),
            ("2014-03-04", "2014-11-05"),
        ),
        NEW_YORK_DAYS * DAY_BARS - 10,
        0.01,
        is_holed=True,
    ),
    Calendar(
        "New York, daily, a hole of eight months",
        lambda: without(
            new_york_days("2014-01-03", "2016-12-30").tz_localize("UTC"), ("2015-03-04", "2015-11-05")
        ),
        NEW_YORK_DAYS,
        0.015,
        is_holed=True,
    ),
    Calendar(
        "currencies, 4 h, 11 months, a hole of a month",
        lambda: without(currencies("2018-02-05", "2019-01-04", "4h"), ("2018-06-04", "2018-07-05")),
        6 * (WEEKS * 5 - 2),
        0.015,
        is_holed=True,
    ),
    Calendar(
        "monthly, 10 years, a hole of a year",
        lambda: without(always("2010-01-01", "2019-12-01", "MS"), ("2014-01-15", "2015-02-15")),
        12,
        0.005,
        is_holed=True,
    ),
)


def main() -> None:
    """Print each calendar's count by hand, what is told, the error, and what elapsed time says."""
    write = sys.stdout.write
    write(f"{'calendar':<52}{'by hand':>10}{'told':>12}{'error':>9}{'elapsed':>12}\n")
    for calendar in CALENDARS:
        time = calendar.make()
        told, elapsed = metrics.bars_per_year(time), metrics.bars_per_elapsed_year(time)
        error = told / calendar.by_hand - 1
        write(f"{calendar.name:<52}{calendar.by_hand:>10.1f}{told:>12.1f}{error:>9.2%}{elapsed:>12.1f}\n")


if __name__ == "__main__":
    main()

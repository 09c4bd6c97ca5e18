"""Gaps and other oddities, by hand."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from smc.data.account import parse_gap, survey
from smc.data.bad_bars import check_bars
from smc.errors import DataError


def bars_at(index: pd.DatetimeIndex) -> pd.DataFrame:
    return pd.DataFrame({"open": 2.0, "high": 3.0, "low": 1.0, "close": 2.0, "volume": 1.0}, index)


HOURS = pd.date_range("2024-01-01 00:00", "2024-01-31", freq="h", tz="UTC")
#: New York's week, in winter: Sunday 22:00 to Friday 21:00 UTC.
WEEK_HOURS = HOURS[
    (HOURS.day_of_week < 4)
    | ((HOURS.day_of_week == 4) & (HOURS.hour < 22))
    | ((HOURS.day_of_week == 6) & (HOURS.hour >= 22))
]


def test_weekends_are_no_gaps():
    account = survey(bars_at(WEEK_HOURS))
    assert account["gaps"] == 0
    assert account["bar_seconds"] == 3600


def test_a_weekend_without_bars_is_a_gap_of_a_market_that_trades_on_saturdays():
    two_days_out = HOURS[
        (pd.Timestamp("2024-01-13", tz="UTC") > HOURS) | (pd.Timestamp("2024-01-15", tz="UTC") <= HOURS)
    ]
    account = survey(bars_at(two_days_out))
    assert account["gaps"] == 1
    assert account["longest_gap_seconds"] == 49 * 3600


def test_a_holiday_beside_a_weekend_is_a_gap_without_the_weekend():
    friday_out = WEEK_HOURS[WEEK_HOURS.date != pd.Timestamp("2024-01-12").date()]
    account = survey(bars_at(friday_out))
    assert account["gaps"] == 1
    # Thursday 23:00 to Friday 20:00, when the weekend begins; it covers the first bar of Sunday
    assert account["longest_gap_seconds"] == 21 * 3600


def test_hole_in_a_week():
    assert survey(bars_at(WEEK_HOURS.delete([30, 31, 60])))["gaps"] == 2


@pytest.mark.parametrize("freq", ["W-SUN", "MS", "ME"])
def test_weeks_and_months_have_no_gaps(freq):
    account = survey(bars_at(pd.date_range("2020-01-01", "2024-01-01", freq=freq, tz="UTC")))
    assert account["gaps"] == 0


def test_session_days_with_a_holiday():
    days = pd.bdate_range("2024-01-01", "2024-02-01", tz="UTC") + pd.Timedelta(hours=14)
    assert survey(bars_at(days))["gaps"] == 0
    assert survey(bars_at(days.delete(8)))["gaps"] == 1


def test_a_step_as_long_as_the_limit_is_no_gap():
    bars = bars_at(HOURS[:20].delete([5, 6]))
    assert len(check_bars(bars, max_gap="3h")) == 18
    with pytest.raises(DataError, match="3:00:00 without a bar"):
        check_bars(bars, max_gap="179min")
    bars.index = bars.index[:1].append(bars.index[1:] + pd.Timedelta(minutes=30))
    account = survey(bars)
    assert (account["gaps"], account["longest_gap_seconds"]) == (1, 3 * 3600)
    over_a_weekend = WEEK_HOURS[(WEEK_HOURS.day < 5) | ((WEEK_HOURS.day == 5) & (WEEK_HOURS.hour < 20))]
    monday = pd.DatetimeIndex(["2024-01-08 00:00", "2024-01-08 01:00"], tz="UTC")
    assert len(check_bars(bars_at(over_a_weekend.append(monday)), max_gap="2h")) == len(over_a_weekend) + 2


def test_one_bar_has_no_spacing():
    account = survey(bars_at(HOURS[:1]))
    assert account["bar_seconds"] is None
    assert account["gaps"] == account["longest_gap_seconds"] == 0


def test_flat_bars_and_bars_without_trades_are_counted_and_stay():
    bars = bars_at(HOURS[:4])
    bars.iloc[1] = [2, 2, 2, 2, 0]
    bars.iloc[2, 4] = np.nan
    account = check_bars(bars).attrs["account"]
    assert (account["zero_range"], account["zero_volume"], account["missing_volume"]) == (1, 1, 1)
    assert account["bars"] == 4


@pytest.mark.parametrize("on_bad", ["error", "drop", "repair"])
def test_max_gap_is_refused_in_every_mode(on_bad):
    bars = bars_at(WEEK_HOURS.delete(slice(30, 40)))
    assert len(check_bars(bars, on_bad=on_bad, max_gap="12h")) == len(bars)
    with pytest.raises(
        DataError,
        match=r"^bars, row 31, column time: 11:00:00 without a bar after 2024-01-02 05:00:00\+00:00 "
        r"\(max_gap: no gap may be longer than 10:00:00\); gaps: 1\. Fill the file",
    ):
        check_bars(bars, on_bad=on_bad, max_gap="10h")


@pytest.mark.parametrize("text", ["3", "0d", "-1d", "soon", "nat", ""])
def test_gap_that_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match=f"`max_gap` must be a time such as 3d or 90min, got '{text}'"):
        parse_gap(text)


def test_lengths_of_gaps():
    assert parse_gap("3d") == parse_gap("3 D") == timedelta(days=3)
    assert parse_gap("0.5h") == timedelta(minutes=30)
    assert parse_gap("90min") == pd.Timedelta(minutes=90)


def test_descending_table_is_turned_round():
    bars = bars_at(HOURS[:5])
    bars["open"] = [1.0, 1.5, 2.0, 2.5, 3.0]
    turned = check_bars(bars[::-1])
    assert turned["open"].tolist() == bars["open"].tolist()
    assert turned.attrs["account"]["flipped"] == 1

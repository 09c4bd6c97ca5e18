"""Bars a year of calendars whose count is known by hand, and of a public file."""

import math
import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smc import metrics
from smc.training.warnings import CALENDAR_TOLERANCE, calendar_warnings

BENCH = Path(__file__).parents[1] / "bench" / "bench_calendar.py"
CALENDARS = runpy.run_path(str(BENCH))["CALENDARS"]


@pytest.mark.parametrize("calendar", CALENDARS, ids=lambda calendar: calendar.name)
def test_bars_a_year_are_those_of_a_count_by_hand(calendar):
    time = calendar.make()
    assert time.is_unique
    assert metrics.bars_per_year(time) == pytest.approx(calendar.by_hand, rel=calendar.tolerance)
    is_named = [warning["reason"] for warning in calendar_warnings({"X": pd.DataFrame(index=time)})]
    assert is_named == ["holes_in_calendar"] * calendar.is_holed


@pytest.mark.parametrize("first", ["2019-03-04 13:00", "2019-03-08 21:00", "2019-03-10 02:00"])
def test_it_does_not_matter_where_in_the_week_the_data_begin(first):
    """Currencies from the middle of a week, from its end, from a weekend; hours of daylight saving in it."""
    hours = pd.date_range(first, periods=24 * 7 * 5 + 11, freq="h", tz="UTC")
    local = hours.tz_convert("America/New_York") + pd.Timedelta("7h")
    time = hours[local.day_of_week < 5]
    assert metrics.bars_per_year(time) == pytest.approx(24 * 5 * 365.25 / 7, rel=0.01)


def test_a_market_that_halts_for_less_than_three_days_has_a_calendar_of_its_own():
    hours = pd.date_range("2020-01-01", "2021-01-01", freq="h", tz="UTC")
    halted = hours[hours.day > 2]
    assert metrics.bars_per_year(halted) == pytest.approx(metrics.bars_per_elapsed_year(halted))
    assert metrics.bars_per_year(halted) < 8_766 * 0.95


def test_less_than_a_week_is_counted_by_the_time_that_passed():
    four_hours = pd.date_range("2019-12-30", "2020-01-02", freq="4h", tz="UTC")
    assert metrics.bars_per_year(four_hours) == 2191.5


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_the_unit_of_the_stamps_does_not_matter(unit):
    time = pd.date_range("2020-01-01", "2020-03-01", freq="h", tz="UTC").as_unit(unit)
    assert metrics.bars_per_year(time) == pytest.approx(8_766)


@pytest.mark.parametrize("count", [metrics.bars_per_year, metrics.bars_per_elapsed_year])
def test_bars_a_year_of_too_few_bars_are_unknown(count):
    assert math.isnan(count(pd.date_range("2020", periods=1, tz="UTC")))
    assert math.isnan(count(pd.DatetimeIndex([], tz="UTC")))


def test_a_difference_is_named_from_a_twentieth_on_with_both_counts():
    days = pd.date_range("2019-01-01", periods=1000, freq="D", tz="UTC")

    def told(n_missing: int) -> list[str]:
        bars = pd.DataFrame(index=np.delete(days, np.arange(300, 300 + n_missing)))
        return [warning["sentence"] for warning in calendar_warnings({"BTCUSD": bars})]

    n_named = int(1000 * CALENDAR_TOLERANCE)
    assert told(n_named - 4) == []
    (sentence,) = told(n_named + 4)
    assert "BTCUSD" in sentence
    assert "365 bars a year" in sentence
    assert "and 345 by" in sentence


def test_symbols_of_a_pool_are_named_one_by_one():
    hours = pd.date_range("2020-01-01", "2020-12-31", freq="h", tz="UTC")
    holed = hours[(hours.month < 4) | (hours.month > 6)]
    bars = {"A": pd.DataFrame(index=hours), "B": pd.DataFrame(index=holed)}
    assert [warning["symbol"] for warning in calendar_warnings(bars)] == ["B"]

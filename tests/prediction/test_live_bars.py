"""Frames as people have them: cast, refused with what is wrong, or decided on with a word about their age."""

import logging
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from smc import api, structure
from smc.data.index import Index
from smc.errors import DataError
from smc.prediction.decider import Decider
from smc.prediction.live_bars import check_live_bars, say_age, timing

H4, DAY = 14_400.0, 86_400.0
PRICES = ["open", "high", "low", "close"]
NOW = pd.Timestamp("2026-05-20 12:00", tz="UTC")


def check(bars, bar_seconds=H4, now=NOW):
    return check_live_bars(bars, bar_seconds, now)


@pytest.fixture
def changed(bars):
    """Return the bars with one cell changed, 5 rows before the end."""

    def change(column, value):
        table = bars.astype(object) if isinstance(value, str) else bars.copy()
        table.iloc[-5, table.columns.get_loc(column)] = value
        return table

    return change


@pytest.mark.parametrize("kind", [str, object, np.float32, lambda cell: Decimal(repr(float(cell)))])
def test_numbers_of_any_kind_are_cast(bars, kind):
    frame = bars.map(kind) if not isinstance(kind, type) else bars.astype(kind)
    checked = check(frame)
    assert set(checked.dtypes) == {np.dtype(np.float64)}
    np.testing.assert_allclose(checked, bars[checked.columns], rtol=1e-6)


def test_bars_that_keep_every_rule_are_left_as_they_are(bars):
    pd.testing.assert_frame_equal(check(bars), bars, check_freq=False, check_index_type=False)
    beside = check(bars.assign(vwap=np.arange(len(bars))).iloc[::-1])
    assert beside["vwap"].tolist() == list(range(len(bars))), (
        "in descending order, with a column of one's own"
    )
    assert check(bars.tz_convert("Asia/Tokyo")).index.equals(bars.index)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("close", "n/a", "column close: 'n/a' .*is not a number"),
        ("open", np.nan, "column open: .*the price is missing"),
        ("low", -1.0, "column low: -1.0 .*not positive"),
        ("high", np.inf, "column high: inf .*infinite"),
        ("high", 1e-9, "column high: 1e-09 .*the high lies below the low"),
        ("close", 1e9, "column close: .*outside"),
        ("volume", -5.0, "column volume: -5.0 .*negative"),
    ],
)
def test_a_bad_cell_is_named_by_row_column_and_rule(changed, column, value, said):
    with pytest.raises(DataError, match=rf"bars, row \d+, {said}.*check_bars\(bars, on_bad='repair'\)"):
        check(changed(column, value))


def test_a_bad_table_is_refused_in_words(bars):
    order = np.arange(len(bars))
    order[[7, 8]] = order[[8, 7]]
    for table, said in (
        (bars.iloc[order], "the stamp lies before that of an earlier row"),
        (bars.iloc[[*range(9), 8, *range(9, 20)]], "the stamp occurs a second time"),
        (bars.tz_localize(None), "time zone"),
        (bars.reset_index(), "the index must hold stamps"),
        (bars.drop(columns="volume"), "no column `volume`"),
        (bars.rename(columns=str.capitalize), "no column `open`"),
        (pd.concat({"EURUSD": bars}, axis=1), r"2 levels of columns .*bars\.xs"),
        (pd.concat([bars, bars[["close"]]], axis=1), "the column close more than once"),
        (bars.iloc[:0], "no bar is left"),
    ):
        with pytest.raises(DataError, match=said):
            check(table)


@pytest.mark.parametrize("hours", [1, 2, 6, 24])
def test_bars_of_another_size_are_refused(hours):
    index = pd.date_range("2024-01-01", periods=50, freq=f"{hours}h", tz="UTC", name="time")
    bars = pd.DataFrame(dict.fromkeys([*PRICES, "volume"], 1.0), index)
    with pytest.raises(DataError, match=r"made of bars of 4:00:00, got bars of .*give bars of the same size"):
        check(bars)
    check(bars, hours * 3600.0)
    check(bars, None)


def test_months_are_of_one_size_and_bars_by_volume_of_none():
    months = pd.date_range("2020-01-01", periods=50, freq="MS", tz="UTC", name="time")
    flat = dict.fromkeys([*PRICES, "volume"], 1.0)
    check(pd.DataFrame(flat, months), 30.0 * DAY)
    minutes = np.cumsum(np.random.default_rng(0).integers(1, 5000, 200))
    index = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(minutes, unit="min")
    check(pd.DataFrame(flat, index.rename("time")), 600.0)


def moved(bars, last):
    return bars.set_axis(bars.index + (last - bars.index[-1]))


def test_a_last_bar_that_is_not_closed_is_refused(bars):
    for minutes, is_closed in ((1, False), (10, False), (239, False), (240, True), (600, True)):
        live = moved(bars, NOW - pd.Timedelta(minutes=minutes))
        if is_closed:
            check(live)
            continue
        with pytest.raises(DataError, match=r"the last bar, of .* closes at .*bars\.iloc\[:-1\]"):
            check(live)
    with pytest.raises(DataError, match="cannot be known yet"):
        check(moved(bars, NOW + pd.Timedelta(minutes=1)), None)


def test_a_day_that_may_be_open_is_told_since_markets_close_before_the_clock(bars):
    days = bars.set_axis(pd.date_range(end="2026-05-20", periods=len(bars), freq="D", tz="UTC", name="time"))
    last = check(days, DAY).index[-1]
    assert timing(last, DAY, NOW) == {"closes": "2026-05-21T00:00:00+00:00", "may_be_open": True}
    assert not timing(last, DAY, NOW + pd.Timedelta(hours=12))["may_be_open"]
    assert timing(last, None, NOW) == {"closes": None, "may_be_open": False}


def test_the_age_of_the_newest_bar_is_told_from_three_bars_on():
    ages = {hours: say_age(NOW - pd.Timedelta(hours=hours), H4, NOW) for hours in (4, 8, 15, 16, 400)}
    assert [hours for hours, told in ages.items() if told] == [16, 400]
    assert ages[16] == "The newest bar closed 0 days 12:00:00 ago (3 bars): newer ones may be missing."


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    place = tmp_path_factory.mktemp("made")
    quick = ["features=daily", "events.last=260", "aug=none", "monitor=none", "cv=holdout", "model=logistic"]
    return api.train([*quick, f"paths.output={place}"])


def test_a_decision_says_when_its_bar_closes_and_how_old_it_is_once(run, tmp_path, caplog):
    daily = Index().load("SP500")
    decider = Decider(run, output=tmp_path)
    with caplog.at_level(logging.WARNING, logger="smc"):
        made = [decider.decide(bars) for bars in (daily, daily.astype(str), daily.astype(object))]
    assert made[0] == made[1] == made[2], "text and objects are cast"
    assert pd.Timestamp(made[0]["closes"]) - daily.index[-1] == pd.Timedelta(days=1)
    assert made[0]["may_be_open"] is False
    assert [record.message[:21] for record in caplog.records] == ["The newest bar closed"]
    with pytest.raises(DataError, match="made of bars of 1 day"):
        decider.decide(
            daily.set_axis(pd.date_range("2001", periods=len(daily), freq="h", tz="UTC", name="time"))
        )


def test_a_bar_without_trades_is_no_event(run, tmp_path, monkeypatch):
    traded = Index().load("SP500")
    untraded = traded.copy()
    untraded.iloc[-1, :4], untraded.iloc[-1, 4] = traded["close"].iloc[-2], 0.0
    decider = Decider(run, output=tmp_path)
    monkeypatch.setattr(decider.components.events, "compute", lambda bars, _: np.array([len(bars) - 1]))
    assert [decider.decide(bars)["is_event"] for bars in (traded, untraded)] == [True, False]


def test_structure_names_a_column_that_holds_no_numbers(bars):
    assert structure.compute(bars.astype(str)).equals(structure.compute(bars))
    with pytest.raises(DataError, match="the column low of bars must hold numbers"):
        structure.compute(bars.assign(low="n/a"))

"""The machine as an object: chunks, live bars, refused input, hours and days."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest

from smc import structure
from smc.errors import DataError
from smc.structure import machine as machine_module
from smc.structure.clock import local_minutes, minute_of_day, trading_day


def test_any_chunks_give_the_same_rows(bars):
    whole = structure.Machine().run(bars)
    machine = structure.Machine()
    parts = [machine.run(part) for part in (bars[:1], bars[1:1], bars[1:700], bars[700:701], bars[701:])]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize("part_size", [1, 7, 1000, 5000])
def test_parts_of_any_size_hold_the_same_rows(bars, monkeypatch, part_size):
    whole = structure.Machine().run(bars)
    monkeypatch.setattr(machine_module, "PART_SIZE", part_size)
    parts = [part.copy() for part in structure.Machine().parts(bars)]
    assert [len(part) for part in parts[:-1]] == [part_size] * (len(parts) - 1)
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    np.testing.assert_array_equal(structure.Machine().run(bars), whole)


def test_columns_are_those_of_the_whole_rows(bars):
    wanted = ["atr", "st_dir", "liq_sweep", "st_sh_dist_atr"]
    found = structure.Machine().run(bars, wanted)
    np.testing.assert_array_equal(found, structure.compute(bars)[wanted])


def test_memory_is_that_of_the_answer_and_of_the_bars(bars):
    """Whole rows have 75 columns; of one of them, for 20 times as many bars, nobody may hold a table."""
    index = pd.date_range("1990-01-01", periods=20 * len(bars), freq="1h", tz="UTC")
    many = pd.DataFrame(np.tile(bars.to_numpy(), (20, 1)), index, bars.columns)
    structure.Machine().run(bars[:50], ["atr"])
    tracemalloc.start()
    structure.Machine().run(many, ["atr"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * len(many) * len(structure.COLUMNS) / 2


def test_bar_by_bar_equals_the_batch_to_the_bit(bars):
    whole = structure.Machine().run(bars)
    machine = structure.Machine()
    live = [machine.update(bar) for bar in bars.reset_index().to_dict("records")]
    np.testing.assert_array_equal(np.array(live), whole)


def test_input_may_have_any_column_order_and_type(bars):
    other = bars[["volume", "close", "low", "high", "open"]].assign(extra="x")
    assert structure.compute(other).equals(structure.compute(bars))
    rounded = bars.round(0).astype("int64")
    assert structure.compute(rounded).equals(structure.compute(rounded.astype(float)))


@pytest.mark.parametrize("unit", ["s", "ms", "ns"])
def test_stamps_may_have_any_unit_and_zone(bars, unit):
    local = bars.set_index(bars.index.tz_convert("Asia/Tokyo").as_unit(unit))
    np.testing.assert_array_equal(structure.compute(local), structure.compute(bars))


def test_no_bars_give_no_rows(bars):
    assert structure.compute(bars[:0]).shape == (0, len(structure.COLUMNS))


def bad(bars, what):
    if what == "zone":
        return bars.tz_localize(None)
    if what == "positions":
        return bars.reset_index(drop=True)
    if what == "repeated":
        return bars.iloc[[0, 1, 1, 2]]
    if what == "descending":
        return bars[::-1]
    if what == "column":
        return bars.drop(columns="volume")
    value = {"nan": np.nan, "infinite": np.inf, "zero": 0.0, "negative": -1.0}[what]
    bars.loc[bars.index[7], "low"] = value
    return bars


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("zone", "need a DatetimeIndex with a time zone"),
        ("positions", "need a DatetimeIndex with a time zone"),
        ("repeated", "later than the one before it: the bar at 2015-01-05 04:00:00"),
        ("descending", "later than the one before it"),
        ("column", "no column volume; a missing volume is a column of NaN"),
        ("nan", "low at 2015-01-06 04:00:00.* is nan; drop or repair"),
        ("infinite", "low at .* is inf"),
        ("zero", "low at .* is 0.0"),
        ("negative", "low at .* is -1.0"),
    ],
)
def test_bad_bars_are_refused(bars, what, message):
    with pytest.raises(DataError, match=message):
        structure.compute(bad(bars, what))


def test_a_live_bar_must_be_later(bars):
    machine = structure.Machine()
    machine.run(bars[:10])
    with pytest.raises(DataError, match="later than the one before it"):
        machine.update({"time": bars.index[9], **bars.iloc[9]})


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"swing_size": 0}, "`swing_size` must be a whole number"),
        ({"swing_size": 129}, "`swing_size` must be a whole number"),
        ({"max_age": 0}, "`max_age` must be positive, got 0"),
        ({"min_gap_atr": -0.1}, "`min_gap_atr` must not be negative"),
        ({"pool_tolerance_atr": -1.0}, "`pool_tolerance_atr` must not be negative"),
        ({"tz": "New York"}, "IANA time zone such as America/New_York, got 'New York'"),
        ({"day_start": "5pm"}, "`day_start` must be a time of day such as \"17:00\", got '5pm'"),
        ({"day_start": "24:00"}, "`day_start` must be"),
    ],
)
def test_rules_out_of_range_are_refused(rule, message):
    with pytest.raises(ValueError, match=message):
        structure.Machine(**rule)


@pytest.mark.parametrize(
    "rule",
    [
        {"swing_size": 9},
        {"max_age": 40},
        {"min_gap_atr": 0.6},
        {"pool_tolerance_atr": 1.5},
        {"tz": "Asia/Tokyo"},
        {"day_start": "00:00"},
    ],
)
def test_every_rule_changes_something(rule, shared_data):
    path = shared_data / "data" / "bars" / "EURUSD_H4_ejtrader.parquet"
    bars = pd.read_parquet(path).set_index("timestamp")[:3000]
    assert not structure.compute(bars, **rule).equals(structure.compute(bars))


def test_the_largest_swing_size_fits_the_memory():
    index = pd.date_range("2024-01-01", periods=700, freq="1h", tz="UTC")
    peak = 100 - np.abs(np.arange(700) - 400) / 10
    bars = pd.DataFrame({"open": peak, "high": peak + 0.01, "low": peak - 0.01, "close": peak}, index)
    rows = structure.compute(bars.assign(volume=1.0), swing_size=128)
    assert rows["swing_high"].dropna().unique().tolist() == [100.01]
    assert rows["st_sh_age"].first_valid_index() == index[528]


def stamps(*texts):
    return pd.DatetimeIndex(texts, tz="UTC")


def test_minutes_follow_daylight_saving():
    around = stamps("2024-03-10 06:59", "2024-03-10 07:00", "2024-11-03 05:30", "2024-11-03 06:30")
    minutes = minute_of_day(local_minutes(around, "America/New_York"))
    assert minutes.tolist() == [119, 180, 90, 90]  # 01:59 -> 03:00 in spring; 01:30 twice in autumn


def test_trading_day_starts_at_five_in_summer_and_winter():
    around = stamps("2024-01-05 21:59", "2024-01-05 22:00", "2024-07-05 20:59", "2024-07-05 21:00")
    days = trading_day(local_minutes(around, "America/New_York"), "17:00")
    assert np.diff(days).tolist() == [1, 181, 1]
    assert pd.to_datetime(days * 86400, unit="s").strftime("%a %d").tolist() == [
        "Fri 05",
        "Sat 06",
        "Fri 05",
        "Sat 06",
    ]


def test_trading_day_may_start_at_midnight():
    around = stamps("2024-01-05 23:59", "2024-01-06 00:00")
    assert np.diff(trading_day(local_minutes(around, "UTC"), "00:00")).tolist() == [1]


def test_kill_zones_are_half_open():
    index = pd.date_range("2024-01-02 05:00", "2024-01-02 16:00", freq="1h", tz="UTC")  # midnight to 11:00
    bars = pd.DataFrame(1.0, index, ["open", "high", "low", "close", "volume"])
    rows = structure.compute(bars)
    assert np.flatnonzero(rows["ses_kz_london"]).tolist() == [2, 3, 4]
    assert np.flatnonzero(rows["ses_kz_ny"]).tolist() == [7, 8, 9]
    assert rows["ses_hour_sin"].iloc[[0, 6]].tolist() == pytest.approx([0, 1])
    assert rows["ses_hour_cos"].iloc[[0, 6]].tolist() == pytest.approx([1, 0])

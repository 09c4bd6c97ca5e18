"""Counts since 1970: the unit belongs to the column."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smc.data.reading.epochs import UNITS, epoch_unit, from_epochs
from smc.data.reading.stamps import NAT
from smc.errors import DataError


def table(stamps, *, header: bool = True) -> str:
    head = "time,open,high,low,close,volume\n" if header else ""
    return head + "".join(f"{stamp},2,3,1,1.5,10\n" for stamp in stamps)


def counts(start: str, end: str, unit: str, freq: str = "D") -> list[int]:
    days = pd.date_range(start, end, freq=freq).as_unit("ns").asi8
    return (days // UNITS[f"epoch_{unit}"]).tolist()


#: Columns of daily stamps: first day, last day, unit.
COLUMNS = [
    ("1966-01-03", "1975-12-31", "s"),
    ("1966-01-03", "1975-12-31", "ms"),
    ("1966-01-03", "1975-12-31", "us"),
    ("1966-01-03", "1975-12-31", "ns"),
    ("1970-01-01", "1974-01-01", "s"),
    ("1968-06-01", "1974-01-01", "ms"),
    ("1900-01-01", "1900-03-01", "s"),
    ("1950-01-01", "2030-01-01", "ms"),
    ("2001-09-01", "2001-09-20", "s"),
    ("2024-12-01", "2025-02-01", "us"),
    ("1969-12-20", "1974-01-10", "us"),
]


@pytest.mark.parametrize(("start", "end", "unit"), COLUMNS)
def test_column_of_epochs_is_read_in_one_unit(load, start, end, unit):
    bars = load(table(counts(start, end, unit)))
    assert bars.index.equals(pd.date_range(start, end, tz="UTC", name="time").as_unit("ns"))


@settings(max_examples=100, deadline=None)
@given(st.integers(-200, 12_000), st.integers(1, 40), st.integers(1, 1500), st.sampled_from([*UNITS]))
def test_unit_is_told_unless_all_stamps_are_near_1970(first, n_days, step, unit):
    days = np.arange(first, first + n_days * step, step)
    column = days * 86_400 * 10**9 // UNITS[unit]
    assert epoch_unit(column) == unit or np.abs(days).max() <= 1158


@pytest.mark.parametrize(
    "stamps",
    [
        counts("2024-12-01", "2024-12-31", "ms") + counts("2025-01-01", "2025-02-28", "us"),
        counts("2024-12-01", "2025-01-31", "ms") + counts("2025-02-01", "2025-02-10", "us"),
        counts("2020-01-01", "2020-02-01", "s") + counts("2020-02-02", "2020-02-20", "ms"),
        counts("2020-01-01", "2020-01-05", "s") + counts("2020-01-06", "2020-02-20", "ms"),
        counts("2020-01-01", "2020-01-05", "ms") + counts("2020-01-06", "2020-02-20", "ns"),
    ],
)
@pytest.mark.parametrize("on_bad", ["error", "drop", "repair"])
def test_two_units_in_one_column_are_refused(load, stamps, on_bad):
    with pytest.raises(DataError, match=r"column time counts from 1970 in two units, \d+ \(row \d+\) and"):
        load(table(stamps), on_bad=on_bad)


def test_one_count_of_another_size_is_a_bad_stamp(load):
    stamps = counts("2024-01-01", "2024-01-20", "s")
    stamps[7] = 17041536001
    with pytest.raises(DataError, match=r"row 9, column time: '17041536001' \(bad_stamp"):
        load(table(stamps))
    assert len(load(table(stamps), on_bad="drop")) == 19


@pytest.mark.parametrize(
    "stamps",
    [
        range(40),
        range(1, 41),
        range(0, 40 * 86400, 86400),
        [1, 1, 2],
        [12345678901] * 3,
        [99999999999999] * 2,
    ],
)
def test_numbers_that_are_no_epochs_are_refused_by_column_and_say_what_to_type(load, stamps):
    with pytest.raises(DataError, match=r"expected in column time, got whole numbers .*data\.stamps=epoch_s"):
        load(table(stamps))


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_unit_that_is_said_is_kept(load, unit):
    bars = load(table(counts("1970-01-01", "1970-02-01", unit)), stamps=f"epoch_{unit}")
    assert bars.index.equals(pd.date_range("1970-01-01", "1970-02-01", tz="UTC", name="time").as_unit("ns"))


@pytest.mark.parametrize(("count", "unit", "stamp"), [
    (1704153600, "epoch_s", "2024-01-02"), (1704153600000, "epoch_ms", "2024-01-02"),
    (1704153600000000, "epoch_us", "2024-01-02"), (1704153600000000000, "epoch_ns", "2024-01-02"),
    (-315619200, "epoch_s", "1960-01-01"), (0, "epoch_s", "1970-01-01"), (17041536001, "epoch_s", None),
    (-5364662400, "epoch_s", "1800-01-01"), (-5364662401, "epoch_s", None), (7258118400, "epoch_s", None),
    (2**63 - 1, "epoch_ns", None), (2**63 - 1, "epoch_s", None), (NAT, "epoch_s", None),
])  # fmt: skip
def test_count(count, unit, stamp):
    (read,) = from_epochs(np.array([count]), unit)
    assert read == (NAT if stamp is None else np.datetime64(stamp, "ns").astype(np.int64))


@pytest.mark.parametrize("cell", ["1704240000.0", " 1704240000 ", "1704240000."])
def test_spellings_of_a_count(load, cell):
    assert load(table(["1704153600", cell])).index[1] == pd.Timestamp("2024-01-03", tz="UTC")


@pytest.mark.parametrize(
    "cell", ["1.7e9", "0x65", "1704240000.5", "1_704_240_000", "", "9999999999999999999"]
)
def test_cell_that_is_no_count(load, cell):
    with pytest.raises(DataError, match=r"row 3, column time: '.*' \(bad_stamp"):
        load(table(["1704153600", cell, "1704326400"]))


def test_a_single_count_of_a_finer_unit_is_a_bad_stamp(load):
    stamps = counts("2024-01-01", "2024-01-20", "s")
    stamps[7] *= 1000
    assert load(table(stamps), on_bad="drop").attrs["account"]["dropped"] == {"bad_stamp": 1}


def test_unit_that_is_said_is_not_asked_again(load):
    stamps = counts("1970-01-02", "1970-01-05", "us") + counts("2024-01-01", "2024-01-09", "us")
    with pytest.raises(DataError, match="two units"):
        load(table(stamps))
    assert len(load(table(stamps), stamps="epoch_us")) == 13

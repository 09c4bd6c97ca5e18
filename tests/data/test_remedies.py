"""What `drop` and `repair` do, by hand."""

import numpy as np
import pandas as pd
import pytest

from smc.data.bad_bars import check_bars
from smc.errors import DataError

NAN = float("nan")


def table(*rows: tuple, start: str = "2024-01-02") -> pd.DataFrame:
    """Hourly bars; a row may begin with its hour."""
    hours = [row[0] if len(row) == 6 else place for place, row in enumerate(rows)]
    index = pd.Timestamp(start, tz="UTC") + pd.to_timedelta(hours, unit="h")
    return pd.DataFrame([row[-5:] for row in rows], index, ["open", "high", "low", "close", "volume"])


GOOD = (2.0, 3.0, 1.0, 1.5, 10.0)
#: name: rows, what stays under drop, what stays under repair, rule
CASES = {
    "missing": ([GOOD, (2, NAN, 1, 1.5, 10)], [GOOD], [GOOD], "missing_price"),
    "infinite": ([GOOD, (2, np.inf, 1, 1.5, 10)], [GOOD], [GOOD], "infinite_price"),
    "negative infinite": ([GOOD, (2, 3, -np.inf, 1.5, 10)], [GOOD], [GOOD], "infinite_price"),
    "negative": ([GOOD, (2, 3, -1, 1.5, 10)], [GOOD], [GOOD], "non_positive_price"),
    "swapped": ([GOOD, (2, 1, 3, 1.5, 10)], [GOOD], [GOOD, (2, 3, 1, 1.5, 10)], "high_below_low"),
    "open out": ([GOOD, (4, 3, 1, 1.5, 10)], [GOOD], [GOOD, (4, 4, 1, 1.5, 10)], "open_outside"),
    "close out": ([GOOD, (2, 3, 1, 0.5, 10)], [GOOD], [GOOD, (2, 3, 0.5, 0.5, 10)], "close_outside"),
    "volume": ([GOOD, (2, 3, 1, 1.5, -1)], [GOOD], [GOOD, (2, 3, 1, 1.5, NAN)], "negative_volume"),
    "endless": ([GOOD, (2, 3, 1, 1.5, np.inf)], [GOOD], [GOOD, (2, 3, 1, 1.5, NAN)], "infinite_volume"),
    "twice": ([(0, *GOOD), (0, 2, 3, 1, 2, 10)], [GOOD], [(2, 3, 1, 2, 10)], "repeated_stamp"),
    "back": (
        [(0, *GOOD), (2, 2, 3, 1, 2, 12), (1, 2, 3, 1, 2, 11), (3, *GOOD)],
        [GOOD, (2, 3, 1, 2, 12), GOOD],
        [GOOD, (2, 3, 1, 2, 11), (2, 3, 1, 2, 12), GOOD],
        "backward_step",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_drop_removes_the_rows_and_counts_them(case):
    rows, dropped, _, rule = CASES[case]
    bars = check_bars(table(*rows), on_bad="drop")
    np.testing.assert_array_equal(bars.to_numpy(), np.array(dropped, dtype=float))
    assert bars.attrs["account"]["dropped"] == {rule: len(rows) - len(dropped)}
    assert bars.attrs["account"]["rows_read"] == len(rows)


@pytest.mark.parametrize("case", CASES)
def test_repair_mends_what_has_one_remedy_and_counts_it(case):
    rows, _, repaired, rule = CASES[case]
    bars = check_bars(table(*rows), on_bad="repair")
    np.testing.assert_array_equal(bars.to_numpy(), np.array(repaired, dtype=float))
    account = bars.attrs["account"]
    assert account["dropped"] | account["repaired"] == {rule: 1}
    assert sum(account["dropped"].values()) == len(rows) - len(bars)
    assert bars.index.is_monotonic_increasing
    assert bars.index.is_unique


@pytest.mark.parametrize("case", CASES)
def test_error_is_the_default_and_refuses(case):
    with pytest.raises(DataError, match=CASES[case][3]):
        check_bars(table(*CASES[case][0]))


def test_the_table_given_is_not_changed():
    bars = table(GOOD, (4, 3, 1, 1.5, 10), (2, 3, 1, 1.5, -1))
    before = bars.copy()
    check_bars(bars, on_bad="repair")
    pd.testing.assert_frame_equal(bars, before)


def test_no_bar_left_is_an_error():
    with pytest.raises(DataError, match=r"no bar is left of 1 rows \(\{'missing_price': 1\}\)"):
        check_bars(table((NAN, 3, 1, 2, 1)), on_bad="drop")


def test_naive_index_is_refused():
    with pytest.raises(DataError, match=r"the index must hold stamps with a time zone: localise it"):
        check_bars(table(GOOD).tz_localize(None))
    with pytest.raises(DataError, match="the index must hold stamps"):
        check_bars(table(GOOD).reset_index(drop=True))


def test_stamp_that_is_missing_is_named_and_dropped():
    bars = table(GOOD, GOOD)
    bars.index = pd.DatetimeIndex([pd.NaT, bars.index[1]])
    with pytest.raises(DataError, match=r"row 1, column time: NaT \(bad_stamp"):
        check_bars(bars)
    assert check_bars(bars, on_bad="drop").attrs["account"]["dropped"] == {"bad_stamp": 1}


def test_missing_column_is_named():
    with pytest.raises(DataError, match="no column `volume`"):
        check_bars(table(GOOD).drop(columns="volume"))


def test_cell_that_is_no_number_is_named_and_counted_once():
    bars = table(GOOD, GOOD).astype(object)
    bars.iloc[1, 1] = "three"
    with pytest.raises(
        DataError, match=r"row 2, column high: 'three' \(non_numeric.*faults: non_numeric 1 \(first"
    ):
        check_bars(bars)
    assert len(check_bars(bars, on_bad="drop")) == 1


@pytest.mark.parametrize(
    ("on_bad", "stamps"),
    [
        ("drop", ["2024-01-02 00:00", "2024-01-02 02:00"]),
        ("repair", ["2024-01-02 00:00", "2024-01-02 01:00", "2024-01-02 02:00"]),
    ],
)
def test_mixed_zones(load, csv, on_bad, stamps):
    text = "\n".join(csv(row3="2024-01-02T02:00:00+01:00,2,3,1,1.5,10").splitlines()[:4])
    bars = load(text, on_bad=on_bad)
    assert bars.index.tolist() == [pd.Timestamp(stamp, tz="UTC") for stamp in stamps]
    account = bars.attrs["account"]
    assert account["dropped" if on_bad == "drop" else "repaired"] == {"mixed_zone": 1}


@pytest.mark.parametrize(("on_bad", "n_bars"), [("drop", 4), ("repair", 5)])
def test_short_row_that_lacks_only_the_volume(load, csv, on_bad, n_bars):
    bars = load(csv(row4="2024-01-02 02:00:00,2,3,1,1.5"), on_bad=on_bad)
    assert len(bars) == n_bars
    assert bars.attrs["account"]["rows_read"] == 5
    if on_bad == "repair":
        assert np.isnan(bars["volume"].iloc[2])
        assert bars["volume"].notna().sum() == 4


def test_short_row_that_lacks_a_price_cannot_be_repaired(load, csv):
    bars = load(csv(row4="2024-01-02 02:00:00,2,3,1"), on_bad="repair")
    assert bars.attrs["account"]["dropped"] == {"missing_price": 1}


def test_repeated_column_fills_the_holes_of_the_first(load):
    text = "time,open,high,low,close,Open\n2024-01-02,,3,1,2,2\n2024-01-03,2,3,1,2,\n2024-01-04,2,3,1,2,2.5\n"
    bars = load(text, on_bad="repair")
    assert bars["open"].tolist() == [2, 2]
    assert bars.attrs["account"]["repaired"] == {"repeated_column": 1}
    assert bars.attrs["account"]["dropped"] == {"conflicting_cells": 1}
    assert load(text, on_bad="drop")["open"].tolist() == [2]


def test_unreadable_volume_becomes_missing(load, csv):
    bars = load(csv(row3="2024-01-02 01:00:00,2,3,1,1.5,12.3K"), on_bad="repair")
    assert np.isnan(bars["volume"].iloc[1])
    assert bars.attrs["account"]["repaired"] == {"non_numeric": 1}

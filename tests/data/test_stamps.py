"""Cells to instants, by hand and against the standard library."""

from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smc.data.files import Files
from smc.data.reading.stamps import NAT, Spelling, find_style, parse_stamps
from smc.errors import DataError

CASES = {
    "iso": {
        "2024-01-02": "2024-01-02",
        "2024-01-02 03": "2024-01-02T03",
        "2024-01-02T03:04": "2024-01-02T03:04",
        "2024-01-02 03:04:05.123456789": "2024-01-02T03:04:05.123456789",
        "2024-01-02 03:04:05.1234567891": None,
        "2024-02-30": None,
        "2024-1-2 3:04": "2024-01-02T03:04",
        "2024-01-02 12:00 AM": "2024-01-02T00",
        "2024-01-02 12:30 pm": "2024-01-02T12:30",
        "2024-01-02 13:00 PM": None,
        "2024-01-02 0:00 AM": None,
        "2024-01-02 03:60": None,
        "1700-01-01": None,
        "2300-01-01": None,
        "2250-01-01": None,
        "20240102": None,
        "": None,
        "2024-01-02 03:04+02:00": "2024-01-02T01:04",
        "2024-01-02 03:04 GMT-0500": "2024-01-02T08:04",
    },
    "year_first": {"2024.01.02 03:04": "2024-01-02T03:04", "2024/1/2": "2024-01-02", "2024.13.01": None},
    "compact": {
        "20240102": "2024-01-02",
        "20240102 030405": "2024-01-02T03:04:05",
        "20240102 03:04": "2024-01-02T03:04",
        "20240102030405": "2024-01-02T03:04:05",
        "20241301": None,
        "2024010": None,
    },
    "day_first": {
        "02.01.2024 03:04:05.678": "2024-01-02T03:04:05.678",
        "31.02.2024": None,
        "13.01.2024": "2024-01-13",
    },
    "month_first": {"01/02/2024": "2024-01-02", "13/01/2024": None, "1/2/2024 3:04 PM": "2024-01-02T15:04"},
    "clock_ms": {"34200000": "1970-01-01T09:30", "0": "1970-01-01", "86400000": None, "x": None, "-1": None},
}


@pytest.mark.parametrize(
    ("style", "cell"), [(style, cell) for style, cells in CASES.items() for cell in cells]
)
def test_cell(style, cell):
    expected = CASES[style][cell]
    (stamp,), _ = parse_stamps(pa.array([cell]), Spelling(style))
    assert stamp == (NAT if expected is None else np.datetime64(expected, "ns").astype(np.int64))


@pytest.mark.parametrize("style", CASES)
def test_a_cell_is_read_alike_alone_and_in_company(style):
    cells = list(CASES[style])
    together, aware = parse_stamps(pa.array(cells), Spelling(style))
    alone = [parse_stamps(pa.array([cell]), Spelling(style)) for cell in cells]
    assert together.tolist() == [stamps[0] for stamps, _ in alone]
    good = together != NAT
    assert aware[good].tolist() == [each[0] for (_, each), fits in zip(alone, good, strict=True) if fits]


@settings(max_examples=200, deadline=None)
@given(
    st.datetimes(datetime(1801, 1, 1), datetime(2199, 12, 31)),
    st.sampled_from(
        [
            ("iso", "%Y-%m-%d %H:%M:%S.%f"),
            ("year_first", "%Y.%m.%d %H:%M:%S.%f"),
            ("day_first", "%d.%m.%Y %H:%M:%S.%f"),
            ("month_first", "%m/%d/%Y %H:%M:%S.%f"),
            ("month_first", "%m/%d/%Y %I:%M:%S.%f %p"),
        ]
    ),
)
def test_written_by_strftime_read_back(stamp, form):
    style, layout = form
    (read,), aware = parse_stamps(pa.array([stamp.strftime(layout)]), Spelling(style))
    assert read == np.datetime64(stamp, "ns").astype(np.int64)
    assert not aware[0]


@pytest.mark.parametrize(
    ("cells", "style"),
    [
        (["1637971200000"], "epoch"),
        (["2024-1-2"], "iso"),
        (["2024.01.02 03:04"], "year_first"),
        (["20240102"], "compact"),
        (["20240102030405"], "compact"),
        (["02.01.2024"], "day_first"),
        (["1/2/2024"], "year_last"),
        (["x", "2024-01-02", "2024-01-03"], "iso"),
    ],
)
def test_style_is_that_of_most_cells(cells, style):
    assert find_style(cells) == style


@pytest.mark.parametrize("cell", ["", "x", "1/2/24", "2024-13", "1.5", "12:30", "2024/01-02"])
def test_no_style(cell):
    with pytest.raises(DataError, match="a time stamp is expected in column time, got"):
        find_style([cell])


#: Cells that need `data.stamps`, and what they say.
SAID = {
    ("day_first", "3-Jan-22"): "2022-01-03",
    ("day_first", "03 January 1999"): "1999-01-03",
    ("day_first", "1/2/24 3:04 PM"): "2024-02-01 15:04",
    ("day_first", "01.02.70"): "1970-02-01",
    ("month_first", "1/2/2024"): "2024-01-02",
    ("month_first", "01-02-69 0931"): "2069-01-02 09:31",
    ("month_first", "01.02.2024"): "2024-01-02",
    ("month_first", "Jan 2, 2024"): "2024-01-02",
    ("year_first", "24-01-02"): "2024-01-02",
    ("year_first", "99/12/31 23:59"): "1999-12-31 23:59",
    ("year_first", "20240102"): "2024-01-02",
    ("year_first", "2024.01.02"): "2024-01-02",
}


@pytest.mark.parametrize(("stamps", "cell"), SAID)
def test_stamp_whose_order_is_said(load, stamps, cell):
    bars = load(f"time;open;high;low;close\n{cell};2;3;1;1.5\n", stamps=stamps)
    assert bars.index[0] == pd.Timestamp(SAID[stamps, cell], tz="UTC")


@pytest.mark.parametrize(
    ("stamps", "cell"),
    [
        ("day_first", "2024-01-02"),
        ("year_first", "1/2/2024"),
        ("epoch_s", "2024-01-02"),
        ("month_first", "20240102"),
    ],
)
def test_stamps_that_are_not_what_was_said(load, stamps, cell):
    with pytest.raises(DataError, match=f"data.stamps={stamps}, but column time holds '{cell}'"):
        load(f"time,open,high,low,close\n{cell},2,3,1,1.5\n", stamps=stamps)


@pytest.mark.parametrize("cell", ["2/13/24", "13.1.24"])
def test_year_of_two_digits_in_a_later_row_is_no_stamp(load, cell):
    first = "13.1.2024" if "." in cell else "2/14/2024"
    with pytest.raises(DataError, match=f"row 3, column time: '{cell}' \\(bad_stamp"):
        load(f"time;open;high;low;close\n{first};2;3;1;1.5\n{cell};2;3;1;1.5\n")


@pytest.mark.parametrize("cell", ["3-Jan-22", "13 Feb 22", "1/2/24", "24-01-02", "01.02.24"])
def test_year_of_two_digits_is_answered_with_what_to_type(load, typed, cell):
    text = f"time,open,high,low,close\n{cell},2,3,1,1.5\n"
    with pytest.raises(DataError, match="say the order of a year of two digits") as caught:
        load(text)
    bars = load(text, **typed(str(caught.value)))
    assert bars.index[0].year in (2002, 2022, 2024)


@pytest.mark.parametrize(("cell", "stamp"), [
    ("Jan 03, 2024", "2024-01-03"), ("January 3, 2024 16:30", "2024-01-03 16:30"), ("3-Jan-2024", "2024-01-03"), ("03 jan 2024", "2024-01-03"),
    ("31-DEC-1999 9:30 AM", "1999-12-31 09:30"), ("May 5, 2020", "2020-05-05"), ("12-Sept-2021", "2021-09-12"), ("Mar. 1, 2024", "2024-03-01"),
])  # fmt: skip
def test_months_in_words(load, cell, stamp):
    assert load(f"time;open;high;low;close\n{cell};2;3;1;1.5\n").index[0] == pd.Timestamp(stamp, tz="UTC")


@pytest.mark.parametrize("order", ["day_first", "month_first"])
def test_day_or_month_first_is_answered_with_what_works(load, order):
    text = "time,open,high,low,close\n" + "".join(f"01/{day:02}/2024,2,3,1,1.5\n" for day in range(1, 13))
    with pytest.raises(DataError, match=r"set data\.stamps=day_first or data\.stamps=month_first"):
        load(text)
    assert load(text, stamps=order).index[1] == pd.Timestamp(
        "2024-02-01" if order == "day_first" else "2024-01-02", tz="UTC"
    )


def test_stamps_are_one_of_a_closed_set():
    with pytest.raises(ValueError, match=r"`stamps` must be one of year_first, day_first, .*, got 'epoch'"):
        Files(".", stamps="epoch")

"""Cells to instants, by hand and against the standard library."""

from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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

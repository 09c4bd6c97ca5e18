"""Columns that the caller names, and what errors say to name."""

import json

import pandas as pd
import pytest

from smc.data.files import Files
from smc.data.reading.named import as_typed, check_named
from smc.errors import DataError

BAR = [2.0, 3.0, 1.0, 1.5, 10.0]
DAYS = pd.DatetimeIndex(["2024-01-02", "2024-01-03"], tz="UTC")


def rows(*texts: str) -> str:
    return "\n".join(texts) + "\n"


#: name: a file of two daily bars, what is typed.
NAMED = {
    "other names": (
        "Zeit;Auf;Hoch;Tief;Zu;Umsatz\n2024-01-02;2;3;1;1.5;10\n2024-01-03;2;3;1;1.5;10",
        {"time": "Zeit", "open": "Auf", "high": "Hoch", "low": "Tief", "close": "Zu", "volume": "Umsatz"},
    ),
    "any case": ("TIME,OPEN,HIGH,LOW,PX_LAST,VOLUME\n2024-01-02,2,3,1,1.5,10\n2024-01-03,2,3,1,1.5,10", {"close": "px_last"}),
    "another close": (
        "date,open,high,low,close,adj close,volume\n2024-01-02,2,3,1,9,1.5,10\n2024-01-03,2,3,1,9,1.5,10", {"close": "adj close"},
    ),
    "another stamp": (
        "time,local,open,high,low,close,volume\nx,2024-01-02,2,3,1,1.5,10\nx,2024-01-03,2,3,1,1.5,10", {"time": "local"},
    ),
    "a date and a clock": (
        "D,T,open,high,low,close,volume\n20240102,000000,2,3,1,1.5,10\n20240103,000000,2,3,1,1.5,10", {"time": ["D", "T"]},
    ),
    "another volume": (
        "time,open,high,low,close,volume,lots\n2024-01-02,2,3,1,1.5,7,10\n2024-01-03,2,3,1,1.5,7,10", {"volume": "lots"},
    ),
    "blanks and quotes": (
        '"time", "open", "high", "low", "the end", "volume"\n2024-01-02,2,3,1,1.5,10\n2024-01-03,2,3,1,1.5,10', {"close": "the end"},
    ),
    "positions without header": (
        "2024-01-02,1.5,1,3,2,10\n2024-01-03,1.5,1,3,2,10", {"time": 0, "open": 4, "high": 3, "low": 2, "close": 1},
    ),
    "positions below a header of any kind": (
        "a,b,c,d,e,f\n2024-01-02,1.5,1,3,2,10\n2024-01-03,1.5,1,3,2,10",
        {"time": 0, "open": 4, "high": 3, "low": 2, "close": 1, "volume": 5},
    ),
    "the volume alone by position": ("2024-01-02,2,3,1,1.5,7,10\n2024-01-03,2,3,1,1.5,7,10", {"volume": 6}),
    "rows of JSON": (
        json.dumps([[1, "2024-01-02", 2, 3, 1, 1.5, 10], [2, "2024-01-03", 2, 3, 1, 1.5, 10]]),
        {"time": 1, "open": 2, "high": 3, "low": 4, "close": 5, "volume": 6},
    ),
    "records of JSON": (
        json.dumps([{"when": f"2024-01-0{d}", "o": 2, "h": 3, "l": 1, "last": 1.5, "v": 10} for d in (2, 3)]), {"time": "when"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_named_columns_are_read(load, name):
    text, columns = NAMED[name]
    bars = load(text, columns=columns)
    assert bars.index.tolist() == DAYS.tolist()
    assert bars.iloc[:, :4].to_numpy().tolist() == [BAR[:4]] * 2
    assert bars["volume"].tolist() == [10, 10] or "volume" not in columns


def test_volume_of_none_is_left_out(load):
    text = rows("time,open,high,low,close,volume", "2024-01-02,2,3,1,1.5,12K", "2024-01-03,2,3,1,1.5,7K")
    assert load(text, columns={"volume": None})["volume"].isna().all()


def test_parquet_takes_names_and_positions(tmp_path):
    frame = pd.DataFrame({"t0": DAYS, "a": 2.0, "b": 3.0, "c": 1.0, "d": 1.5})
    frame.to_parquet(tmp_path / "X.parquet")
    names = Files(tmp_path, columns={"time": "t0", "open": "a", "high": "b", "low": "c", "close": "d"}).load(
        "X"
    )
    places = Files(tmp_path, columns={"time": 0, "open": 1, "high": 2, "low": 3, "close": 4}).load("X")
    pd.testing.assert_frame_equal(names, places)
    assert names.iloc[0, :4].tolist() == BAR[:4]


#: what is typed and what is said.
WRONG = {
    "no such field": ({"clse": "Last"}, "got 'clse'; did you mean close"),
    "a number below zero": ({"close": -1}, "a position from 0, got -1"),
    "a truth value": ({"close": True}, "got True"),
    "two names": (
        {"close": ["a", "b"]},
        r"must give close a name of the header or a position from 0, got \['a'",
    ),
    "three stamps": ({"time": ["a", "b", "c"]}, "time: or two, a date and a clock"),
    "none for a price": ({"close": None}, "must give close a name"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_columns_that_cannot_be_meant_are_refused_when_they_are_typed(kind):
    columns, said = WRONG[kind]
    with pytest.raises(ValueError, match=said):
        check_named(columns)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"close": "Lst"}, "close is called 'Lst', but no column is: the nearest is 'last'"),
        ({"time": "tims"}, "time is called 'tims', but no column is: the nearest is 'times'"),
        ({"volume": 17}, "volume is column 17, but the columns are 0 to 5"),
    ],
)
def test_name_that_the_file_lacks_is_answered_with_the_nearest(load, columns, said):
    text = rows("times,open,high,low,last,volume", "2024-01-02,2,3,1,1.5,10", "2024-01-03,2,3,1,1.5,10")
    with pytest.raises(DataError, match=said):
        load(text, columns={"time": "times", **columns})


def test_name_in_a_file_without_header_is_answered_with_positions(load):
    with pytest.raises(DataError, match=r"has no header: give positions from 0"):
        load(rows("2024-01-02,2,3,1,1.5,10", "2024-01-03,2,3,1,1.5,10"), columns={"close": "Last"})


@pytest.mark.parametrize("columns", [
    {"time": "Time (EET)", "close": 'say "x"'}, {"time": ["a b", "c"], "open": 3}, {"close": "null"}, {"close": "Schlußkurs"},
    {"close": "<LAST>"}, {"close": "a,b: c}"},])  # fmt: skip
def test_what_is_said_to_be_typed_is_read_as_meant(columns, typed):
    assert typed(as_typed(columns)) == {"columns": columns}


@pytest.mark.parametrize(
    "name", ["it's", "$(reboot)", "`reboot`", "a\\b", "${oc.env:HOME}", "x'; reboot; 'y", "a\x1bb"]
)
def test_name_that_is_unsafe_to_paste_is_said_by_position(load, typed, name):
    text = rows(f"time,open,high,low,{name},volume", "2024-01-02,2,3,1,1.5,10", "2024-01-03,1.5,3,1,1.4,10")
    with pytest.raises(DataError) as caught:
        load(text)
    assert typed(str(caught.value)) == {"columns": {"close": 4}}
    assert load(text, columns={"close": 4})["close"].tolist() == [1.5, 1.4]


#: Layouts that are not known: the file, and the bars that it holds.
UNKNOWN = {
    "a close by another name": rows("time,open,high,low,settle,volume", "2024-01-02,2,3,1,1.5,10", "2024-01-03,1.5,3,1,1.4,10"),
    "an open by another name": rows("time,first,high,low,close", "2024-01-02,2,3,1,1.5", "2024-01-03,1.5,3,1,1.4"),
    "a stamp by another name": rows("bar,open,high,low,close", "2024-01-02,2,3,1,1.5", "2024-01-03,1.5,3,1,1.4"),
    "all in German": rows("Datum;Eröffnung;Hoch;Tief;Schluss", "2024-01-02;2;3;1;1.5", "2024-01-03;1.5;3;1;1.4"),
    "nine cells": rows("2024-01-02,2,3,1,1.5,1000,5000,6000,70000", "2024-01-03,1.5,3,1,1.4,1000,5000,6000,70000"),
    "Kraken's API": rows("1704153600,2,3,1,1.5,1.7,10,4", "1704240000,1.5,3,1,1.4,1.7,10,4"),
    "a number before the stamp": rows("1,2024-01-02,2,3,1,1.5,10", "2,2024-01-03,1.5,3,1,1.4,10"),
    "a symbol before the stamp": rows("X,2024-01-02,2,3,1,1.5,10", "X,2024-01-03,1.5,3,1,1.4,10"),
    "close before high and low": rows("X,2024-01-02,2,1.5,3,1,10", "X,2024-01-03,1.5,1.4,3,1,10"),
    "records of JSON": json.dumps([{"when": f"2024-01-0{2 + d}", "open": o, "high": 3, "low": 1, "fin": c}
                                   for d, (o, c) in enumerate([(2, 1.5), (1.5, 1.4)])]),
    "rows of JSON": json.dumps([["X", "2024-01-02", 2, 3, 1, 1.5], ["X", "2024-01-03", 1.5, 3, 1, 1.4]]),
}  # fmt: skip


@pytest.mark.parametrize("kind", UNKNOWN)
def test_unknown_layout_is_read_by_what_its_error_says(load, typed, kind):
    with pytest.raises(DataError) as caught:
        load(UNKNOWN[kind])
    said = typed(str(caught.value))
    assert "columns" in said, str(caught.value)
    bars = load(UNKNOWN[kind], **said)
    assert bars.index.tolist() == DAYS.tolist()
    assert bars.iloc[:, :4].to_numpy().tolist() == [BAR[:4], [1.5, 3, 1, 1.4]]


def test_columns_that_are_named_hold_for_a_wide_table_as_well(load):
    text = rows("when,A:open,A:high,A:low,A:close", "2024-01-02,2,3,1,1.5")
    assert load(text, pattern="X.csv", symbol="A", columns={"time": "when"}).iloc[0, :4].tolist() == BAR[:4]


def test_damaged_first_row_is_no_preamble_of_columns_by_position(load):
    columns = {"time": 0, "open": 1, "high": 2, "low": 3, "close": 4}
    with pytest.raises(DataError, match=r"line 1 has numbers, but not where data\.columns has prices"):
        load(rows("2024-01-02,2,3", "2024-01-03,2,3,1,1.5"), columns=columns)
    assert len(load(rows("prices of X", "", "2024-01-03,2,3,1,1.5"), columns=columns)) == 1

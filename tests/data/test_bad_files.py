"""Every kind of bad bar and bad file gives one line: file, row, column, value, rule, remedy."""

import gzip
import io
import json
import re
import zipfile

import numpy as np
import pandas as pd
import pytest

from smc.errors import DataError

T = "2024-01-02 0"
#: name: replaced lines, then what the message must say. Line 1 is the header.
BAD_BARS = {
    "missing price": ({"row3": T + "1:00:00,,3,1,1.5,10"}, "row 3, column open: nan (missing_price: "),
    "price null": ({"row3": T + "1:00:00,2,null,1,1.5,10"}, "row 3, column high: nan (missing_price"),
    "price N/A": ({"row3": T + "1:00:00,2,3,N/A,1.5,10"}, "row 3, column low: nan (missing_price"),
    "price NaN": ({"row3": T + "1:00:00,2,3,1,NaN,10"}, "row 3, column close: nan (missing_price"),
    "infinite price": ({"row4": T + "2:00:00,2,inf,1,1.5,10"}, "row 4, column high: inf (infinite_price"),
    "price beyond float64": (
        {"row4": T + "2:00:00,2,1e400,1,1.5,10"},
        "row 4, column high: inf (infinite_price",
    ),
    "zero price": ({"row2": T + "0:00:00,2,3,0,1.5,10"}, "row 2, column low: 0.0 (non_positive_price"),
    "price below float64": (
        {"row2": T + "0:00:00,2,3,1e-400,1.5,10"},
        "row 2, column low: 0.0 (non_positive",
    ),
    "negative price": ({"row2": T + "0:00:00,-2,3,1,1.5,10"}, "row 2, column open: -2.0 (non_positive_price"),
    "high below low": ({"row5": T + "3:00:00,2,1,3,1.5,10"}, "row 5, column high: 1.0 (high_below_low"),
    "open above high": ({"row5": T + "3:00:00,3.5,3,1,1.5,10"}, "row 5, column open: 3.5 (open_outside"),
    "open below low": ({"row5": T + "3:00:00,0.5,3,1,1.5,10"}, "row 5, column open: 0.5 (open_outside"),
    "close above high": (
        {"row6": T + "4:00:00,2,3,1,3.0001,10"},
        "row 6, column close: 3.0001 (close_outside",
    ),
    "close below low": ({"row6": T + "4:00:00,2,3,1,0.9,10"}, "row 6, column close: 0.9 (close_outside"),
    "repeated stamp": (
        {"row4": T + "1:00:00,2,3,1,1.5,10"},
        "row 4, column time: 2024-01-02 01:00:00+00:00 (repeated",
    ),
    "step back": (
        {"row4": "2024-01-01,2,3,1,1.5,10"},
        "row 4, column time: 2024-01-01 00:00:00+00:00 (backward_step",
    ),
    "mixed zones": (
        {"row3": T + "1:00:00Z,2,3,1,1.5,10"},
        "row 3, column time: 2024-01-02 01:00:00 (mixed_zone",
    ),
    "truncated": (
        {"row6": T + "4:00:00,2,3"},
        "row 6, column (all): 3 of 6 cells (short_row: the row ends early",
    ),
    "extra cell": ({"row3": T + "1:00:00,2,3,1,1.5,10,"}, "row 3, column (all): 7 of 6 cells (long_row"),
    "word as price": ({"row3": T + "1:00:00,two,3,1,1.5,10"}, "row 3, column open: 'two' (non_numeric"),
    "thousands": ({"row3": T + '1:00:00,2,"1,234.5",1,1.5,10'}, "row 3, column high: '1,234.5' (non_numeric"),
    "decimal comma": ({"row3": T + '1:00:00,2,"3,5",1,1.5,10'}, "row 3, column high: '3,5' (non_numeric"),
    "currency": ({"row3": T + "1:00:00,$2,3,1,1.5,10"}, "row 3, column open: '$2' (non_numeric"),
    "hexadecimal": ({"row3": T + "1:00:00,0x2,3,1,1.5,10"}, "row 3, column open: '0x2' (non_numeric"),
    "underscore": ({"row3": T + "1:00:00,2_0,3,1,1.5,10"}, "row 3, column open: '2_0' (non_numeric"),
    "volume with a unit": (
        {"row3": T + "1:00:00,2,3,1,1.5,12.3K"},
        "row 3, column volume: '12.3K' (non_numeric",
    ),
    "negative volume": ({"row3": T + "1:00:00,2,3,1,1.5,-1"}, "row 3, column volume: -1.0 (negative_volume"),
    "infinite volume": ({"row3": T + "1:00:00,2,3,1,1.5,inf"}, "row 3, column volume: inf (infinite_volume"),
    "no stamp": ({"row3": ",2,3,1,1.5,10"}, "row 3, column time: '' (bad_stamp"),
    "no such day": ({"row3": "2024-02-30,2,3,1,1.5,10"}, "row 3, column time: '2024-02-30' (bad_stamp"),
    "hour 24": (
        {"row3": "2024-01-02 24:00,2,3,1,1.5,10"},
        "row 3, column time: '2024-01-02 24:00' (bad_stamp",
    ),
    "year 1601": ({"row3": "1601-01-01,2,3,1,1.5,10"}, "row 3, column time: '1601-01-01' (bad_stamp"),
    "header again": ({"row4": "time,open,high,low,close,volume"}, "row 4, column time: 'time' (bad_stamp"),
    "another kind of stamp": (
        {"row4": "1704160800,2,3,1,1.5,10"},
        "row 4, column time: '1704160800' (bad_stamp",
    ),
    "repeated column": (
        {"row1": "time,open,high,low,close,OPEN"}
        | {f"row{hour + 2}": f"{T}{hour}:00:00,2,3,1,1.5,2" for hour in range(5)},
        "header, column OPEN: column 6 (repeated_column: names a field that another column has",
    ),
}


@pytest.mark.parametrize("kind", BAD_BARS)
def test_bad_bar_is_named_by_row_column_value_and_rule(load, csv, kind):
    replaced, said = BAD_BARS[kind]
    with pytest.raises(DataError, match=re.escape("X.csv, " + said)) as caught:
        load(csv(**replaced))
    message = str(caught.value)
    assert "\n" not in message
    assert re.search(r"; faults: \w+ 1 \(first: (row \d|header)\)", message)
    assert message.endswith("Mend the file, or set data.on_bad=drop or data.on_bad=repair")


def test_first_row_is_named_and_every_rule_counted(load, csv):
    text = csv(row3=T + "1:00:00,2,3,1,,10", row4=T + "2:00:00,9,3,1,2,10", row5=T + "3:00:00,9,3,1,2,10")
    with pytest.raises(
        DataError, match=r"row 3, .*missing_price 1 \(first: row 3\), open_outside 2 \(first: row 4\)\."
    ):
        load(text)


def test_row_numbers_are_those_of_an_editor(load, csv):
    lines = csv(row5=T + "3:00:00,9,3,1,2,10").splitlines()
    text = "\r\n".join(["made by someone, in a hurry", "", *lines[:3], "", "  ", *lines[3:]])
    with pytest.raises(DataError, match=r"X\.csv, row 9, column open: 9\.0"):
        load(text)


def test_rows_beside_a_truncated_one_keep_their_numbers(load, csv):
    text = csv(row3=T + "1:00:00,9,3,1,2,10", row4=T + "2:00:00,2", row5=T + "3:00:00,9,3,1,2,10")
    with pytest.raises(
        DataError, match=r"row 3, .*short_row 1 \(first: row 4\), open_outside 2 \(first: row 3\)"
    ):
        load(text)


def test_point_in_a_file_with_decimal_commas(load):
    text = "time;open;high;low;close\n2024-01-02;1,5;1,5;1,5;1,5\n2024-01-03;1,5;1.500;1,5;1,5\n"
    with pytest.raises(DataError, match=r"row 3, column high: '1\.500' \(non_numeric"):
        load(text)


def test_descending_file_keeps_its_row_numbers(load, csv):
    header, *rows = csv(row5=T + "3:00:00,9,3,1,2,10").splitlines()
    with pytest.raises(DataError, match=r"row 3, column open: 9\.0"):
        load("\n".join([header, *rows[::-1]]))


def _zip(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _locked(archive: bytes) -> bytes:
    """Set the bit that says encrypted, in both headers."""
    data = bytearray(archive)
    data[6] |= 1
    data[archive.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _packed_by_method(archive: bytes, method: int) -> bytes:
    """Write another number of compression method, in both headers."""
    data = bytearray(archive)
    data[8] = data[archive.index(b"PK\x01\x02") + 10] = method
    return bytes(data)


def _parquet(**columns) -> bytes:
    buffer = io.BytesIO()
    pd.DataFrame(columns).to_parquet(buffer)
    return buffer.getvalue()


CSV = b"time,open,high,low,close,volume\n2024-01-02,2,3,1,1.5,10\n2024-01-03,2,3,1,1.5,10\n"
STAMPS = pd.to_datetime(["2024-01-02", "2024-01-03"], utc=True)
PRICES = {"open": [2.0, 2.0], "high": [3.0, 3.0], "low": [1.0, 1.0], "close": [2.0, 2.0]}
BAD_FILES = {
    "empty": (b"", "X.csv: the file is empty (0 bytes)"),
    "blank lines": (b"\n\n  \n", "X.csv: no row of data"),
    "header only": (CSV[:32], "X.csv: a header, but no rows below it"),
    "no header": (b"a,b,c\n1,2,3\n", "neither a header with open, high, low and close, nor a known layout"),
    "a web page": (b"<!DOCTYPE html>\n<html><body>404</body></html>\n", "line 1 reads '<!DOCTYPE html>'"),
    "no close": (CSV.replace(b"close", b"end"), "neither a header with open, high, low and close"),
    "no time": (CSV.replace(b"time,", b"sequence,"), "no column of time stamps among 'sequence', 'open'"),
    "header below data": (
        b"\n".join([CSV.splitlines()[1], *CSV.splitlines()]),
        "the header stands in line 2, below rows of data",
    ),
    "words as stamps": (
        CSV.replace(b"2024-01-", b"day "),
        "a time stamp is expected in column time, got 'day 02'",
    ),
    "two-digit year": (
        CSV.replace(b"2024-01-", b"01/24/"),
        "a time stamp is expected in column time, got '01/24/02'",
    ),
    "day or month first": (
        CSV.replace(b"2024-01-02", b"01/02/2024").replace(b"2024-01-03", b"01/03/2024"),
        "stamps such as '01/02/2024' can be read day first or month first",
    ),
    "not UTF-8": (
        CSV.replace(b"volume", b"gr\xf6\xdfe"),
        "X.csv: the text is neither UTF-8 nor UTF-16 ('utf-8' codec",
    ),
    "open quote": (CSV.replace(b",2,3,1,1.5,10\n", b',"2,3,1,1.5,10\n', 1), "row 2: a quote is not closed"),
    "open quote above the header": (b'"made by\n' + CSV, "row 1: a quote is not closed"),
    "NUL bytes": (CSV.replace(b",1.5,", b",1.\x00,", 1), "row 2, column close: '1.\\x00' (non_numeric"),
    "two symbols": (
        CSV.replace(b"volume", b"symbol").replace(b",10\n", b",BTC\n", 1).replace(b",10\n", b",ETH\n"),
        "the file mixes 2 symbols (BTC, ETH): write one file a symbol",
    ),
    "truncated gzip": (gzip.compress(CSV)[:-12], "X.csv: it cannot be read (Compressed file ended"),
    "damaged gzip": (gzip.compress(CSV)[:12] + b"\xff" * 40, "X.csv: it cannot be read ("),
    "truncated zip": (_zip(a=CSV)[:-30], "X.csv: it cannot be read (File is not a zip file)"),
    "damaged zip": (_zip(a=CSV).replace(b"1.5", b"1.6", 1), "X.csv: it cannot be read (Bad CRC-32"),
    "Excel workbook": (
        _zip(**{"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}),
        "X.csv: an Excel workbook (xlsx) is not read: save the sheet of bars as CSV",
    ),
    "OpenDocument sheet": (
        _zip(mimetype=b"x", **{"content.xml": b"<x/>"}),
        "an OpenDocument sheet (ods) is not read",
    ),
    "old Excel workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "an Excel workbook (xls) is not read",
    ),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + b"\0" * 90, "HDF5 is not read: write the table as Parquet"),
    "SQLite": (b"SQLite format 3\0" + b"\0" * 90, "an SQLite database is not read"),
    "PDF": (b"%PDF-1.7\n", "a PDF is no table"),
    "lines of one letter": (
        CSV + b"a\n" * 200_000,
        "more than 100,000 rows below line 2 have another number",
    ),
    "two in a zip": (_zip(a=CSV, b=CSV), "an archive must hold one file, this one holds 2 (a, b)"),
    "locked zip": (_locked(_zip(a=CSV)), "the archive needs a password: unpack it"),
    "zip of another kind": (_packed_by_method(_zip(a=CSV), 99), "it cannot be read (That compression method"),
    "empty zip": (_zip(), "an archive must hold one file, this one holds 0 (none)"),
    "truncated Parquet": (
        _parquet(time=STAMPS, **PRICES)[:-20],
        "X.csv: it cannot be read (Parquet magic bytes",
    ),
    "Parquet without rows": (_parquet(time=STAMPS[:0], **{k: [] for k in PRICES}), "the table has no rows"),
    "Parquet without close": (
        _parquet(time=STAMPS, open=[1.0, 1.0], high=[1.0, 1.0], low=[1.0, 1.0]),
        "no columns open, high, low and close among 'time', 'open', 'high', 'low'",
    ),
    "Parquet of booleans": (_parquet(time=STAMPS, **PRICES | {"low": [True, False]}), "has the type bool"),
    "Parquet of the year 9999": (
        _parquet(time=np.array(["9999-01-01", "9999-01-02"], "M8[s]"), **PRICES),
        "X.csv, row 1, column time: '9999-01-01 00:00:00.000' (bad_stamp",
    ),
    "Feather version 1": (b"FEA1" + b"\0" * 60, "Feather version 1 is not read"),
    "truncated Feather": (b"ARROW1\0\0" + b"\0" * 60, "X.csv: it cannot be read ("),
    "truncated JSON": (b'[["2024-01-02", 2, 3, 1', "no valid JSON"),
    "JSON object": (b'{"data": []}', "the JSON must be a list of rows"),
    "empty JSON": (b"[]", "the JSON must be a list of rows"),
    "JSON of empty rows": (b"[[], [], null, {}]", "X.csv: the JSON has empty rows only"),
    "JSON of words": (b'["a", "b"]', "the first row, ['a'], holds no stamp"),
    "deep JSON": (b"[" * 100_000, "no valid JSON"),
    "JSON of ragged rows": (
        json.dumps([["2024-01-02", 2, 3, 1, 2, 1], ["2024-01-03", 2, 3, 1]]).encode(),
        "X.csv, row 2, column (all): 4 of 6 cells (short_row",
    ),
    "milliseconds of no day": (b"34200000,2,3,1,2,5\n34260000,2,3,1,2,5\n", "no YYYYMMDD to say which"),
    "endless line": (
        b"time,open,high,low,close\n" + b"1" * (1 << 17),
        "line 2 is longer than 65,536 characters",
    ),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_bad_file_is_refused_in_one_line(load, kind):
    content, said = BAD_FILES[kind]
    with pytest.raises(DataError, match=re.escape(said)) as caught:
        load(content)
    assert str(caught.value).startswith("X.csv")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "kind", sorted(set(BAD_FILES) - {"NUL bytes", "JSON of ragged rows", "Parquet of the year 9999"})
)
@pytest.mark.parametrize("on_bad", ["drop", "repair"])
def test_a_file_that_cannot_be_understood_is_refused_whatever_is_done_about_bad_bars(load, kind, on_bad):
    content, said = BAD_FILES[kind]
    with pytest.raises(DataError, match=re.escape(said)):
        load(content, on_bad=on_bad)


def test_naive_stamps_need_a_zone(load, csv):
    with pytest.raises(
        DataError, match=r"X.csv: stamps carry no time zone \(row 2: 2024-01-02 00:00:00\): set data.tz=UTC, "
    ):
        load(csv(), tz=None)


def test_naive_parquet_needs_a_zone(load):
    with pytest.raises(DataError, match="stamps carry no time zone"):
        load(_parquet(time=STAMPS.tz_localize(None), **PRICES), tz=None)


def test_header_that_says_utc_contradicts_another_zone(load, csv):
    text = csv(row1="Gmt time,open,high,low,close,volume")
    assert load(text, tz=None).attrs["source"]["zone"] == "header"
    with pytest.raises(DataError, match=r"the header 'Gmt time' says UTC, data\.tz says Europe/Athens"):
        load(text, tz="Europe/Athens")


def test_points_must_be_whole(load, csv):
    with pytest.raises(DataError, match=r"row 2, column close: '1.5' \(not_points"):
        load(csv(), price_scale=100)


def test_infinite_price_of_points_is_named_without_a_warning(load, csv):
    text = csv(row3=T + "1:00:00,2,inf,1,1,10").replace("1.5,10", "1,10")
    with pytest.raises(DataError, match=r"row 3, column high: inf \(infinite_price"):
        load(text, price_scale=100)


def test_points_are_scaled_in_a_column_that_is_named_twice(load, csv):
    bars = load(csv().replace("1.5", "1"), price_scale=10, columns={"volume": "open"})
    assert (bars["open"].iloc[0], bars["volume"].iloc[0]) == (0.2, 2)

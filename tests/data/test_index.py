"""The bundled indices."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from smc.data.index import Index
from smc.errors import DataError


@pytest.mark.parametrize(
    ("symbol", "first", "last"),
    [
        ("SP500", [1229.22998, 1248.810059, 1219.099976, 1228.099976, 877000000], 2506.850098),
        ("NASDAQ", [2207.540039, 2233.570068, 2192.679932, 2208.050049, 936660000], 6635.279785),
    ],
)
def test_first_and_last_session(symbol, first, last):
    bars = Index().load(symbol)
    assert len(bars) == 5031
    assert bars.iloc[0].tolist() == first
    assert bars["close"].iloc[-1] == last


def test_stamps_are_the_opening_of_the_new_york_session():
    local = Index().load("SP500").index.tz_convert("America/New_York")
    assert set(local.time) == {pd.Timestamp("09:30").time()}
    assert str(local[0].date()) == "1999-01-04"
    assert set(local.day_of_week) == {0, 1, 2, 3, 4}


def test_daily_bars_have_no_weekend_gaps_and_a_days_spacing():
    account = Index().load("SP500").attrs["account"]
    assert account["bar_seconds"] == 86400
    assert account["rows_read"] == account["bars"] == 5031
    assert account["gaps"] < 10 * 20  # holidays, under ten a year
    assert account["dropped"] == account["repaired"] == {}


def test_close_equals_adjusted_close():
    from smc.data.index import FILES, _folder

    for name in FILES.values():
        table = pd.read_csv(_folder() / name / f"{name}.csv.gz")
        np.testing.assert_array_equal(table["Close"], table["Adj Close"])


def test_arch_is_not_imported():
    code = (
        "import sys; from smc.data.index import Index; Index().load('SP500'); sys.exit('arch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(("symbol", "hint"), [("sp500", "SP500"), ("NASDQ", "NASDAQ"), ("snp500", "SP500")])
def test_unknown_symbol_names_the_nearest(symbol, hint):
    with pytest.raises(DataError, match=f"no symbol '{symbol}'; did you mean {hint}"):
        Index().load(symbol)


def test_missing_package_says_what_to_do(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DataError, match="needs the package arch: pip install"):
        Index().load("SP500")

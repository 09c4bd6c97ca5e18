"""Steps of price: which are told, and as what."""

import numpy as np
import pandas as pd
import pytest

from smc.data.account import survey
from smc.data.files import Files
from smc.data.index import Index
from smc.data.steps import N_NAMED, find_steps


def stepped(factors: dict[int, float], n_bars: int = 300, sd: float = 0.01, seed: int = 0) -> pd.DataFrame:
    """Draw a random walk whose prices are multiplied from some rows on."""
    close = 50 * np.exp(np.random.default_rng(seed).normal(0, sd, n_bars).cumsum())
    for row, factor in factors.items():
        close[row:] *= factor
    index = pd.date_range("2020-01-01", periods=n_bars, freq="D", tz="UTC", name="time")
    return pd.DataFrame(dict.fromkeys(["open", "high", "low", "close"], close) | {"volume": 1.0}, index)


@pytest.mark.parametrize(
    ("factor", "near"),
    [
        (1 / 2, "1/2"), (1 / 3, "1/3"), (1 / 8, "1/8"), (2 / 3, "1/1.5"), (1 / 20, "1/20"), (8, "x8"), (10, "x10"),
        (100, "x100"), (1 / 100, "1/100"), (1e4, "x10000"), (12, None), (1 / 700, None),
    ],
)  # fmt: skip
def test_a_step_is_named_by_date_factor_and_what_it_is_near(factor, near):
    (step,) = find_steps(stepped({120: factor}))
    assert (step.row, step.near) == (120, near)
    assert step.factor == pytest.approx(factor, rel=0.05)
    assert str(step).startswith(f"x{step.factor:.4g} on 2020-04-30 00:00")


def test_a_spike_is_two_steps_and_the_account_names_them():
    account = survey(stepped({50: 100, 51: 1 / 100}))
    assert account["steps"] == 2
    assert [(step["row"], step["near"]) for step in account["largest_steps"]] == [(50, "x100"), (51, "1/100")]
    assert account["largest_steps"][0]["time"] == "2020-02-20T00:00:00+00:00"


def test_many_steps_are_counted_and_the_largest_named_in_their_order():
    factors = {row: 2.0 if row % 20 else 0.001 for row in range(10, 290, 10)}
    account = survey(stepped(factors))
    named = account["largest_steps"]
    assert (account["steps"], len(named)) == (len(factors), N_NAMED)
    assert [step["row"] for step in named] == sorted(step["row"] for step in named)
    assert sum(step["near"] == "1/1000" for step in named) == N_NAMED


@pytest.mark.parametrize(("sd", "seed"), [(0.001, 1), (0.01, 2), (0.03, 3), (0.1, 4), (0.25, 5)])
def test_the_wild_days_of_a_wild_market_are_no_steps(sd, seed):
    assert find_steps(stepped({}, 5000, sd, seed)) == []


def test_few_bars_of_which_many_are_steps_hide_none():
    assert len(find_steps(stepped({2: 100, 3: 0.01}, n_bars=5))) == 2
    assert find_steps(stepped({}, n_bars=1)) == []
    assert survey(stepped({}, n_bars=1))["largest_steps"] == []


def test_a_market_that_stands_still_steps_by_two_fifths():
    assert len(find_steps(stepped({100: 1.45}, sd=0.0))) == 1
    assert find_steps(stepped({100: 1.35}, sd=0.0)) == []


@pytest.mark.parametrize(
    ("symbol", "options", "near"),
    [
        ("AET.L", {}, ["x100", "1/100"]),
        ("MOB.ST", {}, ["1/10", "x10"]),
        ("PNL.L", {"tz": "Europe/London"}, ["x100", "1/100"]),
    ],
)
def test_units_and_splits_of_real_files_are_named(shared_data, symbol, options, near):
    folder = shared_data / "cases" / "unit-jump" / "data"
    if not folder.is_dir():
        pytest.skip(f"no case at {folder}")
    account = Files(folder, "{symbol}.csv", **options).load(symbol).attrs["account"]
    assert [step["near"] for step in account["largest_steps"]] == near


def test_real_indices_and_currencies_hold_none(shared_data):
    assert all(Index().load(symbol).attrs["account"]["steps"] == 0 for symbol in Index().symbols())
    for name in ("EURCHF_D1", "USDCHF_H4", "BTCUSD_H1"):  # the Swiss franc of 2015, and a wild one
        (path,) = (shared_data / "data" / "bars").glob(f"{name}_*.parquet")
        assert find_steps(pd.read_parquet(path)) == []


TIINGO = """date,close,high,low,open,volume,adjClose,adjHigh,adjLow,adjOpen,adjVolume,divCash,splitFactor
2020-08-27,500.04,509.94,495.33,508.57,38888096,125.01,127.485,123.8325,127.1425,155552384,0.0,1.0
2020-08-28,499.23,505.77,498.31,504.05,46907479,124.8075,126.4425,124.5775,126.0125,187629916,0.0,1.0
2020-08-31,129.04,131.0,126.0,127.58,225702688,129.04,131.0,126.0,127.58,225702688,0.0,4.0
2020-09-01,134.18,134.8,130.53,132.76,152470142,134.18,134.8,130.53,132.76,152470142,0.0,1.0
"""


def test_prices_that_a_file_has_adjusted_are_read_so(tmp_path):
    (tmp_path / "AAPL.csv").write_text(TIINGO)
    bars = Files(str(tmp_path), "{symbol}.csv", tz="America/New_York").load("AAPL")
    assert bars["close"].tolist() == [125.01, 124.8075, 129.04, 134.18]
    assert bars["volume"].tolist() == [155552384, 187629916, 225702688, 152470142]
    assert bars.attrs["account"]["steps"] == 0


def test_raw_prices_beside_adjusted_ones_are_read_where_they_are_named(tmp_path):
    (tmp_path / "AAPL.csv").write_text(TIINGO)
    columns = {field: field for field in ("open", "high", "low", "close", "volume")}
    bars = Files(str(tmp_path), "{symbol}.csv", tz="America/New_York", columns=columns).load("AAPL")
    assert bars["close"].tolist() == [500.04, 499.23, 129.04, 134.18]
    assert bars.attrs["account"]["steps"] == 1


def test_an_adjusted_close_alone_is_no_price_of_a_bar(tmp_path):
    (tmp_path / "A.csv").write_text(
        "Date,Open,High,Low,Close,Adj Close,Volume\n2020-01-02,10,11,9,10.5,5.2,7\n2020-01-03,10.5,12,10,11,5.5,8\n"
    )
    bars = Files(str(tmp_path), "{symbol}.csv", tz="UTC").load("A")
    assert bars["close"].tolist() == [10.5, 11]

"""The classic indicators against TA-Lib, from the first value on, and where TA-Lib must not be followed."""

import numpy as np
import pandas as pd
import pytest
import talib

from smc import structure


def window20(values):
    """Mean and standard deviation in windows of 20, each computed anew (those of pandas drift by 1e-8)."""
    windows = np.lib.stride_tricks.sliding_window_view(values, 20)
    head = np.full(19, np.nan)
    return np.concatenate([head, windows.mean(axis=1)]), np.concatenate([head, windows.std(axis=1)])


def oracle(bars):
    high, low, close, volume = (bars[name].to_numpy() for name in ("high", "low", "close", "volume"))
    atr = talib.ATR(high, low, close, 14)
    line, _, histogram = talib.MACD(close, 12, 26, 9)
    ema50 = talib.EMA(close, 50)
    mean, sd = zip(*(window20(values) for values in (close, volume)), strict=True)
    returns = pd.Series(np.log(close)).diff()
    return pd.DataFrame(
        {
            "atr": atr,
            "atr_pct": atr / close,
            "rsi14": talib.RSI(close, 14),
            "macd_atr": line / atr,
            "macd_hist_atr": histogram / atr,
            "bb_pctb": (close - mean[0] + 2 * sd[0]) / (4 * sd[0]),
            "bb_bw": 4 * sd[0] / mean[0],
            "rvol20": window20(returns.to_numpy())[1],
            "ret1": returns,
            "ret5": pd.Series(np.log(close)).diff(5),
            "ret20": pd.Series(np.log(close)).diff(20),
            "vol_z20": (volume - mean[1]) / sd[1],
            "ema50_dist_atr": (close - ema50) / atr,
            "ema100_dist_atr": (close - talib.EMA(close, 100)) / atr,
            "ema200_dist_atr": (close - talib.EMA(close, 200)) / atr,
            "ema50_slope_atr": (ema50 - np.concatenate([np.full(5, np.nan), ema50[:-5]])) / (5 * atr),
            "adx14": talib.ADX(high, low, close, 14),
        }
    ).set_index(bars.index)


def compare(bars):
    expected = oracle(bars)
    got = structure.compute(bars)[expected.columns]
    pd.testing.assert_frame_equal(got, expected, rtol=1e-9, atol=1e-10)


def test_random_bars_agree_from_the_first_value(bars):
    compare(bars)


@pytest.mark.parametrize("name", ["EURUSD_H4_ejtrader", "USDJPY_D1_ejtrader", "XAUUSD_H4_ejtrader"])
def test_real_bars_agree_from_the_first_value(shared_data, name):
    compare(pd.read_parquet(shared_data / "data" / "bars" / f"{name}.parquet").set_index("timestamp"))


def test_bollinger_agrees_with_talib(bars):
    close = bars["close"].to_numpy()
    upper, middle, lower = talib.BBANDS(close, 20, 2.0, 2.0)
    rows = structure.compute(bars)
    np.testing.assert_allclose(rows["bb_bw"], (upper - lower) / middle, rtol=1e-6)
    np.testing.assert_allclose(rows["bb_pctb"], (close - lower) / (upper - lower), atol=1e-6)


def test_a_window_forgets_what_left_it(bars):
    """A running sum would keep the rounding of huge values; windows are summed anew."""
    spiked = bars.copy()
    spiked.loc[spiked.index[100:110], "volume"] = 1e18
    clean, rows = structure.compute(bars), structure.compute(spiked)
    assert clean["vol_z20"][140:].equals(rows["vol_z20"][140:])


def flat(n_bars, price=1.1, volume=7.3):
    index = pd.date_range("2024-01-01", periods=n_bars, freq="1h", tz="UTC", name="time")
    return pd.DataFrame(dict.fromkeys(("open", "high", "low", "close"), price), index).assign(volume=volume)


def test_flat_prices_have_defined_values():
    rows = structure.compute(flat(300)).iloc[250]
    assert rows[["rsi14", "bb_pctb"]].tolist() == [50, 0.5]
    assert not rows[["bb_bw", "atr", "atr_pct", "rvol20", "ret20", "vol_z20", "adx14", "st_hhll"]].any()
    in_units_of_atr = [name for name in structure.FEATURES if name.endswith("_atr")]
    assert rows[[*in_units_of_atr, "pd_pos", "pd_prevday_pos"]].isna().all()


def test_prices_that_go_flat_never_overflow(bars):
    """Wilder's mean of nothing shrinks to the smallest number; nothing may be divided by it."""
    rows = structure.compute(
        pd.concat(
            [
                bars[:200],
                flat(12_000, bars["close"].iloc[199]).set_index(
                    pd.date_range(bars.index[200], periods=12_000, freq="4h")
                ),
            ]
        )
    )
    values = rows.iloc[-5000:].drop(columns=["st_sh_age", "st_sl_age"])  # they count the flat bars
    assert np.nanmax(np.abs(values.to_numpy())) <= 1e4
    assert (values["rsi14"] == 50).all()
    assert values["ema50_dist_atr"].isna().all()
    assert values["atr"].isna().all()


@pytest.mark.parametrize("volume", [np.nan, 0.0])
def test_missing_and_absent_volume(bars, volume):
    rows, usual = structure.compute(bars.assign(volume=volume)), structure.compute(bars)
    volstr = ["ob_bull_volstr", "ob_bear_volstr"]
    assert rows[volstr].isna().all(axis=None)
    assert rows["vol_z20"][19:].isna().all() if np.isnan(volume) else (rows["vol_z20"][19:] == 0).all()
    others = rows.columns.difference([*volstr, "vol_z20"])
    pd.testing.assert_frame_equal(rows[others], usual[others])


def test_a_missing_volume_leaves_the_window_after_twenty_bars(bars):
    bars.loc[bars.index[500], "volume"] = np.nan
    missing = structure.compute(bars)["vol_z20"].isna()
    assert np.flatnonzero(missing[19:]).tolist() == list(range(500 - 19, 520 - 19))

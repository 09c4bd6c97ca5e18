"""Bars without trades, by hand: flat with a volume of 0, or flat for long where no volume tells."""

import numpy as np
import pandas as pd
import pytest

from smc.data.account import survey
from smc.data.stillness import STILL_BARS, still_for, untraded

NAN = float("nan")


def table(closes, volume, *, width=0.0) -> pd.DataFrame:
    close = np.array(closes, dtype=float)
    index = pd.date_range("2024-01-01", periods=len(close), freq="D", tz="UTC")
    prices = {"open": close, "high": close + width, "low": close, "close": close}
    return pd.DataFrame({**prices, "volume": volume}, index)


@pytest.mark.parametrize(
    ("closes", "volume", "expected"),
    [
        ([1, 1, 1], [5, 0, 0], [0, 1, 1]),
        ([1, 2, 3], [5, 0, 0], [0, 1, 1]),  # a quote that moves without a trade
        ([1, 1, 1], [5, 3, 1], [0, 0, 0]),  # one price all day, and trades at it
        ([1, 1, 1], [5, NAN, 0], [0, 0, 1]),
        ([1, 1, 1], [0, 0, 0], [0, 0, 0]),  # a table without volume
        ([1, 1, 1], [NAN, NAN, NAN], [0, 0, 0]),
        ([1, 1, 1, 1], [0, 0, 2, 0], [0, 0, 0, 1]),  # volume is recorded from the third bar on
        ([1], [0], [0]),
        ([], [], []),
    ],
)
def test_a_bar_is_untraded(closes, volume, expected):
    assert untraded(table(closes, volume)).tolist() == [bool(each) for each in expected]


def test_a_bar_with_a_range_was_traded_whatever_its_volume_says():
    assert not untraded(table([1, 1, 1], [5.0, 0.0, 0.0], width=0.5)).any()


@pytest.mark.parametrize("volume", [0.0, NAN])
def test_without_volume_a_long_stretch_of_one_price_tells(volume):
    mask = untraded(table([*[1.0] * 30, 2.0, 2.0, 3.0], volume))
    assert np.flatnonzero(mask).tolist() == list(range(STILL_BARS, 30))


def test_what_a_bar_is_does_not_depend_on_later_bars():
    rng = np.random.default_rng(1)
    closes = np.repeat(rng.integers(1, 5, 20), rng.integers(1, 25, 20)).astype(float)
    bars = table(closes, np.where(rng.random(len(closes)) < 0.1, 3.0, 0.0) * (np.arange(len(closes)) > 90))
    whole = untraded(bars)
    for cut in range(0, len(bars), 7):
        np.testing.assert_array_equal(untraded(bars.iloc[:cut]), whole[:cut])


def test_a_stretch_begins_anew_when_the_price_moves():
    assert still_for(table([1, 1, 1, 2, 2, 1, 1, 1, 1], 1.0)).tolist() == [0, 1, 2, 0, 1, 0, 1, 2, 3]


def test_bars_with_a_range_do_not_stand_still_wherever_they_close():
    assert not still_for(table([1.0] * 30, 0.0, width=0.5)).any()
    assert not untraded(table([1.0] * 30, 0.0, width=0.5)).any()


def test_the_account_counts_them():
    account = survey(table([1, 1, 1, 1, 2, 2], [4, 0, 0, 0, 3, 3]))
    assert (account["untraded"], account["longest_still"], account["zero_range"]) == (3, 3, 6)
    assert survey(table([1, 2, 3], 1.0))["longest_still"] == 0

"""The CUSUM filter against its definition, written out."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smc.errors import LabelError
from smc.events.cusum import Cusum, crossings


def plain_cusum(close, threshold, window):
    """AFML 2.5.2.1, bar by bar, with the standard deviation of each window computed afresh."""
    up = down = 0.0
    events = []
    returns = [np.log(close[t] / close[t - 1]) for t in range(1, len(close))]
    for i, move in enumerate(returns):
        up, down = max(0.0, up + move), min(0.0, down + move)
        if i + 1 < window:
            continue
        limit = threshold * np.std(returns[i + 1 - window : i + 1])
        if limit <= 0:
            continue
        if up > limit:
            up = 0.0
            events.append(i + 1)
        elif down < -limit:
            down = 0.0
            events.append(i + 1)
    return events


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.7, 1.3, 2.5]), st.sampled_from([2, 5, 30]))
def test_equals_the_definition(seed, threshold, window):
    rng = np.random.default_rng(seed)
    scale = np.repeat(rng.choice([0.0001, 0.001, 0.02], 8), 20)
    close = 50 * np.exp(rng.normal(0, scale).cumsum())
    events = Cusum(threshold, window).compute(pd.DataFrame({"close": close}))
    assert events.tolist() == plain_cusum(close, threshold, window)


def test_a_crossing_resets_its_own_sum_only():
    returns = np.array([-0.6, 0.5, 0.6, 0.5, 0.6, -0.6, -0.5])
    found, _ = crossings(returns, np.ones(7))
    assert found.tolist() == [2, 4, 6]  # 1.1, again 1.1, then -1.1


def test_reaching_the_width_is_no_crossing():
    assert crossings(np.array([0.5, 0.5, -1.0]), np.ones(3))[0].tolist() == []


def test_nothing_happens_where_no_price_moves():
    close = np.concatenate([100 + np.sin(np.arange(30.0)), np.full(60, 100.0)])
    events = Cusum(threshold=1.0, volatility_window=10).compute(pd.DataFrame({"close": close}))
    assert events.max() < 30 + 10


def test_what_was_left_of_a_move_is_no_event_when_prices_freeze():
    assert crossings(np.array([0.5, 0.0, 0.0]), np.array([1.0, 1.0, 0.0]))[0].tolist() == []
    assert crossings(np.array([0.5, 0.0, 0.0]), np.array([np.nan, 1.0, 0.4]))[0].tolist() == [2]


def test_threshold_is_in_units_of_volatility():
    returns = np.random.default_rng(0).normal(0, 0.001, 2000)
    calm, wild = (pd.DataFrame({"close": 100 * np.exp((size * returns).cumsum())}) for size in (1, 8))
    np.testing.assert_array_equal(Cusum().compute(calm), Cusum().compute(wild))


def test_too_few_bars():
    bars = pd.DataFrame({"close": np.arange(1.0, 51.0)})
    with pytest.raises(LabelError, match="needs more than volatility_window=50 bars, got 50"):
        Cusum().compute(bars)


def test_events_arrive_about_as_often_as_the_docstring_says(shared_data):
    for name in ("EURUSD_H4_ejtrader", "EURJPY_H1_ejtrader", "EURCHF_D1_ejtrader"):
        bars = pd.read_parquet(shared_data / "data" / "bars" / f"{name}.parquet")
        assert 6.5 < len(bars) / len(Cusum().compute(bars)) < 8.5

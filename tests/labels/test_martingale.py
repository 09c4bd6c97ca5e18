"""On prices that go nowhere on average, neither side of any label earns anything: simple returns have the mean 0.

Bars are traded without a pause, in steps of a simple-return martingale of 4 % a day. A bar that holds both
barriers counts as the stop, so a barrier label may earn a little less than nothing, never more.
"""

import numpy as np
import pandas as pd
import pytest

from smc.labels.direction import Direction
from smc.labels.forward_return import ForwardReturn
from smc.labels.triple_barrier import TripleBarrier
from smc.labels.triple_barrier_3 import TripleBarrier3

N_SYMBOLS, N_BARS, N_STEPS, DAILY = 12, 20_000, 24, 0.04
#: Standard errors that luck may explain.
LUCK = 3.5
LABELS = {
    "forward_return": ForwardReturn(10),
    "direction": Direction(10),
    "near target": TripleBarrier(20, stop_atr=3.0, target_atr=1.0),
    "near stop": TripleBarrier(20, stop_atr=1.0, target_atr=3.0),
    "three classes": TripleBarrier3(20, stop_atr=2.0, target_atr=2.0),
}


def martingale(seed: int) -> pd.DataFrame:
    """Daily bars whose price is multiplied by 1 + a step of mean 0, 24 times a bar."""
    rng = np.random.default_rng(seed)
    steps = rng.standard_normal((N_BARS, N_STEPS)) * DAILY / np.sqrt(N_STEPS)
    factor = np.log1p(steps)
    path = np.exp(np.log(100.0) + np.cumsum(factor).reshape(N_BARS, N_STEPS))
    close = path[:, -1]
    open_ = np.append(100.0, close[:-1])
    prices = {
        "open": open_,
        "high": np.maximum(open_, path.max(axis=1)),
        "low": np.minimum(open_, path.min(axis=1)),
    }
    time = pd.date_range("1900-01-01", periods=N_BARS, freq="D", tz="UTC", name="time")
    return pd.DataFrame({**prices, "close": close, "volume": 1.0}, time)


@pytest.fixture(scope="module")
def markets():
    return [martingale(seed) for seed in range(N_SYMBOLS)]


def t_of_mean(label, markets, side, scheme=lambda side, ret: ret):
    """The mean return of events whose labels do not overlap, and its t; over all markets."""
    earned = []
    for bars in markets:
        events = np.arange(30, N_BARS - 40, label.horizon)
        table = label.compute(bars, events, np.full(len(events), side))
        earned.append(scheme(side, table["ret"].to_numpy()))
    values = np.concatenate(earned)
    return values.mean(), values.mean() / values.std() * np.sqrt(len(values))


@pytest.mark.parametrize("side", [1, -1], ids=["long", "short"])
@pytest.mark.parametrize("label", LABELS.values(), ids=LABELS)
def test_no_side_earns_anything(markets, label, side):
    _, t = t_of_mean(label, markets, side)
    assert t < LUCK
    assert t > -LUCK or label.horizon == 20  # a bar of both barriers is a stop


@pytest.mark.parametrize("name", ["forward_return", "direction"])
def test_a_side_times_a_log_return_is_seen(markets, name):
    """The rule that stood here: a short of a martingale gains half the variance, a long loses it."""

    def of_logs(side, ret):
        return side * np.log1p(side * ret)

    for side in (1, -1):
        mean, t = t_of_mean(LABELS[name], markets, side, of_logs)
        assert mean == pytest.approx(-side * 10 * DAILY**2 / 2, rel=0.35)
        assert side * t < -LUCK

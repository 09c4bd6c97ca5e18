"""Honest labels earn nothing on the bars that `random_walk` draws, wherever their barriers lie."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from smc.audit.null_scores import Excess
from smc.audit.random_walk import LEAST_RETURN, driftless, mean_return
from smc.features.laws import random_walk
from smc.labels.triple_barrier import TripleBarrier
from smc.structure.barriers import touch

SIDES = {"long": 1, "short": -1}


@pytest.fixture(scope="module")
def walks(make_walk: Callable[[int, int], pd.DataFrame]) -> list[pd.DataFrame]:
    rng = np.random.default_rng(0)
    return [driftless(make_walk(3600, 1), rng) for _ in range(40)]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("stop", "target"), [(0.5, 3.0), (3.0, 0.5), (8.0, 1.0), (1.0, 8.0), (2.0, 2.0)])
def test_honest_labels_raise_no_alarm(
    stop: float, target: float, side: str, walks: list[pd.DataFrame]
) -> None:
    labels, events = TripleBarrier(20, stop_atr=stop, target_atr=target), np.arange(100, 3500, 3)
    tables = [labels.compute(bars, events, np.full(len(events), SIDES[side])) for bars in walks]
    earned = [mean_return(table) for table in tables]
    assert abs(np.mean(earned)) < LEAST_RETURN / 2
    assert not Excess(earned, 0.0, 0.0).is_leak


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("stop", "target"), [(1e9, 0.5), (0.5, 1e9), (3.0, 0.5), (0.5, 3.0), (1e9, 1e9)])
def test_no_trade_earns_a_simple_return_on_driftless_bars(stop: float, target: float, side: str) -> None:
    """A quarter bar's 3 % makes a drift of half the variance, and barriers that are overshot, plain to see."""
    index = pd.date_range("2000-01-03", periods=200_000, freq="4h", tz="UTC")
    bars = random_walk(index, np.random.default_rng(3), sd=0.03)
    prices = bars[["open", "high", "low", "close"]].to_numpy() / bars[["open"]].to_numpy()
    start = np.arange(0, len(prices) - 1, 2)
    # Each trade sees two bars of its own, from a price of 1 on: far below, prices would be 0.
    prices[1::2] *= (bars["open"].to_numpy()[1::2] / bars["open"].to_numpy()[::2])[:, None]
    barriers = np.tile(1 + SIDES[side] * 0.1 * np.array([-stop, target]), (len(start), 1))
    _, price, _ = touch(np.ascontiguousarray(prices), start, np.full(len(start), SIDES[side]), barriers, 2)
    gains = SIDES[side] * (price - 1)
    assert abs(gains.mean()) < 3.5 * gains.std() / np.sqrt(len(gains))


def test_bars_have_the_volatility_of_those_audited() -> None:
    index = pd.date_range("2000-01-03", periods=20_000, freq="4h", tz="UTC")
    given = random_walk(index, np.random.default_rng(0), price=100.0, sd=0.004)
    drawn = driftless(given, np.random.default_rng(1))
    assert np.log(drawn["close"]).diff().std() == pytest.approx(0.008, rel=0.03)
    assert (drawn["high"] >= drawn[["open", "close"]].max(axis=1)).all()
    assert (drawn["low"] <= drawn[["open", "close"]].min(axis=1)).all()
    assert sorted(drawn["volume"]) == sorted(given["volume"])


def test_every_event_counts_alike() -> None:
    """Wins of near targets are brief and overlap less: weighted by uniqueness they would gain from nothing."""
    events = pd.DataFrame({"ret": [0.01, 0.01, -0.02], "weight": [1.0, 1.0, 0.2]})
    assert mean_return(events) == pytest.approx(0.0)
    assert mean_return(pd.DataFrame({"ret": [0.01, 0.03]})) == pytest.approx(2.0)

"""Regimes against brute force, and from bars up to the event only."""

import numpy as np
import pandas as pd
import pytest

from smc.evaluation.regimes import Regimes

EVENTS = np.arange(600, 2900, 7)


def brute_force(bars: pd.DataFrame, event: int, regimes: Regimes) -> tuple[float, float]:
    """Rank of the event's volatility among the last values, and its trend, written out."""
    steps = np.diff(np.log(bars["close"].to_numpy()[: event + 1]))
    size = regimes.volatility_size
    last = [steps[len(steps) - size - k : len(steps) - k].std(ddof=1) for k in range(regimes.rank_size)]
    return np.mean(np.array(last) <= last[0]), steps[-regimes.trend_size :].sum()


def test_equals_brute_force(bars):
    regimes = Regimes(volatility_size=10, rank_size=60, trend_size=30)
    found = regimes.compute(bars, EVENTS)
    for index, event in enumerate(EVENTS[:150]):
        rank, trend = brute_force(bars, event, regimes)
        tercile = "low" if rank <= 1 / 3 else "mid" if rank <= 2 / 3 else "high"
        assert index in found[f"volatility_{tercile}"]
        assert index in found["trend_up" if trend > 0 else "trend_down"]


def test_each_event_has_one_tercile_and_one_trend(bars):
    found = Regimes().compute(bars, EVENTS)
    terciles = np.concatenate([found[f"volatility_{name}"] for name in ("low", "mid", "high")])
    assert sorted(terciles) == [*range(len(EVENTS))]
    assert sorted(np.concatenate([found["trend_up"], found["trend_down"]])) == [*range(len(EVENTS))]
    assert all(0.2 < len(found[f"volatility_{name}"]) / len(EVENTS) < 0.5 for name in ("low", "mid", "high"))


@pytest.mark.parametrize("cut", [700, 1500, 2500])
def test_bars_after_an_event_do_not_matter(bars, cut):
    changed = bars.copy()
    changed.iloc[cut + 1 :] *= np.random.default_rng(0).uniform(0.2, 5, (len(bars) - cut - 1, 1))
    past = EVENTS[: np.searchsorted(EVENTS, cut, side="right")]
    before, after = Regimes().compute(bars, EVENTS), Regimes().compute(changed, EVENTS)
    truncated = Regimes().compute(bars.iloc[: cut + 1], past)
    for name in {*before, *after, *truncated}:
        expected = before[name][before[name] < len(past)].tolist()
        assert after[name][after[name] < len(past)].tolist() == expected
        assert truncated.get(name, np.empty(0)).tolist() == expected


def test_events_with_too_little_history_belong_to_no_regime(bars):
    assert Regimes().compute(bars, np.array([10])) == {}
    assert [*Regimes(rank_size=2000).compute(bars, np.array([600]))] in (["trend_up"], ["trend_down"])


def test_a_calm_stretch_is_low_volatility(bars):
    calm = bars.copy()
    close = np.log(calm["close"].to_numpy())
    close[1000:1100] = close[1000] + (close[1000:1100] - close[1000]) * 0.01
    close[1100:] += close[1099] - np.log(calm["close"].to_numpy())[1099]
    calm["close"] = np.exp(close)
    assert next(iter(Regimes().compute(calm, np.array([1060])))) == "volatility_low"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"volatility_size": 1}, "`volatility_size` must be at least 2, got 1"),
        ({"rank_size": 2}, "`rank_size` must be at least 3, got 2"),
        ({"trend_size": 0}, "`trend_size` must be positive, got 0"),
    ],
)
def test_sizes_are_checked(arguments, message):
    with pytest.raises(ValueError, match=message):
        Regimes(**arguments)

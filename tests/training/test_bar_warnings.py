"""What a run says of bars that stand still or step."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from smc.config.compose import compose
from smc.config.instantiate import instantiate
from smc.data.index import Index
from smc.events.every import Every
from smc.features.feature_set import FeatureSet
from smc.features.order_blocks import OrderBlocks
from smc.features.structure import Structure
from smc.features.trend import Trend
from smc.labels.forward_return import ForwardReturn
from smc.labels.triple_barrier import TripleBarrier
from smc.training.bar_warnings import bar_warnings
from smc.training.dataset import make_dataset


def source(labels=None):
    features = FeatureSet(
        {"structure": Structure(), "blocks": OrderBlocks(), "trend": Trend(slow=100)}, max_age=100
    )
    labels = labels or TripleBarrier(stop_atr=1.0, target_atr=1.0)
    return SimpleNamespace(features=features, events=Every(step=3), labels=labels, side="long")


def told(*symbols: pd.DataFrame, labels=None) -> list[dict]:
    bars = {f"S{number}": own for number, own in enumerate(symbols)}
    return list(bar_warnings(bars, make_dataset(bars, source(labels))))


def still(bars: pd.DataFrame, first: int, n_bars: int, volume: float = 0.0) -> pd.DataFrame:
    table = bars.copy()
    table.iloc[first : first + n_bars, :4] = bars["close"].iloc[first - 1]
    table.iloc[first : first + n_bars, 4] = volume
    return table


def stepped(bars: pd.DataFrame, row: int, factor: float) -> pd.DataFrame:
    return bars.assign(
        **{
            name: bars[name].where(np.arange(len(bars)) < row, bars[name] * factor)
            for name in ("open", "high", "low", "close")
        }
    )


def test_ordinary_bars_are_no_word_worth(bars):
    assert told(bars) == []


def test_a_stretch_is_named_with_its_features_and_the_events_that_are_left_out(bars):
    (warning,) = told(still(bars, 2000, 200))
    assert (warning["reason"], warning["symbol"]) == ("prices_stand_still", "S0")
    begin, end = (f"{bars.index[row]:%Y-%m-%d %H:%M}" for row in (2000, 2199))
    assert warning["sentence"].startswith(f"Prices of S0 stand still for 200 bars, {begin} to {end}")
    assert re.search(
        r"no value of st_sh_dist_atr, st_sl_dist_atr, break_dist_atr, .* and \d more", warning["sentence"]
    )
    assert "_age" not in warning["sentence"]
    assert "67 events in bars without trades are left out" in warning["sentence"]


def test_a_market_without_volume_is_told_from_its_stretch(bars):
    (warning,) = told(still(bars.assign(volume=np.nan), 2000, 200, np.nan))
    assert "63 events in bars without trades" in warning["sentence"]


@pytest.mark.parametrize("n_bars", [2, 10, 13])
def test_a_few_flat_bars_are_not_told(bars, n_bars):
    assert told(still(bars, 2000, n_bars)) == []


def test_events_in_untraded_bars_are_no_events_and_are_counted(bars):
    table = still(bars, 2000, 200)
    data = make_dataset({"A": table}, source(ForwardReturn(horizon=5)))
    assert data.account["A"]["events_untraded"] == 67
    assert not set(data.events["event"]) & set(range(2000, 2200))
    assert "events_untraded" not in make_dataset({"A": bars}, source()).account["A"]


@pytest.mark.parametrize("factor", [1 / 8, 100.0, 0.5])
def test_labels_that_hold_a_step_are_counted_with_its_date_and_factor(bars, factor):
    (warning,) = told(stepped(bars, 2500, factor), labels=ForwardReturn(horizon=10))
    near = f"x{factor:g}" if factor > 1 else f"1/{1 / factor:g}"
    assert warning["reason"] == "price_steps"
    assert re.fullmatch(
        rf"[34] labels of S0 hold a large step of price: x\S+ on {bars.index[2500]:%Y-%m-%d %H:%M} \(near {near}\)\. "
        "If it is a split .*",
        warning["sentence"],
    )


def test_a_step_that_no_label_holds_is_not_told(bars):
    assert told(stepped(bars, 100, 0.1), labels=ForwardReturn(horizon=10)) == [], "inside the warm-up"


def test_each_symbol_of_a_pool_is_told_of_by_its_own_bars(bars):
    warnings = told(bars, still(bars, 1500, 60), stepped(bars, 2500, 10.0))
    assert "no value of st_sh_dist_atr" in warnings[0]["sentence"], "its features are its own, too"
    assert [(warning["symbol"], warning["reason"]) for warning in warnings] == [
        ("S1", "prices_stand_still"),
        ("S2", "price_steps"),
    ]


def test_the_bundled_bars_are_told_nothing_of():
    for symbol in Index().symbols():
        bars = {symbol: Index().load(symbol)}
        parts = {
            name: instantiate(node)
            for name, node in compose([]).items()
            if name in ("features", "events", "labels")
        }
        assert list(bar_warnings(bars, make_dataset(bars, SimpleNamespace(**parts, side="long")))) == []

"""One symbol followed bar by bar, with every kind of event and label, and with code of one's own."""

from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from smc.events.cusum import Cusum
from smc.events.every import Every
from smc.events.structure import Structure
from smc.features.feature_set import FeatureSet
from smc.features.momentum import Momentum
from smc.features.session import Session
from smc.features.structure import Structure as Swings
from smc.labels.direction import Direction
from smc.labels.forward_return import ForwardReturn
from smc.labels.triple_barrier import TripleBarrier
from smc.labels.triple_barrier_3 import TripleBarrier3
from smc.prediction.series import Series
from smc.training.dataset import label_events

RULES = {"swing_size": 5, "max_age": 500, "pool_tolerance_atr": 0.25}


class OwnMomentum:
    """A family without a state."""

    names = ("own",)
    warm_up = 30

    def compute(self, bars):
        return bars["close"].pct_change(30).to_frame("own")


class OwnEvents:
    """Events that look at a feature, and at where the series began."""

    def compute(self, bars, features):
        chosen = np.arange(len(bars)) % 7 == 3
        return np.flatnonzero(chosen & (features["rsi14"].to_numpy() > 40))


class OwnLabel:
    """A label that looks back as well."""

    task, horizon = "classification", 4
    classes: ClassVar = {0: "down", 1: "up"}

    def compute(self, bars, events, side):
        known = events[events + 4 < len(bars)]
        close = bars["close"].to_numpy()
        ret = close[known + 4] / bars["open"].to_numpy()[known + 1] - 1
        label = (ret > close[known] / close[known - 20] - 1).astype(int)
        columns = {"start": known + 1, "end": known + 4, "label": label, "ret": ret, "weight": 1.0}
        return pd.DataFrame(columns, index=pd.Index(known, name="event"))

    @staticmethod
    def position(prediction):
        return np.asarray(prediction, dtype=float)


class Source:
    """What a series asks of a run's components."""

    def __init__(self, **parts):
        self.side = "structure"
        families = {"structure": Swings(), "momentum": Momentum()}
        self.features, self.events, self.labels = FeatureSet(families), Cusum(), TripleBarrier(**RULES)
        vars(self).update(parts)


CASES = {
    "cusum, barriers of structure": {},
    "barriers in ATR": {"labels": TripleBarrier(stop_atr=1.0, target_atr=2.0, **RULES)},
    "expired trades left out": {
        "labels": TripleBarrier(3, stop_atr=1.0, target_atr=2.0, expiry="drop", **RULES)
    },
    "three classes": {"labels": TripleBarrier3(**RULES)},
    "barriers by other rules": {"labels": TripleBarrier(swing_size=3, max_age=100)},
    "direction": {"labels": Direction(7)},
    "returns of several steps": {"labels": ForwardReturn([1, 5])},
    "every third bar, long": {"events": Every(3), "side": "long"},
    "structure": {"events": Structure()},
    "structure by other rules": {"events": Structure(swing_size=3)},
    "no feature tells the side": {"features": FeatureSet({"session": Session(), "momentum": Momentum()})},
    "a family of one's own": {"features": FeatureSet({"momentum": Momentum(), "own": OwnMomentum()})},
    "events of one's own": {"events": OwnEvents()},
    "a label of one's own": {"labels": OwnLabel()},
}


@pytest.mark.parametrize("name", CASES)
def test_bars_in_parts_give_the_events_and_labels_of_a_run(name, bars):
    source = Source(**CASES[name])
    bars = bars.iloc[:1800]
    whole = label_events(bars, source.features.compute(bars), source)
    series, events, sides, rows, outcomes = Series(source), [], [], [], []
    is_own = "own" in name
    sizes = [1] * 40 + [3, 500, 1, 1, 7] if not is_own else [900, 5, 1, 1, 1]
    first = 0
    while first < len(bars):
        size = sizes.pop() if sizes else 800
        part = bars.iloc[first : first + size]
        given = part[["open", "high", "low", "close", "volume"]].to_numpy(dtype=np.float64)
        made = series.take(pd.DatetimeIndex(part.index), np.ascontiguousarray(given), part)
        events += made.events.tolist()
        sides += made.side.tolist()
        rows.append(made.inputs)
        outcomes += series.settle()
        first += size
    table = whole.events
    answered = [one for one in outcomes if one.label is not None]
    known = {one.event: one for one in sorted(answered)}
    assert len(table) > 40
    assert list(known) == table["event"].tolist()
    for column in ("start", "end", "label", "ret"):
        assert [getattr(one, column) for one in known.values()] == table[column].tolist(), column
    by_event = dict(zip(events, sides, strict=True))
    assert [by_event[event] for event in table["event"]] == table["side"].tolist()
    place = {event: number for number, event in enumerate(events)}
    features = np.vstack(rows)[[place[event] for event in table["event"]]]
    expected = whole.bars.to_numpy()[table["event"]]
    if "family" in name:
        np.testing.assert_allclose(features, expected, rtol=1e-9, atol=1e-12)
    else:
        assert np.array_equal(features, expected, equal_nan=True)
    unanswered = set(events) - set(known) - set(series.open_events.events.tolist())
    assert unanswered == {one.event for one in outcomes if one.label is None}


def test_a_suspended_market_gives_no_decision(bars):
    bars = bars.iloc[:1200].copy()
    still = slice(1000, 1030)
    bars.iloc[still, :4] = bars["close"].iloc[999]
    bars.iloc[still, 4] = 0.0
    series = Series(Source(events=Every()))
    prices = bars[["open", "high", "low", "close", "volume"]].to_numpy(dtype=np.float64)
    events = series.take(pd.DatetimeIndex(bars.index), prices).events
    assert not set(range(1000, 1030)) & set(events.tolist())
    assert {999, 1030} <= set(events.tolist())


def test_windows_end_at_the_event_and_reach_over_parts(bars):
    bars = bars.iloc[:1000]
    features = Source().features.compute(bars).to_numpy()
    series = Series(Source(events=Every()), lookback=12)
    prices = bars[["open", "high", "low", "close", "volume"]].to_numpy(dtype=np.float64)
    for first, last in ((0, 900), (900, 901), (901, 1000)):
        part = series.take(pd.DatetimeIndex(bars.index[first:last]), prices[first:last])
        windows = np.asarray(part.inputs)
        for event, window in zip(part.events, windows, strict=True):
            assert np.array_equal(window, features[event - 11 : event + 1], equal_nan=True)
    assert len(part.events) == 99

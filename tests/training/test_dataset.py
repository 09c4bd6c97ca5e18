"""Events of several symbols in one set: each keeps its own features, windows, labels and sides."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from smc.errors import ModelError
from smc.training.dataset import Dataset, label_events, pool


def bars_of(close: np.ndarray, first_day: str) -> pd.DataFrame:
    """Return bars that were traded, with these closes."""
    index = pd.date_range(first_day, periods=len(close), freq="4h", tz="UTC")
    return pd.DataFrame({"high": close + 1, "low": close - 1, "close": close, "volume": 1.0}, index)


#: Bars of each symbol: of different lengths and starts, on a 4 h grid that both share.
BARS = {
    "A": bars_of(np.maximum(np.arange(30.0), 0.5), "2020-01-01"),
    "B": bars_of(100 + np.arange(20.0), "2020-01-02"),
}


class Labels:
    """The label of an event is the close two bars later; the last two bars have none."""

    task = "regression"

    def compute(self, bars: pd.DataFrame, events: np.ndarray, side: np.ndarray) -> pd.DataFrame:
        known = events[events + 2 < len(bars)]
        close = bars["close"].to_numpy()[known + 2]
        table = {"start": known + 1, "end": known + 2, "label": close, "ret": close, "weight": 1.0}
        labels = pd.DataFrame(table, index=pd.Index(known, name="event"))
        labels.attrs["dropped"] = {"unresolved": len(events) - len(known)}
        return labels


def labelled(symbol: str, side: str = "long", warm_up: int = 4) -> tuple[pd.DataFrame, Dataset]:
    """Label every third bar of a symbol; structure points down at every odd bar."""
    bars = BARS[symbol]
    direction = np.where(np.arange(len(bars)) % 2, -1, 1)
    features = pd.DataFrame({"close": bars["close"].to_numpy(), "st_dir": direction})
    every_third = SimpleNamespace(compute=lambda bars, _: np.arange(0, len(bars), 3))
    source = SimpleNamespace(
        features=SimpleNamespace(warm_up=warm_up), events=every_third, labels=Labels(), side=side
    )
    return bars, label_events(bars, features, source)  # type: ignore[arg-type]


@pytest.fixture
def pooled() -> Dataset:
    return pool({symbol: labelled(symbol) for symbol in BARS})


@pytest.mark.parametrize("bars_before", [0, 2])
@pytest.mark.parametrize("lookback", [1, 4])
@pytest.mark.parametrize("symbol", BARS)
def test_an_event_of_a_pool_is_given_the_inputs_that_its_symbol_alone_gives_it(
    pooled, symbol, lookback, bars_before
):
    own = pool({symbol: labelled(symbol)})
    place = np.flatnonzero(pooled.events["symbol"] == symbol)
    together = pooled.inputs(place, lookback, bars_before=bars_before)
    alone = own.inputs(np.arange(len(own.events)), lookback, bars_before=bars_before)
    assert len(place) == len(own.events) > 3
    np.testing.assert_array_equal(np.asarray(together), np.asarray(alone))


def test_the_events_of_a_pool_stand_in_time_order_and_keep_what_they_are(pooled):
    assert pooled.events["time"].is_monotonic_increasing
    assert pooled.events["symbol"].nunique() == 2
    for symbol, rows in pooled.events.groupby("symbol"):
        _, alone = labelled(str(symbol))
        pd.testing.assert_frame_equal(rows.drop(columns="symbol").reset_index(drop=True), alone.events)
    assert pooled.account["B"] == labelled("B")[1].account[""]


def test_an_event_knows_its_own_bar_and_its_label_the_bars_behind_it():
    bars, data = labelled("A")
    event = data.events["event"].to_numpy()
    assert event.tolist() == [6, 9, 12, 15, 18, 21, 24, 27]  # 0 and 3 lie inside the warm-up
    assert data.rows.tolist() == event.tolist()
    assert data.inputs(np.arange(8))["close"].tolist() == event.tolist()
    assert data.events["time"].tolist() == bars.index[event].tolist()
    assert data.events["label"].tolist() == (event + 2).tolist()
    assert data.spans.tolist() == np.column_stack([event + 1, event + 2]).tolist()


def test_an_event_without_an_outcome_is_counted_and_left_out():
    account = labelled("B")[1].account[""]
    assert labelled("B")[1].events["event"].tolist() == [6, 9, 12, 15]  # 18 has no bar 20
    assert (account["events"], account["events_in_warm_up"], account["events_unresolved"]) == (7, 2, 1)
    assert account["labelled_events"] == 4


def test_the_side_of_an_event_is_that_of_its_own_bar():
    _, data = labelled("A", side="structure")
    assert data.events["side"].tolist() == [1 if event % 2 == 0 else -1 for event in data.events["event"]]


def test_a_window_that_would_begin_before_its_symbol_is_refused_in_a_pool_too(pooled):
    first = np.flatnonzero(pooled.events["symbol"] == "B")[:1]
    assert len(np.asarray(pooled.inputs(first, 7))) == 1
    with pytest.raises(ModelError, match="the event at bar 6 of B has no 8 bars behind it"):
        pooled.inputs(first, 8)


def test_the_first_event_is_the_one_that_the_warm_up_ends_with():
    _, dataset = labelled("A", warm_up=6)  # candidates at 0, 3, 6, ...
    assert dataset.events["event"].iloc[0] == 6
    assert dataset.account[""]["events_in_warm_up"] == 2


def test_a_shift_moves_what_a_model_looks_at_and_keeps_what_it_is_asked_for():
    data = pool({"A": labelled("A", side="structure")})
    moved = data.shifted(3)
    kept = ["symbol", "start", "end", "label", "ret", "weight", "side"]
    assert moved.events[kept].equals(data.events[kept])
    assert np.array_equal(moved.spans, data.spans)
    assert np.array_equal(moved.rows, np.roll(data.rows, 3))
    for lookback in (1, 4):
        inputs = np.asarray(moved.inputs(np.arange(8), lookback))
        assert np.array_equal(inputs, np.roll(np.asarray(data.inputs(np.arange(8), lookback)), 3, axis=0))

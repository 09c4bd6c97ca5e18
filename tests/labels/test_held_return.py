"""Direction and forward return: hand-worked tables, and pandas' own shifts."""

import numpy as np
import pandas as pd
import pytest

from smc.labels.direction import Direction
from smc.labels.forward_return import ForwardReturn

BARS = pd.DataFrame(
    {"open": [10.0, 11.0, 12.0, 11.0, 10.0, 12.0], "close": [11.0, 12.0, 11.0, 10.0, 12.0, 12.0]}
)


def test_direction_by_hand():
    events, side = np.array([0, 1, 2, 3, 4]), np.array([1, 1, -1, -1, 1])
    table = Direction(horizon=2).compute(BARS, events, side)
    # open[1]=11 -> close[2]=11: no gain; 12 -> 10: a loss; short 11 -> 12: a loss; short 10 -> 12: a loss
    assert table["end"].tolist() == [2, 3, 4, 5]
    assert table["label"].tolist() == [0, 0, 0, 0]
    short = Direction(horizon=2).compute(BARS, events, -side)
    assert short["label"].tolist() == [0, 1, 1, 1]
    assert short.attrs["dropped"] == {"unresolved": 1}


def test_forward_returns_are_those_of_shifted_series(bars):
    events = np.arange(0, len(bars), 7)
    table = ForwardReturn([20, 1, 5]).compute(bars, events, np.ones(len(events), dtype=np.int64))
    entry = bars["open"].shift(-1)
    for step in (1, 5, 20):
        expected = np.log(bars["close"].shift(-step) / entry).to_numpy()[table.index]
        np.testing.assert_array_equal(table[f"label_{step}"], expected)
    assert table.columns.tolist() == [
        "start",
        "end",
        "label",
        "label_1",
        "label_5",
        "label_20",
        "ret",
        "weight",
    ]
    assert table["label"].equals(table["label_20"])
    np.testing.assert_allclose(table["ret"], np.expm1(table["label_20"]), rtol=1e-12)
    assert table.attrs["dropped"] == {"unresolved": int((events + 20 >= len(bars)).sum())}


def test_horizon_is_the_longest():
    assert ForwardReturn([5, 20, 1]).horizon == 20
    assert ForwardReturn([5, 20, 1]).steps == [1, 5, 20]
    assert ForwardReturn(3).steps == []
    assert ForwardReturn([3]).steps == [3]


def test_a_short_event_sees_the_return_negated():
    long, short = (
        ForwardReturn(1).compute(BARS, np.array([0]), np.array([side]))["label"].iloc[0] for side in (1, -1)
    )
    assert long == -short == pytest.approx(np.log(12 / 11))


def test_a_short_earns_the_simple_return_negated():
    """Sold at 100 and bought back at 95: 5 %, not the 5.3 % that turning the sign of a log return gives."""
    bars = pd.DataFrame({"open": [100.0, 100.0, 95.0], "close": [100.0, 95.0, 95.0]})
    for label in (ForwardReturn(1), Direction(1)):
        long, short = (label.compute(bars, np.array([0]), np.array([side]))["ret"].item() for side in (1, -1))
        assert (long, short) == (pytest.approx(-0.05), pytest.approx(0.05))


def test_positions():
    assert Direction.position([0, 1]).tolist() == [-1.0, 1.0]
    assert ForwardReturn.position([-0.02, 0.0, 0.3]).tolist() == [-1.0, 0.0, 1.0]

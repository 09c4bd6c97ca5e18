"""Triple barriers: hand-worked tables, and a plain-Python walk over real bars with TA-Lib's ATR."""

import numpy as np
import pandas as pd
import pytest
import talib

from smc.labels.triple_barrier import TripleBarrier
from smc.labels.triple_barrier_3 import TripleBarrier3

QUIET = 16  # bars of range 2 around 100 before the drawn ones: ATR14 is 2 at the last of them


def drawn(*shapes):
    """Quiet bars, then the given (open, high, low, close)."""
    bars = [(100.0, 101.0, 99.0, 100.0)] * QUIET + [tuple(map(float, shape)) for shape in shapes]
    time = pd.date_range("2024-01-01", periods=len(bars), freq="4h", tz="UTC")
    return pd.DataFrame(bars, time, columns=["open", "high", "low", "close"]).assign(volume=1.0)


def label_last_quiet_bar(labels, bars, side=1):
    """Decide at the close of the last quiet bar: entry is the first drawn open."""
    return labels.compute(bars, np.array([QUIET - 1]), np.array([side]))


def fixed(max_holding=3, **arguments):
    """Stop 1 ATR = 2 below the entry, target 2 ATR = 4 above."""
    return TripleBarrier(max_holding, stop_atr=1.0, target_atr=2.0, **arguments)


# Drawn bars, side -> bars held, exit price, label of two classes, label of three.
CASES = {
    "target": ([(100, 101, 99, 101), (101, 104, 100, 101)], 1, (2, 104, 1, 1)),
    "stop": ([(100, 101, 99, 101), (101, 103, 98, 103)], 1, (2, 98, 0, -1)),
    "both in a bar": ([(100, 104, 98, 101)], 1, (1, 98, 0, -1)),
    "gap through the stop": ([(100, 101, 99, 101), (95, 96, 94, 95)], 1, (2, 95, 0, -1)),
    "gap through the target": ([(100, 101, 99, 101), (106, 107, 90, 95)], 1, (2, 106, 1, 1)),
    "expiry above the entry": ([(100, 101, 99, 101)] * 2 + [(101, 102, 99, 101)], 1, (3, 101, 1, 0)),
    "expiry below the entry": ([(100, 101, 99, 101)] * 2 + [(101, 102, 99, 99.5)], 1, (3, 99.5, 0, 0)),
    "expiry at the entry": ([(100, 101, 99, 101)] * 2 + [(101, 102, 99, 100)], 1, (3, 100, 0, 0)),
    "barriers follow the entry, not the close": ([(110, 113.9, 108.1, 110), (110, 114, 109, 110)], 1, (2, 114, 1, 1)),
    "short target": ([(100, 101, 99, 101), (101, 101, 96, 101)], -1, (2, 96, 1, 1)),
    "short stop": ([(100, 101, 99, 101), (101, 102, 97, 97)], -1, (2, 102, 0, -1)),
    "short gap through the target": ([(100, 101, 99, 101), (90, 110, 90, 95)], -1, (2, 90, 1, 1)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_hand_worked_bars(case):
    shapes, side, (held, exit_price, two, three) = CASES[case]
    bars = drawn(*shapes)
    entry = bars["open"].iloc[QUIET]
    for labels, expected in (
        (fixed(), two),
        (TripleBarrier3(3, stop_atr=1.0, target_atr=2.0), three),
    ):
        row = label_last_quiet_bar(labels, bars, side).iloc[0]
        assert row[["start", "end", "label"]].tolist() == [QUIET, QUIET + held - 1, expected]
        assert row["ret"] == pytest.approx(side * (exit_price / entry - 1), abs=1e-15)


def test_open_trade_at_the_end_is_dropped_and_counted():
    table = label_last_quiet_bar(fixed(), drawn((100, 101, 99, 101), (101, 102, 99, 100)))
    assert table.empty
    assert table.attrs["dropped"] == {"unresolved": 1, "no_barrier": 0}


def test_event_at_the_last_bar_is_unresolved():
    table = label_last_quiet_bar(fixed(), drawn())
    assert table.attrs["dropped"] == {"unresolved": 1, "no_barrier": 0}


def test_event_before_atr_is_known_has_no_barrier():
    table = fixed().compute(drawn((100, 104, 99, 104)), np.array([5, QUIET - 1]), np.array([1, 1]))
    assert table.index.tolist() == [QUIET - 1]
    assert table.attrs["dropped"] == {"unresolved": 0, "no_barrier": 1}


@pytest.mark.parametrize("arguments", [{}, {"stop_atr": 1.0, "target_atr": 2.0}])
def test_flat_prices_have_no_barrier(arguments):
    time = pd.date_range("2024-01-01", periods=60, freq="4h", tz="UTC")
    bars = pd.DataFrame(100.0, time, ["open", "high", "low", "close", "volume"])
    table = TripleBarrier(5, **arguments).compute(bars, np.array([30, 40]), np.array([1, -1]))
    assert table.attrs["dropped"] == {"unresolved": 0, "no_barrier": 2}


def test_expiry_drop_leaves_expired_trades_out_and_counts_them():
    table = label_last_quiet_bar(fixed(expiry="drop"), drawn(*[(100, 101, 99, 101)] * 3))
    assert table.empty
    assert table.attrs["dropped"] == {"unresolved": 0, "no_barrier": 0, "expired": 1}


def test_bars_that_hold_both_barriers_are_counted():
    both = label_last_quiet_bar(fixed(), drawn((100, 104, 98, 101)))
    stop = label_last_quiet_bar(fixed(), drawn((100, 103, 98, 101)))
    assert (both.attrs["ambiguous"], stop.attrs["ambiguous"]) == (1, 0)


def plain_label(bars, event, side, distances, max_holding):
    """Walk one trade: (end, label of three classes, side-signed simple return), or None while it is open."""
    entry = bars[event + 1][0]
    stop, target = entry - side * distances[0], entry + side * distances[1]
    for t in range(event + 1, len(bars)):
        open_, high, low, close = bars[t]
        worst, best = (low, high) if side == 1 else (high, low)
        if side * open_ <= side * stop or side * open_ >= side * target:
            return t, -1 if side * open_ <= side * stop else 1, side * (open_ / entry - 1)
        if side * worst <= side * stop:
            return t, -1, side * (stop / entry - 1)
        if side * best >= side * target:
            return t, 1, side * (target / entry - 1)
        if t == event + max_holding:
            return t, 0, side * (close / entry - 1)
    return None


@pytest.mark.parametrize("name", ["XAUUSD_H4_ejtrader", "EURCHF_D1_ejtrader"])
def test_equals_a_plain_walk_over_real_bars(shared_data, name):
    bars = pd.read_parquet(shared_data / "data" / "bars" / f"{name}.parquet").set_index("timestamp")
    events = np.arange(14, len(bars), 5)
    side = np.random.default_rng(0).choice([-1, 1], len(events))
    atr = talib.ATR(bars["high"].to_numpy(), bars["low"].to_numpy(), bars["close"].to_numpy(), 14)
    prices = bars[["open", "high", "low", "close"]].to_numpy().tolist()
    walked = {
        event: plain_label(prices, event, its_side, (1.3 * atr[event], 1.9 * atr[event]), 10)
        for event, its_side in zip(events[:-1], side[:-1], strict=True)
    }
    walked = {event: row for event, row in walked.items() if row is not None}
    table = TripleBarrier3(10, stop_atr=1.3, target_atr=1.9).compute(bars, events, side)
    assert table.index.tolist() == list(walked)
    assert table["end"].tolist() == [row[0] for row in walked.values()]
    assert table["label"].tolist() == [row[1] for row in walked.values()]
    np.testing.assert_allclose(table["ret"], [row[2] for row in walked.values()], rtol=0, atol=1e-12)
    two = TripleBarrier(10, stop_atr=1.3, target_atr=1.9).compute(bars, events, side)
    assert two["label"].tolist() == [int(row[2] > 0) for row in walked.values()]


def test_positions():
    assert TripleBarrier.position([0, 1, 1]).tolist() == [0.0, 1.0, 1.0]
    assert TripleBarrier3.position([-1, 0, 1]).tolist() == [-1.0, 0.0, 1.0]

"""Which barrier is touched first: published oracles, hand-worked bars, and a plain-Python walk."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smc.structure.barriers import AMBIGUOUS, EXPIRY, STOP, TARGET, UNRESOLVED, place, touch

REASONS = {
    STOP: "stop",
    TARGET: "profit",
    EXPIRY: "vertical",
    UNRESOLVED: "unresolved",
    AMBIGUOUS: "ambiguous->stop",
}


def walk(prices, start, side, barriers, max_holding):
    """Touch one trade's barriers, the slow and obvious way."""
    stop, target = barriers
    for held, (open_, high, low, close) in enumerate(prices[start:], start=1):
        bar = start + held - 1
        long = side == 1
        if (open_ <= stop) if long else (open_ >= stop):
            return bar, open_, STOP
        if (open_ >= target) if long else (open_ <= target):
            return bar, open_, TARGET
        stopped = low <= stop if long else high >= stop
        paid = high >= target if long else low <= target
        if stopped:
            return bar, stop, AMBIGUOUS if paid else STOP
        if paid:
            return bar, target, TARGET
        if held == max_holding:
            return bar, close, EXPIRY
    return len(prices) - 1, None, UNRESOLVED


def touch_one(prices, start, side, barriers, max_holding):
    end, price, outcome = touch(
        np.asarray(prices, dtype=float),
        np.array([start]),
        np.array([side]),
        np.array([barriers], float),
        max_holding,
    )
    return int(end[0]), float(price[0]), int(outcome[0])


def oracle(shared_data, name):
    cases = json.loads((shared_data / "oracles" / "validation_oracles.json").read_text())["cases"]
    return next(case for case in cases if case["name"] == name)


def from_oracle(case, *, close_only):
    """Walk the events of a case, entered at the close of their bar, as it defines them."""
    given = case["inputs"]
    close = np.array(given["close"], dtype=float)
    high = close if close_only else np.array(given["high"])
    low = close if close_only else np.array(given["low"])
    prices = np.column_stack([close, high, low, close])
    events = np.array(given["events"])
    width = given["width"] * close[events]
    barriers = np.column_stack([close[events] - given["sl"] * width, close[events] + given["pt"] * width])
    end, _, outcome = touch(
        prices, events + 1, np.ones(len(events), np.int64), barriers, given["vertical_bars"]
    )
    return [
        [int(bar), int(np.clip(code, -1, 1)) if code != UNRESOLVED else 0, REASONS[int(code)]]
        for bar, code in zip(end, outcome, strict=True)
    ]


@pytest.mark.parametrize("name", ["triple_barrier_close_only", "triple_barrier_multiple_simple_vs_log"])
def test_close_only_oracles(shared_data, name):
    case = oracle(shared_data, name)
    assert from_oracle(case, close_only=True) == case["expected"]["t1_label_reason"]


def test_bar_that_holds_both_barriers_is_a_stop(shared_data):
    case = oracle(shared_data, "triple_barrier_ohlc_same_bar")
    assert from_oracle(case, close_only=False) == case["expected"]["t1_label_reason"]
    assert from_oracle(case, close_only=True) == case["expected"]["close_only"]


# Entry at open 100, stop 98 below, target 103 above; a short trade sees the same bars mirrored at 100.
CASES = {
    "stop within the entry bar": ([(100, 101, 98, 99)], 5, (0, 98, STOP)),
    "target within the entry bar": ([(100, 103, 99, 100)], 5, (0, 103, TARGET)),
    "just short of both": ([(100, 102.9, 98.1, 99), (99, 99, 99, 99)], 2, (1, 99, EXPIRY)),
    "opens below the stop": ([(100, 101, 99, 100), (97, 99, 96, 98)], 5, (1, 97, STOP)),
    "opens above the target, then falls through the stop": (
        [(100, 101, 99, 100), (104, 105, 90, 91)], 5, (1, 104, TARGET)),
    "opens at the stop": ([(100, 101, 99, 100), (98, 104, 98, 104)], 5, (1, 98, STOP)),
    "holds both": ([(100, 101, 99, 100), (100, 103, 98, 103)], 5, (1, 98, AMBIGUOUS)),
    "first touch counts, not the nearer": ([(100, 103, 99, 103), (103, 103, 90, 90)], 5, (0, 103, TARGET)),
    "expires at the close of the last bar": ([(100, 101, 99, 100), (100, 102, 99, 101.5)], 2, (1, 101.5, EXPIRY)),
    "touches in its last bar": ([(100, 101, 99, 100), (100, 103, 99, 99.5)], 2, (1, 103, TARGET)),
    "would touch one bar too late": ([(100, 101, 99, 100), (100, 103, 99, 103)], 1, (0, 100, EXPIRY)),
    "no bar at all": ([], 5, (-1, None, UNRESOLVED)),
    "bars end too soon": ([(100, 101, 99, 100)], 2, (0, None, UNRESOLVED)),
}  # fmt: skip


@pytest.mark.parametrize("side", [1, -1], ids=["long", "short"])
@pytest.mark.parametrize("case", CASES)
def test_hand_worked_bars(case, side):
    bars, max_holding, (end, price, outcome) = CASES[case]
    prices = np.array(bars, dtype=float).reshape(-1, 4)
    levels = (98.0, 103.0)
    if side < 0:
        prices = 200 - prices[:, [0, 2, 1, 3]]
        levels = (102.0, 97.0)
        price = None if price is None else 200 - price
    found = touch_one(prices, 0, side, levels, max_holding)
    assert (found[0], found[2]) == (end, outcome)
    assert np.isnan(found[1]) if price is None else found[1] == price


@st.composite
def coarse_bars(draw):
    """Bars on a grid of whole numbers, so that ties, gaps, flat bars and ambiguous bars are common."""
    bars, last = [], 0
    for _ in range(draw(st.integers(1, 12))):
        open_ = last + draw(st.sampled_from([0, 0, 0, -4, 3]))
        close = open_ + draw(st.integers(-2, 2))
        high = max(open_, close) + draw(st.integers(0, 3))
        low = min(open_, close) - draw(st.integers(0, 3))
        bars.append((open_, high, low, close))
        last = close
    return np.array(bars, dtype=float) + 100


@settings(max_examples=400, deadline=None)
@given(coarse_bars(), st.integers(1, 4), st.integers(1, 6), st.integers(1, 8), st.sampled_from([1, -1]))
def test_equals_a_plain_walk(prices, risk, reward, max_holding, side):
    start = np.arange(len(prices))
    barriers = prices[:, :1] + side * np.array([[-risk, reward]])
    found = touch(prices, start, np.full(len(start), side), barriers, max_holding)
    expected = [walk(prices, i, side, barriers[i], max_holding) for i in start]
    assert [int(end) for end in found[0]] == [row[0] for row in expected]
    np.testing.assert_array_equal(found[1], np.array([row[1] for row in expected], dtype=float))
    assert [int(code) for code in found[2]] == [row[2] for row in expected]


NONE = float("nan")

#: Block, pool and swing around a close of 100 with an ATR of 1; the distances of stop and target.
PLACED = {
    "a target as far as the stop stays": ((NONE, 101.5, NONE), (1.5, 1.5)),
    "a target nearer than the stop is twice the risk": ((NONE, 101.25, NONE), (1.5, 3.0)),
    "a pool comes before a swing": ((NONE, 102.0, 105.0), (1.5, 2.0)),
    "a swing without a pool": ((NONE, NONE, 102.5), (1.5, 2.5)),
    "a target beyond 8 ATR is 8 ATR": ((NONE, 109.0, NONE), (1.5, 8.0)),
    "a block nearer than half an ATR places no stop": ((99.75, NONE, NONE), (1.5, 3.0)),
    "a block at 2 ATR": ((98.0, NONE, NONE), (2.1, 4.2)),
    "a block beyond 4 ATR places none": ((96.0, NONE, NONE), (1.5, 3.0)),
}


@pytest.mark.parametrize("case", PLACED)
def test_where_barriers_are_placed(case):
    levels, expected = PLACED[case]
    assert place(100.0, 1.0, *levels) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("risk", [0.5, 4.0])
def test_a_stop_on_the_edge_of_what_is_allowed_stands(risk):
    assert place(0.0, 1.0, -(risk - 0.1), NONE, NONE)[0] == risk  # a close of 0 leaves nothing to rounding

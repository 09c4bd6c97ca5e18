"""Positions, lag and costs against brute force and the hand-worked case."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smc import metrics


@st.composite
def open_events(draw):
    n_bars = draw(st.integers(1, 40))
    n = draw(st.integers(0, 15))
    start = np.array(draw(st.lists(st.integers(0, n_bars - 1), min_size=n, max_size=n)), dtype=np.int64)
    length = np.array(draw(st.lists(st.integers(0, 10), min_size=n, max_size=n)), dtype=np.int64)
    position = np.array(draw(st.lists(st.floats(-1, 1), min_size=n, max_size=n)), dtype=np.float64)
    return n_bars, start, np.minimum(start + length, n_bars - 1), position


@given(open_events())
def test_position_is_the_mean_of_the_open_events(case):
    n_bars, start, end, position = case
    held = metrics.held_position(n_bars, start, end, position)
    for bar in range(n_bars):
        open_ = (start <= bar) & (bar <= end)
        assert held[bar] == pytest.approx(position[open_].mean() if open_.any() else 0.0, abs=1e-9)
        assert open_.any() or held[bar] == 0.0
    assert np.all(np.abs(held) <= 1)


def test_opposite_events_cancel_and_an_event_not_traded_dilutes():
    held = metrics.held_position(3, np.array([0, 1]), np.array([1, 2]), np.array([1.0, 0.0]))
    assert held.tolist() == [1.0, 0.5, 0.0]


def test_costs_and_lag_equal_the_hand_worked_case(shared_data):
    cases = json.loads((shared_data / "oracles" / "validation_oracles.json").read_text())["cases"]
    case = next(case for case in cases if case["name"] == "costs_and_lag_toy")
    position = np.array(case["inputs"]["position"], dtype=float)
    bar_return = np.array(case["inputs"]["bar_return"])
    cost = case["inputs"]["cost_per_unit_turnover"]
    _, net = metrics.net_returns(position, bar_return, cost=cost)
    np.testing.assert_allclose(net, case["expected"]["net"], atol=case["tolerance"])
    assert metrics.turnover(position, 6) == sum(case["expected"]["turnover"])


def test_costs_and_lag_by_hand():
    gross, net = metrics.net_returns(np.array([1.0, -1.0, -1.0]), np.array([0.1, 0.2, 0.3]), cost=0.01)
    np.testing.assert_allclose(gross, [0, 0.2, -0.3])
    np.testing.assert_allclose(net, [-0.01, 0.18, -0.3])


def test_a_held_position_is_not_lagged_again():
    gross, _ = metrics.net_returns(np.array([0.0, 1.0]), np.array([0.1, 0.2]), cost=0.0, lag=0)
    assert gross.tolist() == [0.0, 0.2]


@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=30),
    st.floats(0, 0.01),
    st.floats(0, 0.01),
    st.integers(0, 2),
)
def test_costs_only_cost(position, cost, more, lag):
    position = np.array(position)
    bar_return = np.random.default_rng(0).normal(0, 0.01, len(position))
    gross, net = metrics.net_returns(position, bar_return, cost=cost, lag=lag)
    _, dearer = metrics.net_returns(position, bar_return, cost=cost + more, lag=lag)
    assert np.all(net <= gross)
    assert np.all(dearer <= net + 1e-15)
    held_all_along = np.ones(5)
    _, once = metrics.net_returns(held_all_along, np.zeros(5), cost=cost, lag=lag)
    assert once.sum() == pytest.approx(-cost)


def test_negative_costs_are_refused():
    with pytest.raises(ValueError, match="`cost` must not be negative, got -1"):
        metrics.net_returns(np.ones(2), np.ones(2), cost=-1)
    with pytest.raises(ValueError, match="`lag` must not be negative, got -1"):
        metrics.net_returns(np.ones(2), np.ones(2), cost=0, lag=-1)


def test_holding_all_bars_earns_the_whole_way():
    open_, close = np.array([10.0, 11.0, 9.0]), np.array([10.5, 9.5, 12.0])
    earned = metrics.open_to_open_return(open_, close)
    np.testing.assert_allclose(np.exp(earned), [1.1, 9 / 11, 12 / 9])
    assert earned.sum() == pytest.approx(math.log(12 / 10))
    assert metrics.open_to_open_return(np.empty(0), np.empty(0)).tolist() == []

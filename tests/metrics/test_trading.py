"""Trades marked to market, by law and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smc import metrics

COST = 0.002


@st.composite
def trades(draw):
    """Prices, spans, positions and exits of some trades."""
    n_bars, n = draw(st.integers(1, 30)), draw(st.integers(0, 12))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    scale = draw(st.sampled_from([0.01, 0.5]))
    open_, close = 100 * np.exp(rng.normal(0, scale, (2, n_bars)))
    start = rng.integers(0, n_bars, n)
    end = np.minimum(start + rng.integers(0, 9, n), n_bars - 1)
    position = rng.choice([-1.0, -0.5, 0.25, 1.0], n)
    return open_, close, {"start": start, "end": end, "position": position, "gain": rng.normal(0, scale, n)}


@given(trades())
def test_the_product_over_a_trade_is_what_it_earns(case):
    open_, close, given_trades = case
    marked = metrics.mark_to_market(open_, close, **given_trades, cost=COST)
    earned = metrics.trade_return(given_trades["position"], given_trades["gain"], cost=COST)
    for k, position in enumerate(given_trades["position"]):
        start, end = given_trades["start"][k], given_trades["end"][k]
        own = marked.trade == k
        assert marked.bar[own].tolist() == list(range(start, end + 1))
        values = 1 + position * (close[start:end] / open_[start] - 1)
        is_gone = bool(np.any(values <= 0))
        gross = 0.0 if is_gone else max(1 + position * given_trades["gain"][k], 0.0)
        assert np.prod(1 + marked.gross[own]) == pytest.approx(gross, rel=1e-9, abs=1e-12)
        assert np.prod(1 + marked.net[own]) - 1 == pytest.approx(
            -1.0 if is_gone else earned[k], rel=1e-9, abs=1e-12
        )
        assert marked.traded[own].sum() == pytest.approx(2 * abs(position))
        assert (marked.gross[own] >= -1).all()
    assert np.all(marked.net <= marked.gross)


def test_no_trades_are_no_rows():
    nothing = np.empty(0, dtype=np.int64)
    marked = metrics.mark_to_market(
        np.ones(3), np.ones(3), start=nothing, end=nothing, position=np.empty(0), gain=np.empty(0), cost=0.0
    )
    assert [len(column) for column in marked] == [0] * 5


def test_a_negative_cost_is_refused():
    one = np.zeros(1, dtype=np.int64)
    with pytest.raises(ValueError, match="`cost` must not be negative, got -1"):
        metrics.mark_to_market(
            np.ones(1), np.ones(1), start=one, end=one, position=np.ones(1), gain=np.zeros(1), cost=-1
        )


def test_a_share_of_the_capital_earns_a_share():
    earned = metrics.trade_return(np.array([0.5, -0.5]), np.array([0.1, 0.1]), cost=0.0)
    np.testing.assert_allclose(earned, [0.05, -0.05])


@given(trades(), st.floats(0, 0.01))
def test_costs_only_cost(case, more):
    open_, close, given_trades = case
    net = metrics.mark_to_market(open_, close, **given_trades, cost=COST).net
    dearer = metrics.mark_to_market(open_, close, **given_trades, cost=COST + more).net
    assert np.all(dearer <= net + 1e-15)


def test_the_mean_is_over_the_trades_that_are_open():
    mean = metrics.mean_over_open(4, np.array([0, 1, 1, 3]), np.array([1.0, 1.0, -0.5, 2.0]))
    assert mean.tolist() == [1.0, 0.25, 0.0, 2.0]

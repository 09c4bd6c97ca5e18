"""Financial metrics against hand computation and published answers."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from smc import metrics

SERIES = hnp.arrays(np.float64, st.integers(2, 60), elements=st.floats(-0.5, 0.5, allow_subnormal=False))


@pytest.fixture(scope="module")
def oracles(shared_data):
    cases = json.loads((shared_data / "oracles" / "validation_oracles.json").read_text())["cases"]
    return {case["name"]: case for case in cases}


def test_sortino_equals_the_published_example(oracles):
    case = oracles["sortino_red_rock"]
    value = metrics.sortino(case["inputs"]["returns"], 1, target=case["inputs"]["target"])
    assert value == pytest.approx(case["value_full_precision"]["sortino"], rel=1e-12)


def test_sharpe_by_hand():
    returns = np.array([0.01, 0.03, -0.01, 0.01])
    deviation = math.sqrt((0 + 0.02**2 + 0.02**2 + 0) / 3)
    assert metrics.sharpe(returns, 252) == pytest.approx(0.01 / deviation * math.sqrt(252))


def test_drawdown_and_calmar_by_hand():
    returns = np.array([1.1, 0.8, 0.9, 1.5]) - 1  # capital 1.1, .88, .792, 1.188
    assert metrics.max_drawdown(returns) == pytest.approx(1 - 0.792 / 1.1)
    assert metrics.calmar(returns, 4) == pytest.approx((1.188 - 1) / (1 - 0.792 / 1.1))
    np.testing.assert_allclose(metrics.equity_curve(returns), [1.1, 0.88, 0.792, 1.188])
    np.testing.assert_allclose(metrics.drawdown_curve(returns), [0, 0.2, 0.28, 0], atol=1e-12)


def test_a_loss_from_the_start_is_a_drawdown():
    assert metrics.max_drawdown([-0.1]) == pytest.approx(0.1)


def test_tail_losses_by_hand():
    returns = np.r_[np.full(95, 0.01), [-0.05, -0.04, -0.03, -0.02, -0.01]]
    assert metrics.var_95(returns) == pytest.approx(-np.quantile(returns, 0.05))
    assert metrics.cvar_95(returns) == pytest.approx(0.03)


def test_turnover_by_hand():
    assert metrics.turnover([0, 1, 0, 2, 0, 1], 6) == 4.0
    assert metrics.turnover([1.0, 0.0], 2) == 1.0


def test_win_rate_counts_taken_trades_only():
    assert metrics.win_rate([0.0, 0.0, 0.1, -0.2]) == 0.5
    assert math.isnan(metrics.win_rate([0.0, 0.0]))


@pytest.mark.parametrize("name", ["sharpe", "sortino", "calmar", "turnover"])
def test_periods_a_year_are_asked_for(name):
    function = getattr(metrics, name)
    with pytest.raises(TypeError, match="periods_per_year"):
        function([0.1, -0.2])
    with pytest.raises(ValueError, match="`periods_per_year` must be positive, got 0"):
        function([0.1, -0.2], 0)
    assert math.isnan(function([0.1, -0.2], math.nan))


@pytest.mark.parametrize("name", ["sharpe", "sortino", "calmar"])
@pytest.mark.parametrize("returns", [[], [0.0], [0.0, 0.0], [0.1, 0.1, 0.1]])
def test_no_variance_is_undefined(name, returns):
    assert math.isnan(getattr(metrics, name)(returns, 252))


@pytest.mark.parametrize("name", ["max_drawdown", "win_rate", "var_95", "cvar_95"])
def test_no_returns_is_undefined(name):
    assert math.isnan(getattr(metrics, name)([]))


def test_an_absurd_growth_is_infinite_not_an_exception():
    assert metrics.calmar([1.0, -0.1, 1.0], 10_000) == math.inf


@given(SERIES, st.floats(0.01, 100))
def test_sharpe_and_sortino_do_not_see_the_stake(returns, stake):
    for ratio in (metrics.sharpe, metrics.sortino):
        value = ratio(returns, 252)
        assert ratio(stake * returns, 252) == pytest.approx(value, rel=1e-6, nan_ok=True)


@given(SERIES)
def test_annualising_takes_the_root(returns):
    value = metrics.sharpe(returns, 1)
    assert metrics.sharpe(returns, 4) == pytest.approx(2 * value, nan_ok=True)
    assert metrics.sharpe(-returns, 1) == pytest.approx(-value, nan_ok=True)


def test_sharpe_of_a_year_is_the_same_at_any_frequency():
    """Twelve months of independent days: daily and monthly returns tell the same annual ratio."""
    daily = np.random.default_rng(0).normal(0.001, 0.01, (4000, 21))
    by_day = metrics.sharpe(daily.ravel(), 252)
    by_month = metrics.sharpe(daily.sum(axis=1), 12)
    assert by_day == pytest.approx(by_month, rel=0.05)


@given(SERIES)
def test_drawdown_bounds(returns):
    drawdown = metrics.max_drawdown(returns)
    assert 0 <= drawdown <= 1
    total = metrics.equity_curve(returns)
    assert drawdown >= 1 - total.min() - 1e-12
    assert drawdown >= np.max(metrics.drawdown_curve(returns)[-1:], initial=0) - 1e-12
    assert metrics.max_drawdown(np.abs(returns)) == 0
    brute = max(1 - total[j] / max(1.0, total[: j + 1].max()) for j in range(len(total)))
    assert drawdown == pytest.approx(max(brute, 0.0), abs=1e-12)


@given(SERIES)
def test_expected_shortfall_is_no_smaller_than_value_at_risk(returns):
    assert metrics.cvar_95(returns) >= metrics.var_95(returns) - 1e-12

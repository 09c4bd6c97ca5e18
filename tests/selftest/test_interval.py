"""Intervals against their definitions, by hand and by a second library."""

import math

import numpy as np
import pytest
from scipy.stats import binom, binomtest, kstest, t

from smc.selftest.interval import NOTHING, Estimate, distance_from_uniform, mean, share


def test_a_share_of_none_and_of_all_by_hand() -> None:
    # nobody of n: the largest share p with (1 - p)^n = 0.025
    none, everyone = share([0] * 20), share([1] * 20)
    assert (none.value, none.low, none.n) == (0.0, 0.0, 20)
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 20))
    assert (everyone.value, everyone.high) == (1.0, 1.0)
    assert everyone.low == pytest.approx(0.025 ** (1 / 20))


def test_the_ends_of_a_share_leave_a_fortieth_on_each_side() -> None:
    found = share([1] * 7 + [0] * 23)
    assert binom.sf(6, 30, found.low) == pytest.approx(0.025)
    assert binom.cdf(7, 30, found.high) == pytest.approx(0.025)


@pytest.mark.parametrize("hits", range(13))
def test_a_share_is_that_of_scipy(hits: int) -> None:
    found = share([1] * hits + [0] * (12 - hits))
    exact = binomtest(hits, 12).proportion_ci(0.95, "exact")
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high))
    wider = binomtest(hits, 12).proportion_ci(0.999, "exact")
    assert (found.lowest, found.highest) == pytest.approx((wider.low, wider.high))


def test_answers_that_hang_together_count_as_one() -> None:
    whole, halves = share([1, 0, 1, 1]), share([1, 0.5, 0.5, 1])
    assert halves == whole


def test_a_mean_by_hand() -> None:
    values = [0.1, 0.2, 0.3, 0.6]
    error = math.sqrt(np.var(values, ddof=1) / 4)
    found = mean(values)
    half, wide = t.ppf(0.975, 3) * error, t.ppf(0.9995, 3) * error
    assert (found.value, found.low, found.high, found.n) == pytest.approx((0.3, 0.3 - half, 0.3 + half, 4))
    assert (found.lowest, found.highest) == pytest.approx((0.3 - wide, 0.3 + wide))
    assert mean([0.4]) == Estimate(0.4, None, None, 1)


def test_a_mean_of_symbols_that_are_all_alike_has_no_interval() -> None:
    assert mean([0.5, 0.5, 0.5]) == Estimate(0.5, None, None, 3)


def test_no_symbol_gives_no_figure() -> None:
    assert share([]) == mean([]) == distance_from_uniform([]) == NOTHING


def test_the_distance_is_kolmogorovs() -> None:
    values = np.random.default_rng(0).beta(2, 1, size=50).tolist()
    found = distance_from_uniform(values)
    assert found.value == pytest.approx(kstest(values, "uniform").statistic)
    assert found.high - found.value == pytest.approx(math.sqrt(math.log(40) / 100))

"""A mean of skewed values against 0."""

import math

import numpy as np
import pytest
from scipy import stats as scipy_stats

from smc.stats import skewed_mean


def test_by_hand():
    values = np.array([1.0, 3.0, -1.0, 1.0, 0.0, 0.0, 4.0, 2.0])
    sums = np.array([4.0, 0.0, 0.0, 6.0])
    k = scipy_stats.skew(sums) / 2
    found = skewed_mean(values, error=0.5, block_size=2)
    t = 1.25 / 0.5
    assert (found.t, found.degrees) == (t, 3)
    assert found.skewness == pytest.approx(k)
    h = t + k * t**2 / 3 + k**2 * t**3 / 27 + k / 6
    assert found.corrected == pytest.approx(h)
    assert found.p_value == pytest.approx(scipy_stats.t.sf(min(t, h), 3))


def test_rows_beyond_the_last_whole_block_are_left_out_of_the_skewness():
    values = np.array([1.0, 3.0, -1.0, 1.0, 0.0, 0.0, 4.0])
    assert skewed_mean(values, error=1.0, block_size=2).skewness == pytest.approx(
        scipy_stats.skew([4.0, 0.0, 0.0]) / math.sqrt(3.5)
    )


@pytest.mark.parametrize("sign", [1, -1])
def test_the_correction_never_gains(sign):
    values = sign * (np.random.default_rng(0).exponential(size=100) - 1) + 0.3
    found = skewed_mean(values, error=0.1, block_size=1)
    assert found.p_value == pytest.approx(scipy_stats.t.sf(min(found.t, found.corrected), 99))
    assert (found.corrected > found.t) is (sign == 1)


@pytest.mark.parametrize("error", [0.0, float("nan")])
def test_values_without_an_error_prove_nothing(error):
    assert skewed_mean(np.ones(10), error=error, block_size=1).p_value == 1
    assert skewed_mean(np.empty(0), error=1.0, block_size=1).p_value == 1


def test_few_blocks_have_one_degree_of_freedom():
    assert skewed_mean(np.arange(5.0), error=1.0, block_size=4).degrees == 1


def test_a_block_has_a_row():
    with pytest.raises(ValueError, match="`block_size` must be at least 1, got 0"):
        skewed_mean(np.ones(10), error=1.0, block_size=0)

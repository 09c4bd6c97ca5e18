"""Exact intervals of shares against scipy and tables, and what dependent events are worth."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from smc import metrics


@pytest.mark.parametrize("confidence", [0.8, 0.95])
@given(n=st.integers(1, 300), hits=st.integers(0, 300))
def test_whole_numbers_of_events_have_the_exact_interval(n, hits, confidence):
    hits = min(hits, n)
    exact = binomtest(hits, n).proportion_ci(confidence, method="exact")
    found = metrics.proportion_interval(hits / n, n, confidence=confidence)
    assert found == pytest.approx((exact.low, exact.high), abs=1e-7)


def test_fractions_of_events_lie_between():
    low, high = (metrics.proportion_interval(0.75, n) for n in (8, 12))
    between = metrics.proportion_interval(0.75, 10.4)
    assert low[0] < between[0] < high[0] < 0.75 < high[1] < between[1] < low[1]
    assert metrics.proportion_interval(0.0, 1.5)[0] == 0.0
    assert metrics.proportion_interval(0.0, 1.5)[1] < 1.0


def worth(values, *, overlap: float = 0.0, confidence: float = 0.95) -> float:
    size = metrics.block_size(len(values), overlap)
    return metrics.effective_size(
        np.asarray(values, dtype=float), block_size=size, overlap=overlap, confidence=confidence
    )


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_events_that_are_all_alike_are_worth_what_their_overlap_leaves(value):
    assert worth([value] * 30) == 30
    assert worth([value] * 30, overlap=2.0) == 10


@given(st.lists(st.sampled_from([0.0, 0.25, 1.0]), min_size=1, max_size=80), st.floats(0, 40))
def test_events_are_worth_between_their_overlap_and_their_number(values, overlap):
    n = len(values)
    assert n / (1 + overlap) * (1 - 1e-9) <= worth(values, overlap=overlap) <= n


def test_events_that_alternate_are_worth_no_more_than_their_number():
    assert worth([1.0, 0.0] * 50) == 100
    assert worth([1.0, 0.0] * 50, overlap=3.0) == 100


def test_events_that_overlap_but_do_not_depend_are_worth_most_of_their_number():
    rng = np.random.default_rng(0)
    found = [worth(rng.random(400) < 0.6, overlap=9.0) for _ in range(50)]
    assert 150 < np.mean(found) < 400


def test_events_in_runs_are_worth_about_as_many_as_the_runs():
    rng = np.random.default_rng(0)
    found = [worth(np.repeat(rng.random(80) < 0.6, 5), overlap=4.0) for _ in range(50)]
    assert 70 < np.mean(found) < 110


def test_few_blocks_are_worth_less_than_their_variance_says():
    """Five blocks: the squared ratio of the points of t with 29 and with 4 degrees of freedom."""
    values = np.tile([1.0, 1.0, 1.0, 0.0, 0.0, 0.0], 5)
    size, overlap = 6, 20.0
    variance = metrics.block_variance(values, size) / metrics.share_seen(size, overlap)
    assert variance < 1e-30, "whole periods do not vary"
    uneven = np.r_[values[:-3], 1.0, 1.0, 1.0]
    told = 0.6 * 0.4 / (metrics.block_variance(uneven, size) / metrics.share_seen(size, overlap))
    found = metrics.effective_size(uneven, block_size=size, overlap=overlap)
    assert found == pytest.approx(min(told * (2.04523 / 2.77645) ** 2, 30), rel=1e-4)


def test_the_variance_is_that_of_the_resampled_means():
    values = np.random.default_rng(0).normal(size=120).cumsum()
    drawn = metrics.block_means(values[:, None], block_size=10, n_bootstrap=20_000)[:, 0]
    assert metrics.block_variance(values, 10) == pytest.approx(drawn.var(), rel=0.03)


@pytest.mark.parametrize(("size", "overlap"), [(40, 10), (20, 10), (10, 10), (5, 10), (2, 10)])
def test_what_blocks_see_is_their_share_of_a_triangle(size, overlap):
    lags = (np.arange(200_000) + 0.5) / 200_000 * overlap
    triangle = 1 - lags / overlap
    seen = np.mean(np.maximum(1 - lags / size, 0) * triangle) / np.mean(triangle)
    assert metrics.share_seen(size, overlap) == pytest.approx(seen, abs=1e-4)


def test_independent_rows_are_seen_whole():
    assert metrics.share_seen(1, 0.0) == 1.0
    assert math.isclose(metrics.share_seen(10, 10.0), 2 / 3)

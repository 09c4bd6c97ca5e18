"""Standard errors and lower bounds of means over labels that overlap."""

import math

import numpy as np
import pytest

from smc.metrics import block_means, block_size, label_overlap
from smc.selection.evidence import EventEvidence, SplitResult, lower_bound, standard_error


def overlapping(n: int, width: int, seed: int):
    """Moving sums of independent moves, as labels of ``width`` events have them."""
    moves = np.random.default_rng(seed).normal(size=n + width - 1)
    time = np.arange(n)
    return np.convolve(moves, np.ones(width), "valid") / width, time, time + width - 1


@pytest.mark.parametrize("width", [1, 5])
def test_equals_a_circular_block_bootstrap(width):
    values, time, end = overlapping(200, width, seed=0)
    size = block_size(200, label_overlap(time, end))
    drawn = block_means(values[:, None], block_size=size, n_bootstrap=40_000).std()
    assert standard_error(values, time, end) * math.sqrt(1 - size / 200) == pytest.approx(drawn, rel=0.03)


def test_overlap_widens_the_error():
    """The mean of 400 overlapping means of 20 has the variance of the 419 moves' own, as good as."""
    drawn = [overlapping(400, 20, seed) for seed in range(300)]
    truth = np.std([values.mean() for values, _, _ in drawn])
    found = np.mean([standard_error(*each) for each in drawn])
    blind = np.mean([standard_error(values, time, time) for values, time, _ in drawn])
    assert 0.85 * truth < found < 1.1 * truth
    assert blind < 0.7 * truth


@pytest.mark.parametrize("width", [1, 8])
def test_the_lower_bound_is_above_the_truth_one_time_in_twenty(width):
    above = [lower_bound(*overlapping(300, width, seed), 0.95) > 0 for seed in range(1500)]
    assert 0.03 < np.mean(above) < 0.08


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_few_events_and_constants_have_no_bound(n):
    time = np.arange(n)
    assert lower_bound(np.full(n, 0.3), time, time, 0.95) == -math.inf


@pytest.mark.parametrize("n", [2, 5, 9])
def test_of_events_one_by_one_is_the_textbook_one(n):
    values, time = np.random.default_rng(n).normal(size=n), 10 * np.arange(n)
    assert standard_error(values, time, time) == pytest.approx(values.std(ddof=1) / math.sqrt(n))


@pytest.mark.parametrize("n_right", [0, 30])
def test_an_accuracy_of_all_or_none_has_an_error(n_right):
    """Thirty right answers out of thirty do not say that the next one is right for certain."""
    time = np.arange(30)
    evidence = EventEvidence(time, time, np.zeros(30))
    part = SplitResult(evidence, time, time, correct=np.full(30, float(n_right > 0)))
    assert part.accuracy_error == pytest.approx(math.sqrt(2 / 34 * 32 / 34 / 34))

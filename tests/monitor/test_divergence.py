"""Ten rises in a row, or a loss out of all proportion."""

import math

import pytest

from smc.monitor.divergence import Divergence


def test_it_warns_at_the_tenth_rise_and_not_at_the_ninth(course, warned_at):
    losses = [1.0 + 0.01 * number for number in range(11)]
    assert warned_at(Divergence(), course(val_loss=losses[:10])) == []
    assert warned_at(Divergence(), course(val_loss=losses)) == [10]


@pytest.mark.parametrize("pause", [1.05, 1.0, 0.2, math.nan])
def test_a_loss_that_does_not_rise_starts_the_count_anew(course, warned_at, pause):
    """Equal, smaller, or no number: the rises before it count no more."""
    losses = [1.00, 1.01, 1.02, 1.03, 1.04, 1.05, pause, 1.06, 1.07, 1.08, 1.09, 1.10, 1.11]
    assert warned_at(Divergence(max_rises=7), course(val_loss=losses)) == []


def test_small_rises_count_as_large_ones(course, warned_at):
    assert warned_at(Divergence(max_rises=2), course(val_loss=[0.5, 0.5 + 1e-12, 0.5 + 2e-12])) == [2]


def test_without_a_tail_the_training_loss_is_watched(course, warned_at):
    rising, falling = [0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1]
    assert warned_at(Divergence(max_rises=3), course(train_loss=rising)) == [3]
    assert warned_at(Divergence(max_rises=3), course(train_loss=rising, val_loss=falling)) == []


def test_a_loss_far_above_that_of_a_constant_is_divergence_at_once(course, warned_at):
    told = course(val_loss=[3.0, 3.5, 3.6], constant_loss=[0.7, 0.7, 0.7])
    assert warned_at(Divergence(), told) == [2]
    assert warned_at(Divergence(max_ratio=6), told) == []
    ratio = Divergence().observe(told[2])
    assert (ratio["value"], ratio["threshold"]) == (pytest.approx(3.6 / 0.7), 5.0)
    assert "5.14 times that of a constant answer" in ratio["sentence"]


@pytest.mark.parametrize("constant", [None, 0.0])
def test_a_constant_that_tells_nothing_is_no_measure(course, warned_at, constant):
    assert warned_at(Divergence(), course(val_loss=[1e9], constant_loss=[constant])) == []


def test_a_fit_that_tells_no_loss_gives_no_warning(course, warned_at):
    assert warned_at(Divergence(max_rises=1), course(seconds=[1.0, 2.0, 3.0])) == []


def test_limits_are_checked():
    with pytest.raises(ValueError, match="`max_rises` must be positive, got 0"):
        Divergence(max_rises=0)
    with pytest.raises(ValueError, match=r"`max_ratio` must be at least 1\.0, got 0\.5"):
        Divergence(max_ratio=0.5)

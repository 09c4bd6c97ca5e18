"""A fit that ran out of iterations while its loss was falling."""

import math

import pytest

from smc.monitor.convergence import Convergence


def test_a_loss_that_falls_to_the_end_is_noted_at_the_end(course, warned_at):
    told = course(max_iterations=8, val_loss=[0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])
    assert warned_at(Convergence(), told) == [7]


@pytest.mark.parametrize(("best_at", "noted"), [(7, [9]), (6, [9]), (5, []), (0, [])])
def test_the_best_must_be_among_the_last(course, warned_at, best_at, noted):
    losses = [0.5 + 0.01 * abs(number - best_at) for number in range(10)]
    assert warned_at(Convergence(recent_size=4), course(max_iterations=10, val_loss=losses)) == noted


def test_a_fit_that_stopped_early_is_not_noted(course, warned_at):
    assert warned_at(Convergence(), course(max_iterations=9, val_loss=[0.8, 0.7, 0.6])) == []


def test_the_first_of_equal_losses_is_the_best(course, warned_at):
    assert (
        warned_at(Convergence(recent_size=2), course(max_iterations=4, val_loss=[0.5, 0.4, 0.4, 0.4])) == []
    )


def test_a_loss_that_is_no_number_is_no_best(course, warned_at):
    told = course(max_iterations=4, val_loss=[0.5, math.nan, 0.4, math.nan])
    assert warned_at(Convergence(recent_size=2), told) == [3]


def test_a_fit_without_a_tail_is_not_noted(course, warned_at):
    assert warned_at(Convergence(), course(max_iterations=2, train_loss=[0.5, 0.4])) == []


def test_the_size_is_checked():
    with pytest.raises(ValueError, match="`recent_size` must be positive, got 0"):
        Convergence(recent_size=0)

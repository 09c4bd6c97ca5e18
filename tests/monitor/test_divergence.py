"""Ten rises in a row, or a loss out of all proportion."""

import math

import pytest

from smc.monitor.divergence import Divergence


def test_it_warns_at_the_tenth_rise_and_not_at_the_ninth(course, warned_at):
    losses = [1.0 + 0.02 * number for number in range(11)]
    assert warned_at(Divergence(), course(val_loss=losses[:10])) == []
    assert warned_at(Divergence(), course(val_loss=losses)) == [10]


@pytest.mark.parametrize("pause", [1.05, 1.0, 0.2, math.nan])
def test_a_loss_that_does_not_rise_starts_the_count_anew(course, warned_at, pause):
    """Equal, smaller, or no number: the rises before it count no more."""
    losses = [1.00, 1.01, 1.02, 1.03, 1.04, 1.05, pause, 1.06, 1.07, 1.08, 1.09, 1.10, 1.11]
    assert warned_at(Divergence(max_rises=7, min_rise=0.0), course(val_loss=losses)) == []


@pytest.mark.parametrize(("constant", "least"), [(0.7, 0.07), (None, 0.05)])
def test_a_row_of_rises_must_add_up_to_a_tenth_of_what_a_constant_loses(course, warned_at, constant, least):
    """Without that loss, of the first loss: here 0.5."""
    for total, expected in ((0.99 * least, []), (1.01 * least, [10])):
        losses = [0.5 + total * number / 10 for number in range(11)]
        assert warned_at(Divergence(), course(val_loss=losses, constant_loss=[constant] * 11)) == expected


def test_a_row_that_is_too_flat_at_first_stops_the_fit_once_it_is_not(course, warned_at):
    losses = [0.7 + 0.004 * number for number in range(31)]
    assert warned_at(Divergence(), course(val_loss=losses, constant_loss=[0.7] * 31))[0] == 18


def test_rises_before_a_fall_add_nothing_to_the_row(course, warned_at):
    losses = [0.7, 0.75, 0.7] + [0.7 + 0.003 * number for number in range(1, 12)]
    assert warned_at(Divergence(), course(val_loss=losses, constant_loss=[0.7] * 14)) == []


def test_the_last_digits_of_a_fit_that_knows_its_rows_are_no_divergence(course, warned_at):
    """A training loss near 0.0005 that rises ten times, as far as 70 times itself, or by rounding alone."""
    for total in (1e-9, 0.035):
        losses = [1.0, 0.0005] + [0.0005 + total * number / 10 for number in range(1, 11)]
        assert warned_at(Divergence(), course(train_loss=losses, constant_loss=[1.0] * 12)) == []


def test_a_row_is_of_the_tail_alone_from_its_first_loss_on(course, warned_at):
    """A validation loss that comes later, or every second epoch, is not compared with a training loss."""
    train, val = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [None, 0.7, None, 0.8, None, 0.9]
    assert warned_at(Divergence(max_rises=3), course(train_loss=train, val_loss=val)) == []
    assert warned_at(Divergence(max_rises=2), course(train_loss=train, val_loss=val)) == [5]


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
    with pytest.raises(ValueError, match=r"`min_rise` must not be negative, got -0\.1"):
        Divergence(min_rise=-0.1)
    with pytest.raises(ValueError, match=r"`max_ratio` must be at least 1\.0, got 0\.5"):
        Divergence(max_ratio=0.5)

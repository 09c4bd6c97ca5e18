"""Which trial is taken: constraints first, then the front, then one point of it by a named rule."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smc.tune.attempt import FAILED, FINISHED, PRUNED, Attempt, Judged
from smc.tune.choice import chosen_of, front


def trial(number, *losses, excess=0.0, status=FINISHED):
    columns = {f"objective {place}": np.full(3, loss) for place, loss in enumerate(losses)}
    judged = Judged(columns, {"max_drawdown": 0.0}, {"max_drawdown": excess})
    return Attempt(number, {}, status, np.full(3, losses[0]), judged=(judged,))


def numbers(attempts):
    return [attempt.number for attempt in attempts]


def test_the_front_of_one_objective_is_the_least_loss_and_of_equal_ones_the_first():
    assert numbers(front([trial(0, 2.0), trial(1, 1.0), trial(2, 1.0), trial(3, 3.0)])) == [1]


def test_the_front_of_two_by_hand():
    trials = [
        trial(0, 2.0, 2.0),
        trial(1, 1.0, 3.0),
        trial(2, 3.0, 1.0),
        trial(3, 2.0, 3.0),
        trial(4, 2.0, 2.0),
    ]
    assert numbers(front(trials)) == [0, 1, 2]


def test_what_did_not_finish_is_on_no_front():
    assert front([trial(0, 1.0, status=PRUNED), trial(1, 1.0, status=FAILED)]) == []
    assert numbers(front([trial(0, 1.0, status=PRUNED), trial(1, 2.0)])) == [1]


def test_trials_that_keep_to_constraints_come_first_whatever_their_loss():
    assert numbers(
        front([trial(0, 1.0, excess=0.1), trial(1, 9.0, excess=-0.2), trial(2, 8.0, excess=0.0)])
    ) == [2]


def test_where_none_keeps_to_them_the_least_violation_is_taken():
    assert numbers(
        front([trial(0, 1.0, excess=0.3), trial(1, 9.0, excess=0.1), trial(2, 8.0, excess=0.2)])
    ) == [1]


LOSSES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from([0.0, 0.1])), min_size=1, max_size=12
)


@given(LOSSES)
def test_adding_a_trial_at_a_time_gives_the_same_front(losses):
    trials = [trial(number, *map(float, each[:2]), excess=each[2]) for number, each in enumerate(losses)]
    points = []
    for each in trials:
        points = front([*points, each])
    assert numbers(points) == numbers(front(trials))


@given(LOSSES)
def test_every_trial_is_on_the_front_or_beaten_by_one_that_is(losses):
    trials = [trial(number, *map(float, each[:2])) for number, each in enumerate(losses)]
    points = front(trials)
    for each in trials:
        own = np.array(list(each.values.values()))
        beating = [np.array(list(point.values.values())) for point in points]
        assert any((other <= own).all() for other in beating)
        is_beaten = any((other <= own).all() and (other < own).any() for other in beating)
        assert not (is_beaten and each in points)


@given(LOSSES)
def test_no_worse_never_gives_up_another_objective_of_the_start(losses):
    trials = [trial(number, *map(float, each[:2])) for number, each in enumerate(losses)]
    taken = chosen_of(front(trials), trials[0], "no_worse")
    before, after = (list(each.values.values()) for each in (trials[0], taken))
    assert all(new <= old for old, new in zip(before, after, strict=True))
    allowed = [point for point in front(trials) if list(point.values.values())[1] <= before[1]]
    assert after[0] == min(point.loss for point in allowed)


def test_no_worse_takes_the_least_first_objective_where_the_start_is_unknown():
    trials = [trial(0, 0.0, 0.0, status=FAILED), trial(1, 1.0, 3.0), trial(2, 3.0, 1.0)]
    assert chosen_of(front(trials), trials[0], "no_worse").number == 1


@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_nearest_counts_in_units_of_the_front(scale):
    trials = [trial(0, 0.0, 10.0 * scale), trial(1, 4.0, 4.0 * scale), trial(2, 10.0, 0.0)]
    assert chosen_of(front(trials), trials[0], "nearest").number == 1

"""How far a null moves features away from outcomes."""

import pytest

from smc.training.null_band import draw_shifts


@pytest.mark.parametrize("n_events", [20, 250])
def test_every_shift_is_a_tenth_of_the_events_or_more_in_either_direction(n_events):
    shifts = draw_shifts(n_events, 5000, seed=0)
    assert (min(shifts), max(shifts)) == (n_events // 10, n_events - n_events // 10)


def test_a_shift_of_few_events_moves_them_all_the_same():
    assert set(draw_shifts(3, 200, seed=0)) == {1, 2}


def test_the_same_seed_draws_the_same_shifts():
    assert draw_shifts(250, 8, seed=1) == draw_shifts(250, 8, seed=1) != draw_shifts(250, 8, seed=2)

"""What shifted labels explain."""

import numpy as np
import pytest

from smc.feature_selection.selector import check_against_noise, shifted_rows, stands_out


def test_each_line_is_a_rotation_and_none_comes_twice() -> None:
    rows = shifted_rows(50, 19)
    assert rows.shape == (20, 50)
    assert len(np.unique(rows[:, 0])) == 20
    for line in rows:
        np.testing.assert_array_equal(line, (np.arange(50) + line[0]) % 50)


def test_few_rows_give_fewer_shifts() -> None:
    assert shifted_rows(5, 19).shape == (5, 5)


def test_a_score_that_is_high_whatever_the_labels_does_not_stand_out() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(100, 20))
    scores[:, 3] += 50.0
    scores[0, 7] += 8.0
    assert np.flatnonzero(stands_out(scores, 0.1)).tolist() == [7]


def test_on_noise_something_is_kept_in_about_a_share_q_of_fits() -> None:
    rng = np.random.default_rng(1)
    kept = [stands_out(rng.normal(size=(50, 30)), 0.1).any() for _ in range(400)]
    assert 0.06 < np.mean(kept) < 0.14  # three standard errors of 0.015


@pytest.mark.parametrize(("q", "n_shifts", "said"), [(0.0, 19, "`q`"), (0.1, 9, "`n_shifts`")])
def test_arguments_are_checked(q: float, n_shifts: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_against_noise(q, n_shifts)

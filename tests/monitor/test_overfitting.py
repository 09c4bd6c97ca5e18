"""Both limits at once, and only then."""

import pytest

from smc.fit_progress import FitProgress
from smc.monitor.overfitting import Overfitting


@pytest.mark.parametrize(
    ("train", "val", "warns"),
    [
        (0.96, 0.59, True),
        (0.95, 0.59, False),
        (0.96, 0.60, False),
        (0.95, 0.60, False),
        (1.0, 0.0, True),
        (None, 0.5, False),
        (0.99, None, False),
        (0.99, float("nan"), False),
    ],
)
def test_it_warns_above_one_limit_and_below_the_other(train, val, warns):
    found = Overfitting().observe(FitProgress(4, 9, train_accuracy=train, val_accuracy=val))
    assert (found is not None) == warns


@pytest.mark.parametrize(
    ("train", "val", "warns"),
    [
        (0.91, 0.09, True),
        (0.90, 0.09, False),
        (0.91, 0.10, False),
        (0.999, -0.96, True),
        (None, 0.0, False),
        (0.99, None, False),
        (0.99, float("nan"), False),
    ],
)
def test_a_regression_is_held_to_its_r2(train, val, warns):
    found = Overfitting().observe(FitProgress(4, 9, train_r2=train, val_r2=val))
    assert (found is not None) == warns
    if found:
        assert (found["value"], found["threshold"]) == (val, 0.10)
        assert (
            f"the training R2 is {train:.3f} (limit 0.900) and the validation R2 {val:.3f}"
            in found["sentence"]
        )


def test_both_must_hold_in_the_same_iteration(course, warned_at):
    apart = course(train_accuracy=[0.99, 0.9, 0.99], val_accuracy=[0.7, 0.5, 0.5])
    assert warned_at(Overfitting(), apart) == [2]


def test_the_record_holds_what_is_too_low_and_both_figures_in_words():
    found = Overfitting().observe(FitProgress(3, 9, train_accuracy=0.98, val_accuracy=0.55))
    assert (found["reason"], found["value"], found["threshold"]) == ("overfitting", 0.55, 0.60)
    assert "0.980" in found["sentence"]


@pytest.mark.parametrize("argument", ["max_train_accuracy", "min_val_accuracy", "max_train_r2", "min_val_r2"])
def test_limits_are_shares(argument):
    with pytest.raises(ValueError, match=f"`{argument}` must lie between 0 and 1, got 95"):
        Overfitting(**{argument: 95})

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


def test_both_must_hold_in_the_same_iteration(course, warned_at):
    apart = course(train_accuracy=[0.99, 0.9, 0.99], val_accuracy=[0.7, 0.5, 0.5])
    assert warned_at(Overfitting(), apart) == [2]


def test_the_record_holds_what_is_too_low_and_both_figures_in_words():
    found = Overfitting().observe(FitProgress(3, 9, train_accuracy=0.98, val_accuracy=0.55))
    assert (found["reason"], found["value"], found["threshold"]) == ("overfitting", 0.55, 0.60)
    assert "0.980" in found["sentence"]


@pytest.mark.parametrize("argument", ["max_train_accuracy", "min_val_accuracy"])
def test_limits_are_shares(argument):
    with pytest.raises(ValueError, match=f"`{argument}` must lie between 0 and 1, got 95"):
        Overfitting(**{argument: 95})

"""Folds: some that cannot be had are left out with a reason, all of them end the run."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from smc.cv.expanding import Expanding
from smc.cv.walk_forward import WalkForward
from smc.errors import SplitError
from smc.training.dataset import Dataset
from smc.training.prepare import make_plan

N = 200
SIZES = {"test_frac": 0.2, "val_frac": 0.25, "gap_size": 0, "min_train_size": 30}


def labelled(label: np.ndarray, n_long: int = 0) -> Dataset:
    """One event a bar, whose label ends in it; those of the first ones end with the data."""
    events = pd.DataFrame({"event": np.arange(N), "label": label})
    spans = np.column_stack([np.arange(N), np.where(np.arange(N) < n_long, N - 1, np.arange(N))])
    return Dataset(pd.DataFrame({"feature": np.zeros(N)}), np.arange(N), events, spans, {})


def planned(
    cv, *, label: np.ndarray | None = None, n_long: int = 0, task: str = "classification", **sizes: int
):
    components = SimpleNamespace(cv=cv, labels=SimpleNamespace(task=task))
    data = labelled(np.arange(N) % 2 if label is None else label, n_long)
    return make_plan(data, components, SIZES | sizes)


def test_folds_that_can_all_be_had_are_taken():
    plan, failure = planned(Expanding(n_splits=4))
    assert (len(plan.folds), failure) == (4, None)


def test_one_fold_that_is_too_small_leaves_the_folds_out():
    plan, failure = planned(Expanding(n_splits=4, initial_train_size=20))
    assert plan.folds == ()
    assert failure.startswith("fold 0 has 20 training rows, needs 30")


def test_a_fold_of_one_class_leaves_the_folds_out():
    plan, failure = planned(
        Expanding(n_splits=4, initial_train_size=40), label=(np.arange(N) % 2) * (np.arange(N) > 40)
    )
    assert plan.folds == ()
    assert "only class 0" in failure


@pytest.mark.parametrize(
    ("cv", "more", "said"),
    [
        (WalkForward(n_splits=2000), {}, "needs at least 2001 events, got 160;"),
        (WalkForward(n_splits=4, train_size=20), {}, "fold 0 has 20 training rows, needs 30"),
    ],
    ids=["too many folds", "all too small"],
)
def test_not_one_fold_ends_the_run(cv, more, said):
    with pytest.raises(SplitError) as caught:
        planned(cv, **more)
    message = str(caught.value)
    assert message.startswith("no fold can be cut from the 160 events before the test part (of 200): ")
    assert said in message
    assert message.endswith("use more events, or a cv of fewer or smaller parts")


def test_folds_of_one_class_only_end_a_classification_and_no_regression():
    label = (np.arange(N) % 2) * (np.arange(N) < 90)
    blocks = WalkForward(n_splits=2, train_size=40, test_size=10)
    with pytest.raises(SplitError, match=r"no fold can be cut .* only class 0"):
        planned(blocks, label=label)
    plan, failure = planned(blocks, label=label.astype(float), task="regression")
    assert (len(plan.folds), failure) == (2, None)


def test_classes_are_counted_among_the_events_that_a_fold_learns_from():
    """Forty events are purged before the test part, so that positions within it are not those of the run."""
    blocks = WalkForward(n_splits=2, train_size=40, test_size=10)
    with pytest.raises(SplitError, match=r"no fold can be cut from the 120 events .* only class 0"):
        planned(blocks, label=(np.arange(N) % 2) * (np.arange(N) < 100), n_long=40)


def test_an_outer_split_that_cannot_be_had_is_told_itself():
    with pytest.raises(SplitError, match=r"^the val split has \d+ training rows, needs 150"):
        planned(Expanding(n_splits=4), min_train_size=150)

"""The history of a run, field by field."""

import numpy as np
import pytest

from smc import metrics
from smc.evaluation.history import build_history

FIELDS = {
    "train_accuracy",
    "val_accuracy",
    "test_accuracy",
    "train_val_gap",
    "overfitting_detected",
    "cv_mean_accuracy",
    "cv_std_accuracy",
    "cv_is_stable",
    "cv_fold_accuracies",
}


def history(predictions, task="classification", stable_std=0.05, overfitting_gap=0.15):
    return build_history(predictions, task, stable_std=stable_std, overfitting_gap=overfitting_gap)


def set_hits(predictions, hits: dict[str, float]):
    """Make the first so many shares of each part right, the rest wrong."""
    table = predictions.copy()
    for part, share in hits.items():
        at = table.index[table["part"] == part]
        right = np.arange(len(at)) < round(share * len(at))
        table.loc[at, "prediction"] = np.where(right, table.loc[at, "label"], 1 - table.loc[at, "label"])
    return table


def test_accuracies_and_gap(make_predictions):
    predictions, _ = make_predictions()
    found = history(set_hits(predictions, {"train": 0.8, "val": 0.6, "test": 0.55}))
    assert {*found} == FIELDS
    assert (found["train_accuracy"], found["val_accuracy"], found["test_accuracy"]) == (0.8, 0.6, 0.55)
    assert found["train_val_gap"] == pytest.approx(0.2)
    assert found["overfitting_detected"] is True


def explaining(predictions, r2: dict[str, float]):
    """Predict each part so that it has an R2: the label, off by a share of its own deviation."""
    table = predictions.copy()
    for part, share in r2.items():
        own = table["part"] == part
        label = table.loc[own, "label"]
        table.loc[own, "prediction"] = label + np.sqrt(1 - share) * (label - label.mean())
    return table


@pytest.mark.parametrize(
    ("train", "val", "limit", "overfits"),
    [
        (0.999, -0.96, 0.15, True),
        (0.25, 0.04, 0.15, True),  # .21 is over sin(.15 pi) ** 2 = .206
        (0.24, 0.04, 0.15, False),
        (0.24, 0.04, 0.14, True),  # sin(.14 pi) ** 2 = .181
        (-0.2, 0.1, 0.15, False),
    ],
)
def test_a_regression_overfits_by_its_gap_of_r2(make_predictions, train, val, limit, overfits):
    predictions, _ = make_predictions(classes=())
    found = history(
        explaining(predictions, {"train": train, "val": val}), task="regression", overfitting_gap=limit
    )
    assert found["train_val_r2_gap"] == pytest.approx(train - val)
    assert found["train_val_gap"] is None
    assert found["overfitting_detected"] is overfits


def test_a_gap_that_is_undefined_tells_nothing(make_predictions):
    predictions, _ = make_predictions(classes=())
    constant = predictions.assign(label=np.where(predictions["part"] == "val", 0.01, predictions["label"]))
    assert history(constant, task="regression")["overfitting_detected"] is None


def test_a_gap_at_the_limit_passes(make_predictions):
    predictions, _ = make_predictions()
    at_limit = set_hits(predictions, {"train": 0.75, "val": 0.5})
    assert history(at_limit, overfitting_gap=0.25)["overfitting_detected"] is False
    assert history(at_limit, overfitting_gap=0.24)["overfitting_detected"] is True


def test_folds_are_scored_one_by_one(make_predictions):
    predictions, _ = make_predictions()
    out_of_fold = predictions[predictions["part"] == "out_of_fold"]
    folds = [float((rows["label"] == rows["prediction"]).mean()) for _, rows in out_of_fold.groupby("fold")]
    found = history(predictions)
    assert found["cv_fold_accuracies"] == folds
    assert found["cv_mean_accuracy"] == pytest.approx(np.mean(folds))
    assert found["cv_std_accuracy"] == pytest.approx(np.std(folds))
    assert history(predictions, stable_std=found["cv_std_accuracy"] + 1e-9)["cv_is_stable"] is True
    assert history(predictions, stable_std=found["cv_std_accuracy"])["cv_is_stable"] is False


def test_an_event_in_several_folds_counts_in_each(make_predictions):
    predictions, _ = make_predictions()
    again = predictions.copy()
    again.loc[again["fold"] == 4, "event"] = again.loc[again["fold"] == 0, "event"].to_numpy()
    assert history(again) == history(predictions)


def test_one_fold_knows_no_spread(make_predictions):
    predictions, _ = make_predictions()
    found = history(predictions[predictions["fold"] <= 0])
    assert len(found["cv_fold_accuracies"]) == 1
    assert (found["cv_std_accuracy"], found["cv_is_stable"]) == (None, None)


def test_what_has_no_rows_is_null(make_predictions):
    predictions, _ = make_predictions()
    found = history(predictions[predictions["part"] == "val"])
    nulls = {name for name, value in found.items() if value is None}
    assert nulls == FIELDS - {"val_accuracy", "cv_fold_accuracies"}
    assert found["cv_fold_accuracies"] == []


def test_a_regression_has_r2_and_no_accuracy(make_predictions):
    predictions, _ = make_predictions(classes=())
    found = history(predictions, task="regression")
    assert all(found[name] is None for name in FIELDS - {"overfitting_detected"})
    val = predictions[predictions["part"] == "val"]
    assert found["val_r2"] == metrics.r2(val["label"], val["prediction"])
    assert found["train_val_r2_gap"] == found["train_r2"] - found["val_r2"]
    assert found["cv_mean_r2"] == pytest.approx(np.mean(found["cv_fold_r2"]))
    assert {*found} - FIELDS == {
        "train_r2",
        "val_r2",
        "test_r2",
        "train_val_r2_gap",
        "cv_mean_r2",
        "cv_std_r2",
        "cv_fold_r2",
    }

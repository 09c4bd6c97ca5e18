"""One table of metrics of one part."""

import math

import numpy as np
import pandas as pd
import pytest

from smc import metrics
from smc.evaluation.tables import metric_table, skill

CLASS_FIELDS = {
    "accuracy",
    "precision",
    "recall",
    "f1_score",
    "balanced_accuracy",
    "auc",
    "log_loss",
    "brier",
    "mcc",
}


def test_each_class_metric_is_the_function_of_its_name(make_predictions):
    predictions, _ = make_predictions(classes=(-1, 0, 1))
    table = metric_table(predictions, np.array([-1, 0, 1]))
    truth, guess = predictions["label"], predictions["prediction"]
    matrix = predictions[["p_-1", "p_0", "p_1"]].to_numpy()
    for name in CLASS_FIELDS:
        told = matrix if name in {"auc", "log_loss", "brier"} else guess
        assert table[name] == getattr(metrics, name)(truth, told), name
    assert table["majority_accuracy"] == truth.value_counts(normalize=True).max()
    assert table["confusion_matrix"] == metrics.confusion_matrix(truth, guess).tolist()
    assert (table["n_events"], table["distinct_predictions"], table["classes"]) == (500, 3, [-1, 0, 1])


def test_weighted_figures_count_events_by_their_weight(make_predictions):
    predictions, _ = make_predictions()
    is_right = predictions["label"] == predictions["prediction"]
    table = metric_table(predictions.assign(weight=np.where(is_right, 1.0, 0.0)), np.array([0, 1]))
    alone = metric_table(predictions[is_right], np.array([0, 1]))
    assert table["accuracy"] < table["weighted_accuracy"] == 1
    assert table["log_loss"] > table["weighted_log_loss"] == pytest.approx(alone["log_loss"])


def test_each_value_metric_is_the_function_of_its_name(make_predictions):
    predictions, _ = make_predictions(classes=())
    table = metric_table(predictions, np.empty(0, int))
    assert {*table} == {"n_events", "distinct_predictions", "r2", "mae", "mse", "rmse", "mape"}
    for name in ("r2", "mae", "mse", "rmse", "mape"):
        assert table[name] == getattr(metrics, name)(predictions["label"], predictions["prediction"])


def test_one_class_leaves_holes_not_an_exception(make_predictions):
    predictions, _ = make_predictions()
    table = metric_table(predictions[predictions["label"] == 1], np.array([0, 1]))
    undefined = {name for name in CLASS_FIELDS if math.isnan(table[name])}
    assert undefined == {"auc", "balanced_accuracy", "mcc"}
    assert np.shape(table["confusion_matrix"]) == (2, 2)


def test_no_events_leave_holes_not_an_exception(make_predictions):
    predictions, _ = make_predictions()
    table = metric_table(predictions[:0], np.array([0, 1]))
    assert table["n_events"] == 0
    assert all(math.isnan(table[name]) for name in CLASS_FIELDS)


def test_constant_predictions_are_seen():
    rows = pd.DataFrame({"label": [0.1, 0.2], "prediction": [0.15, 0.15]})
    assert metric_table(rows, np.empty(0, int))["distinct_predictions"] == 1


@pytest.mark.parametrize(
    ("model", "baseline", "expected"),
    [(0.5, 0.625, 0.2), (0.7, 0.7, 0.0), (0.75, 0.6, -0.25), (0.0, 0.5, 1.0)],
)
def test_skill_is_the_share_of_the_loss_that_is_saved(model, baseline, expected):
    assert skill({"log_loss": model}, {"log_loss": baseline})["log_loss_skill"] == pytest.approx(expected)
    assert skill({"mse": model}, {"mse": baseline})["mse_skill"] == pytest.approx(expected)


def test_skill_against_a_perfect_baseline_is_undefined():
    assert math.isnan(skill({"mse": 0.1}, {"mse": 0.0})["mse_skill"])

"""One table of metrics for the events of one part or one regime."""

from math import isnan
from typing import Any

import numpy as np

from smc import metrics
from smc.evaluation.predictions import n_events, probabilities, share_weights
from smc.evaluation.rows import AnyRows
from smc.typing import FloatArray, IntArray

#: Of a cell that is a sum of shares.
N_DIGITS = 9


def metric_table(rows: AnyRows, classes: IntArray) -> dict[str, Any]:
    """Return the metrics of some events; regression metrics where there are no classes.

    Every figure is that of one model: a prediction counts its share of the event, so that cells of a
    confusion matrix may be fractions where events were tested several times.

    Every accuracy stands beside ``majority_accuracy``, that of always naming the most frequent class of these
    very events. ``distinct_predictions`` counts the classes (or values) that are predicted at all. The
    ``weighted`` accuracy and log-loss count an event by the uniqueness of its label: ten labels that span the
    same bars tell one thing, and count about once.
    """
    y_true, y_pred = np.asarray(rows["label"]), np.asarray(rows["prediction"])
    share = share_weights(rows)
    table: dict[str, Any] = {"n_events": n_events(rows), "distinct_predictions": len(np.unique(y_pred))}
    if not len(classes):
        names = ("r2", "mae", "mse", "rmse", "mape")
        return table | {name: getattr(metrics, name)(y_true, y_pred, sample_weight=share) for name in names}
    matrix, weight = probabilities(rows, classes), _unique_shares(rows, share)
    cells: FloatArray | IntArray = metrics.confusion_matrix(
        y_true, y_pred, classes=classes, sample_weight=share
    )
    loss = metrics.event_log_loss(y_true, matrix, classes=classes)
    return table | {
        "accuracy": metrics.accuracy(y_true, y_pred, sample_weight=share),
        "majority_accuracy": metrics.majority_accuracy(y_true, sample_weight=share),
        **metrics.confusion_figures(cells),
        "auc": metrics.auc(y_true, matrix, classes=classes, sample_weight=share),
        "log_loss": metrics.weighted_mean(loss, share),
        "brier": metrics.brier(y_true, matrix, classes=classes, sample_weight=share),
        "weighted_accuracy": metrics.accuracy(y_true, y_pred, sample_weight=weight),
        "weighted_log_loss": metrics.weighted_mean(loss, weight),
        "classes": classes.tolist(),
        "confusion_matrix": cells.round(N_DIGITS).tolist(),
    }


def _unique_shares(rows: AnyRows, share: FloatArray | None) -> FloatArray:
    weight = np.asarray(rows["weight"])
    return weight if share is None else weight * share


def defined(table: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is undefined: a regime may hold few events, and one class only.

    >>> defined({"accuracy": 1.0, "auc": float("nan"), "classes": [0, 1]})
    {'accuracy': 1.0, 'classes': [0, 1]}
    """
    return {name: value for name, value in table.items() if not (isinstance(value, float) and isnan(value))}


def skill(table: dict[str, Any], baseline: dict[str, Any]) -> dict[str, float]:
    """Return the share of the baseline's loss that the model saves: log-loss, or squared error.

    0 is as good as the baseline. For a regression it is the out-of-sample R2 of Campbell and Thompson (2008).

    >>> skill({"log_loss": 0.5}, {"log_loss": 0.625})
    {'log_loss_skill': 0.2}
    """
    loss = "log_loss" if "log_loss" in table else "mse"
    return {
        f"{loss}_skill": (baseline[loss] - table[loss]) / baseline[loss]
        if baseline[loss] > 0
        else float("nan")
    }

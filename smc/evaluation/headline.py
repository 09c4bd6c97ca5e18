"""The headline metrics as functions of means of per-row values, so that a resampling of rows serves them all.

`<what>_moments` gives the values, one array a name; `<what>_statistics` turns their means, as they are or one
for each resample, into metrics.
"""

import math
from collections.abc import Mapping

import numpy as np

from smc import metrics
from smc.evaluation.predictions import event_means, probabilities
from smc.evaluation.rows import AnyRows
from smc.typing import FloatArray, IntArray

#: What a metric of events can be.
RANGES = {
    "accuracy": (0.0, 1.0),
    "balanced_accuracy": (0.0, 1.0),
    "log_loss": (0.0, math.inf),
    "log_loss_skill": (-math.inf, 1.0),
    "mae": (0.0, math.inf),
    "r2": (-math.inf, 1.0),
    "mse_skill": (-math.inf, 1.0),
}

Moments = Mapping[str, FloatArray]


def class_moments(rows: AnyRows, baseline: AnyRows, classes: IntArray) -> dict[str, FloatArray]:
    """Return hits, losses of model and baseline, and occurrence and hits of each class that occurs.

    ``loss_gap`` is by how much the model's loss is larger if another class happens than the one it names: the
    mean over the other classes.
    """
    label, named = np.asarray(rows["label"]), np.asarray(rows["prediction"])
    probability = probabilities(rows, classes)
    correct = (label == named).astype(np.float64)
    occurs = {name: (label == name).astype(np.float64) for name in classes.tolist() if np.any(label == name)}
    return {
        "correct": correct,
        "loss": metrics.event_log_loss(label, probability, classes=classes),
        "loss_gap": _loss_gap(named, probability, classes),
        "baseline_loss": metrics.event_log_loss(label, probabilities(baseline, classes), classes=classes),
        **{f"true_{name}": is_class for name, is_class in occurs.items()},
        **{f"hit_{name}": is_class * correct for name, is_class in occurs.items()},
    }


def of_events(rows: AnyRows, values: Moments) -> dict[str, FloatArray]:
    """Average each value over the predictions of an event: an event that many folds tested is one event."""
    return {name: event_means(rows, column) for name, column in values.items()}


def class_statistics(mean: Moments) -> dict[str, FloatArray]:
    """Return accuracy, balanced accuracy, log-loss and log-loss skill."""
    names = [key.removeprefix("true_") for key in mean if key.startswith("true_")]
    recalls = [_ratio(mean[f"hit_{name}"], mean[f"true_{name}"]) for name in names]
    balanced = np.mean(recalls, axis=0) if len(names) > 1 else np.full_like(mean["correct"], np.nan)
    return {
        "accuracy": mean["correct"],
        "balanced_accuracy": balanced,
        "log_loss": mean["loss"],
        "log_loss_skill": 1 - _ratio(mean["loss"], mean["baseline_loss"]),
    }


def value_moments(rows: AnyRows, baseline: AnyRows) -> dict[str, FloatArray]:
    """Return absolute and squared errors of the model, squared ones of the baseline, and the target's own."""
    label = np.asarray(rows["label"], dtype=np.float64)
    error = np.asarray(rows["prediction"], dtype=np.float64) - label
    deviation = label - label.mean()
    return {
        "absolute": np.abs(error),
        "square": error**2,
        "baseline_square": (np.asarray(baseline["prediction"], dtype=np.float64) - label) ** 2,
        "deviation": deviation,
        "deviation_square": deviation**2,
    }


def value_statistics(mean: Moments) -> dict[str, FloatArray]:
    """Return mean absolute error, R2 and the skill against the baseline's squared error."""
    return {
        "mae": mean["absolute"],
        "r2": 1 - _ratio(mean["square"], mean["deviation_square"] - mean["deviation"] ** 2),
        "mse_skill": 1 - _ratio(mean["square"], mean["baseline_square"]),
    }


def return_moments(net: FloatArray) -> dict[str, FloatArray]:
    """Return of each account whether it has a bar, the bar's return and its square.

    Parameters
    ----------
    net
        One row a bar, one column an account (n_bars, n_accounts); NaN where an account has no such bar.
    """
    known = ~np.isnan(net)
    value = np.where(known, net, 0.0)
    columns = {"is_bar": known.astype(np.float64), "net": value, "square": value**2}
    return {f"{name}_{k}": table[:, k] for name, table in columns.items() for k in range(net.shape[1])}


def return_statistics(mean: Moments, n_bars: int, periods_per_year: float) -> dict[str, FloatArray]:
    """Return the annualised Sharpe ratio and the mean return of a bar, each the mean over the accounts."""
    of_accounts = [
        _account_statistics(mean[f"is_bar_{k}"], mean[f"net_{k}"], mean[f"square_{k}"], n_bars)
        for k in range(len(mean) // 3)
    ]
    sharpe, mean_return = (np.array(values) for values in zip(*of_accounts, strict=True))
    return {
        "sharpe": _mean_of_defined(sharpe) * math.sqrt(periods_per_year),
        "mean_return": _mean_of_defined(mean_return),
    }


def _loss_gap(named: IntArray, probability: FloatArray, classes: IntArray) -> FloatArray:
    """Return the mean loss of the classes that are not named, less that of the one that is."""
    losses = np.column_stack(
        [
            metrics.event_log_loss(np.full(len(named), name), probability, classes=classes)
            for name in classes.tolist()
        ]
    )
    is_named = named[:, None] == classes
    others = np.where(is_named, 0.0, losses).sum(axis=1) / max(len(classes) - 1, 1)
    return others - np.where(is_named, losses, 0.0).sum(axis=1)


def _account_statistics(
    is_bar: FloatArray, net: FloatArray, square: FloatArray, n_bars: int
) -> tuple[FloatArray, FloatArray]:
    """Return the Sharpe ratio of a bar and the mean return of one account."""
    mean, mean_square = _ratio(net, is_bar), _ratio(square, is_bar)
    own = is_bar * n_bars
    variance = (mean_square - mean**2) * own / np.maximum(own - 1, 1)
    deviation = np.sqrt(np.where(variance > 1e-12 * mean_square, variance, 0.0))
    return _ratio(mean, deviation), mean


def _mean_of_defined(values: FloatArray) -> FloatArray:
    """Return the mean of each column over the lines that are not NaN; NaN where all are."""
    defined = ~np.isnan(values)
    return _ratio(np.where(defined, values, 0.0).sum(axis=0), defined.sum(axis=0))


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Divide; NaN where the whole is 0."""
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0)

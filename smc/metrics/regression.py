"""Metrics of predicted values; NaN where a metric is undefined."""

import numpy as np
import numpy.typing as npt

from smc.metrics.classes import weighted_mean
from smc.typing import FloatArray

Values = npt.ArrayLike
Weight = npt.ArrayLike | None


def mae(y_true: Values, y_pred: Values, *, sample_weight: Weight = None) -> float:
    """Mean absolute error, in units of the target.

    >>> mae([1.0, 2.0], [1.5, 1.0])
    0.75
    """
    return weighted_mean(np.abs(_error(y_true, y_pred)), sample_weight)


def mse(y_true: Values, y_pred: Values, *, sample_weight: Weight = None) -> float:
    """Mean squared error, in squared units of the target.

    >>> mse([1.0, 2.0], [1.5, 1.0])
    0.625
    """
    return weighted_mean(_error(y_true, y_pred) ** 2, sample_weight)


def rmse(y_true: Values, y_pred: Values, *, sample_weight: Weight = None) -> float:
    """Root of the mean squared error, in units of the target."""
    return float(np.sqrt(mse(y_true, y_pred, sample_weight=sample_weight)))


def mape(y_true: Values, y_pred: Values, *, sample_weight: Weight = None) -> float:
    """Mean absolute error as a share of the target, over the targets that are not zero; NaN if all are.

    A return can be zero exactly, and a relative error of zero says nothing: dividing by a tiny number instead
    would let one such bar decide the figure.

    >>> mape([0.0, 2.0], [1.0, 1.0])
    0.5
    """
    true, error = np.asarray(y_true, dtype=np.float64), np.abs(_error(y_true, y_pred))
    counts = true != 0
    weight = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)[counts]
    return weighted_mean(error[counts] / np.abs(true[counts]), weight)


def r2(y_true: Values, y_pred: Values, *, sample_weight: Weight = None) -> float:
    """Share of the target's variance that is explained: 1 - squared error / squared deviation from the mean.

    0 is as good as the mean of this very sample, which no forecast knew, so a fair constant scores a little
    below 0. Fewer than two events, or a constant target: NaN.

    >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    0.5
    """
    true = np.asarray(y_true, dtype=np.float64)
    mean = weighted_mean(true, sample_weight)
    spread = weighted_mean((true - mean) ** 2, sample_weight)
    if true.size < 2 or np.ptp(true) == 0 or not spread > 0:
        return float("nan")
    return float(1.0 - mse(true, y_pred, sample_weight=sample_weight) / spread)


def _error(y_true: Values, y_pred: Values) -> FloatArray:
    return np.asarray(y_pred, dtype=np.float64) - np.asarray(y_true, dtype=np.float64)

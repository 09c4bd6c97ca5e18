"""Metrics of predicted classes: plain arrays in, a float (or a matrix) out, NaN where a metric is undefined.

Every function takes `sample_weight`, one non-negative weight an event. Two classes: the larger one is the
positive class. Three or more: precision, recall and F1 are macro averages over the classes for which they are
defined. Answers equal scikit-learn's, except that a class that does not occur leaves NaN, where scikit-learn
warns and returns 0; and one table costs microseconds, so that a run can afford one for every regime.
"""

import numpy as np
import numpy.typing as npt

from smc.metrics.classes import class_codes, resolve_classes, weighted_mean
from smc.typing import FloatArray, IntArray

Labels = npt.ArrayLike
Weight = npt.ArrayLike | None


def accuracy(y_true: Labels, y_pred: Labels, *, sample_weight: Weight = None) -> float:
    """Share of events whose class is predicted.

    >>> accuracy([0, 1, 1, 0], [0, 1, 0, 0])
    0.75
    """
    return weighted_mean((np.asarray(y_true) == np.asarray(y_pred)).astype(np.float64), sample_weight)


def majority_accuracy(y_true: Labels, *, sample_weight: Weight = None) -> float:
    """Accuracy of always naming the most frequent class: what an accuracy must be read against.

    At 15 % positives, a model that has learned nothing is right 85 times in 100.

    >>> majority_accuracy([0, 0, 0, 1])
    0.75
    """
    labels = np.asarray(y_true)
    if labels.size == 0:
        return float("nan")
    codes = np.unique(labels, return_inverse=True)[1]
    weight = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    counts = np.bincount(codes, weights=weight)
    return float(counts.max() / counts.sum()) if counts.sum() > 0 else float("nan")


def confusion_matrix(
    y_true: Labels, y_pred: Labels, *, classes: Labels | None = None, sample_weight: Weight = None
) -> IntArray | FloatArray:
    """Count events by true class (rows) and predicted class (columns), classes ascending.

    >>> confusion_matrix([0, 1, 1, 0], [0, 1, 0, 0])
    array([[2, 0],
           [1, 1]])
    """
    names = resolve_classes(classes, y_true, y_pred)
    size = len(names)
    cells = class_codes(y_true, names) * size + class_codes(y_pred, names)
    weight = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    return np.bincount(cells, weights=weight, minlength=size * size).reshape(size, size)


def precision(
    y_true: Labels, y_pred: Labels, *, classes: Labels | None = None, sample_weight: Weight = None
) -> float:
    """Share of the events predicted positive that are; 0 if none is predicted, NaN if none is at all.

    >>> precision([0, 1, 1, 0], [0, 1, 0, 0])
    1.0
    """
    return _precision(_counts(y_true, y_pred, classes, sample_weight))


def recall(
    y_true: Labels, y_pred: Labels, *, classes: Labels | None = None, sample_weight: Weight = None
) -> float:
    """Share of the positive events that are predicted; NaN if there is none.

    >>> recall([0, 1, 1, 0], [0, 1, 0, 0])
    0.5
    """
    return _recall(_counts(y_true, y_pred, classes, sample_weight))


def f1_score(
    y_true: Labels, y_pred: Labels, *, classes: Labels | None = None, sample_weight: Weight = None
) -> float:
    """Harmonic mean of precision and recall, 2 tp / (2 tp + fp + fn); NaN without positives of either kind.

    >>> round(f1_score([0, 1, 1, 0], [0, 1, 0, 0]), 4)
    0.6667
    """
    return _f1_score(_counts(y_true, y_pred, classes, sample_weight))


def balanced_accuracy(
    y_true: Labels, y_pred: Labels, *, classes: Labels | None = None, sample_weight: Weight = None
) -> float:
    """Mean recall over the classes that occur; NaN if only one does.

    A constant prediction scores 1 / k, however rare a class is.

    >>> balanced_accuracy([0, 0, 0, 1], [0, 0, 0, 0])
    0.5
    """
    return _balanced_accuracy(_counts(y_true, y_pred, classes, sample_weight))


def mcc(
    y_true: Labels, y_pred: Labels, *, classes: Labels | None = None, sample_weight: Weight = None
) -> float:
    """Matthews correlation of true and predicted class, in [-1, 1]; several classes after Gorodkin (2004).

    A constant prediction correlates with nothing: 0. Where the truth has one class only, NaN.

    >>> round(mcc([0, 1, 1, 0], [0, 1, 0, 0]), 4)
    0.5774
    """
    return _mcc(_counts(y_true, y_pred, classes, sample_weight))


def confusion_figures(cells: Labels) -> dict[str, float]:
    """Return every metric that a confusion matrix tells, by name, from one matrix of counts or weights.

    >>> confusion_figures([[2, 0], [1, 1]])["recall"], confusion_figures([[2, 0], [1, 1]])["precision"]
    (0.5, 1.0)
    """
    counts = np.asarray(cells, dtype=np.float64)
    return {
        "precision": _precision(counts),
        "recall": _recall(counts),
        "f1_score": _f1_score(counts),
        "balanced_accuracy": _balanced_accuracy(counts),
        "mcc": _mcc(counts),
    }


def _precision(counts: FloatArray) -> float:
    hits, predicted = counts.diagonal(), counts.sum(axis=0)
    missed = (predicted == 0) & (counts.sum(axis=1) > 0)
    return _positive_or_macro(_ratio(hits, np.where(missed, 1.0, predicted)))


def _recall(counts: FloatArray) -> float:
    return _positive_or_macro(_ratio(counts.diagonal(), counts.sum(axis=1)))


def _f1_score(counts: FloatArray) -> float:
    return _positive_or_macro(_ratio(2 * counts.diagonal(), counts.sum(axis=0) + counts.sum(axis=1)))


def _balanced_accuracy(counts: FloatArray) -> float:
    recalls = _ratio(counts.diagonal(), counts.sum(axis=1))
    recalls = recalls[~np.isnan(recalls)]
    return float(recalls.mean()) if recalls.size > 1 else float("nan")


def _mcc(counts: FloatArray) -> float:
    true, predicted, total = counts.sum(axis=1), counts.sum(axis=0), counts.sum()
    if np.count_nonzero(true) < 2:
        return float("nan")
    if np.count_nonzero(predicted) < 2:
        return 0.0
    covariance = counts.trace() * total - true @ predicted
    return float(covariance / np.sqrt((total**2 - true @ true) * (total**2 - predicted @ predicted)))


def _counts(y_true: Labels, y_pred: Labels, classes: Labels | None, sample_weight: Weight) -> FloatArray:
    matrix = confusion_matrix(y_true, y_pred, classes=classes, sample_weight=sample_weight)
    return matrix.astype(np.float64)


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def _positive_or_macro(by_class: FloatArray) -> float:
    """Two classes: the value of the larger one. More: the mean over those where it is defined."""
    if len(by_class) <= 2:
        return float(by_class[-1])
    defined = by_class[~np.isnan(by_class)]
    return float(defined.mean()) if defined.size else float("nan")

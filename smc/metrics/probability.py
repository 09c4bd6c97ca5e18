"""Metrics of predicted probabilities.

`probabilities` is (n_events, n_classes), columns in ascending order of the classes, or (n_events,), the
probability of the larger of two classes.
"""

import numpy as np
import numpy.typing as npt

from smc.arguments import check_positive
from smc.metrics.classes import class_codes, resolve_classes, weighted_mean
from smc.typing import FloatArray, IntArray

Labels = npt.ArrayLike
Weight = npt.ArrayLike | None

#: Smallest probability that a log-loss takes at its word: a certain miss costs 36 nats, not infinity.
EPSILON = float(np.finfo(np.float64).eps)


def auc(
    y_true: Labels, probabilities: Labels, *, classes: Labels | None = None, sample_weight: Weight = None
) -> float:
    """Area under the ROC curve: how often a positive event ranks above a negative one, ties counting half.

    Three or more classes: mean over each class against the rest, for the classes that occur. One class only:
    NaN. Chance is .5 for independent events; a clean pipeline on contiguous folds scores a little below it.

    >>> auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    codes, matrix = _align(y_true, probabilities, classes)
    weight = np.ones(len(codes)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    if matrix.shape[1] == 2:
        return _rank_area(codes == 1, matrix[:, 1], weight)
    areas = np.array([_rank_area(codes == k, matrix[:, k], weight) for k in range(matrix.shape[1])])
    areas = areas[~np.isnan(areas)]
    return float(areas.mean()) if areas.size else float("nan")


def log_loss(
    y_true: Labels, probabilities: Labels, *, classes: Labels | None = None, sample_weight: Weight = None
) -> float:
    """Mean negative log of the probability given to what happened, in nats.

    A proper score: only the true probabilities minimise it.

    >>> round(log_loss([0, 1], [0.5, 0.5]), 4)
    0.6931
    """
    return weighted_mean(event_log_loss(y_true, probabilities, classes=classes), sample_weight)


def event_log_loss(y_true: Labels, probabilities: Labels, *, classes: Labels | None = None) -> FloatArray:
    """Return the log-loss of each event, in nats."""
    codes, matrix = _align(y_true, probabilities, classes)
    return -np.log(np.clip(matrix[np.arange(len(codes)), codes], EPSILON, 1.0))


def brier(
    y_true: Labels, probabilities: Labels, *, classes: Labels | None = None, sample_weight: Weight = None
) -> float:
    """Mean squared error of the probabilities (Brier, 1950).

    Two classes: that of the larger class, in [0, 1]. More: summed over the classes, in [0, 2].

    >>> round(brier([0, 1], [0.2, 0.7]), 4)
    0.065
    """
    codes, matrix = _align(y_true, probabilities, classes)
    squares = (matrix - (codes[:, None] == np.arange(matrix.shape[1]))) ** 2
    return weighted_mean(squares[:, 1] if matrix.shape[1] == 2 else squares.sum(axis=1), sample_weight)


def expected_calibration_error(
    y_true: Labels,
    probabilities: Labels,
    *,
    classes: Labels | None = None,
    n_bins: int = 10,
    sample_weight: Weight = None,
) -> float:
    """Mean distance between what was predicted and what happened, over groups of events (ECE).

    The groups are those of `reliability_curve`, of equal size. Two classes: of the larger one. More: the mean
    over the classes, each against the rest. It is above 0 by chance, too: a perfect model's is about
    0.8 sqrt(p (1 - p) n_bins / n), so compare it only on the same events.

    References
    ----------
    Naeini, Cooper and Hauskrecht (2015), "Obtaining well calibrated probabilities using Bayesian binning",
    AAAI; by classes: Kull et al. (2019).

    >>> round(expected_calibration_error([0, 1, 1, 1], [0.2, 0.4, 0.6, 0.8], n_bins=2), 4)
    0.25
    """
    codes, matrix = _align(y_true, probabilities, classes)
    columns = [1] if matrix.shape[1] == 2 else range(matrix.shape[1])
    return float(
        np.mean([_calibration_error(codes == k, matrix[:, k], n_bins, sample_weight) for k in columns])
    )


def reliability_curve(
    y_true: Labels, probability: Labels, *, n_bins: int = 10, sample_weight: Weight = None
) -> dict[str, npt.NDArray[np.generic]]:
    """Return what a reliability diagram draws: how often happened what was given a probability.

    The events are cut, in the order of their probability, into at most ``n_bins`` groups of nearly equal
    size; equal probabilities stay together. Equal counts rather than equal widths, because a weak model puts
    nearly all of its probabilities into two or three of ten equal widths.

    Parameters
    ----------
    y_true
        1 where it happened, else 0.
    probability
        Given to it, (n_events,).

    Returns
    -------
    dict
        ``predicted`` (mean probability), ``observed`` (share that happened), ``count`` (sum of the weights
        where there are some): one entry a bin.

    >>> curve = reliability_curve([0, 1, 1, 1], [0.2, 0.4, 0.6, 0.8], n_bins=2)
    >>> curve["predicted"].round(6), curve["observed"]
    (array([0.3, 0.7]), array([0.5, 1. ]))
    """
    check_positive("n_bins", n_bins)
    happened, score = np.asarray(y_true, dtype=np.float64), np.asarray(probability, dtype=np.float64)
    weight = np.ones(len(score)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    cuts = np.arange(1, n_bins) * len(score) // n_bins
    edges = np.unique(np.sort(score)[cuts[cuts < len(score)]])
    group = np.searchsorted(edges, score, side="right")
    count = np.bincount(group) if sample_weight is None else np.bincount(group, weights=weight)
    filled = count > 0
    return {
        "predicted": np.bincount(group, weights=score * weight)[filled] / count[filled],
        "observed": np.bincount(group, weights=happened * weight)[filled] / count[filled],
        "count": count[filled],
    }


def _calibration_error(
    happened: npt.NDArray[np.bool_], probability: FloatArray, n_bins: int, sample_weight: Weight
) -> float:
    curve = reliability_curve(happened, probability, n_bins=n_bins, sample_weight=sample_weight)
    predicted, observed, count = (
        np.asarray(curve[name], dtype=np.float64) for name in ("predicted", "observed", "count")
    )
    return float(np.average(np.abs(predicted - observed), weights=count))


def _align(y_true: Labels, probabilities: Labels, classes: Labels | None) -> tuple[IntArray, FloatArray]:
    """Return the class code of each event and the probabilities as a matrix, one column a class."""
    matrix = np.asarray(probabilities, dtype=np.float64)
    if matrix.ndim == 1:
        matrix = np.column_stack([1.0 - matrix, matrix])
    names = resolve_classes(classes, y_true, n_classes=matrix.shape[1])
    if len(names) != matrix.shape[1]:
        raise ValueError(
            f"probabilities must have one column a class, got {matrix.shape[1]} columns and {len(names)} "
            "classes: pass `classes` in the order of the columns"
        )
    return class_codes(y_true, names), matrix


def _rank_area(is_positive: npt.NDArray[np.bool_], score: FloatArray, weight: FloatArray) -> float:
    """Mann-Whitney form of the ROC area, weighted, from one sort."""
    level = np.unique(score, return_inverse=True)[1]
    positive = np.bincount(level, weights=weight * is_positive)
    negative = np.bincount(level, weights=weight * ~is_positive)
    pairs = positive.sum() * negative.sum()
    if not pairs > 0:
        return float("nan")
    below = np.cumsum(negative) - negative
    return float(positive @ (below + negative / 2) / pairs)

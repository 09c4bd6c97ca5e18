"""How well a score orders outcomes: the one figure of the audit, for any task."""

from typing import Any

import numpy as np
from scipy.stats import kendalltau

from smc.typing import FloatArray


def concordance(outcomes: np.ndarray, scores: np.ndarray) -> float:
    """Return the probability that of two events with unlike outcomes the better one has the higher score.

    For two classes this is the area under the ROC curve, with no change of formula it serves three ordered
    classes and numbers, too; a tied score counts one half, and .5 is chance. Events without a score are left
    out; NaN if no two outcomes differ.

    References
    ----------
    Somers (1962), A new asymmetric measure of association for ordinal variables; this is (D + 1) / 2.

    Examples
    --------
    >>> concordance(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]))
    0.75
    >>> concordance(np.array([0, 1, 1]), np.array([0.5, 0.5, np.nan]))
    0.5
    """
    known = ~np.isnan(scores)
    outcomes, scores = outcomes[known], scores[known]
    unlike, unlike_scores = _unlike_pairs(outcomes), _unlike_pairs(scores)
    if unlike == 0:
        return float("nan")
    if unlike_scores == 0:
        return 0.5
    # tau-b = (concordant - discordant) / sqrt(pairs unlike in one x pairs unlike in the other)
    result: Any = kendalltau(outcomes, scores)
    tau_b = result.statistic
    return float(0.5 + 0.5 * tau_b * np.sqrt(unlike_scores / unlike))


def chance_error(outcomes: np.ndarray, weights: FloatArray) -> float:
    """Return the standard deviation of the concordance of a score that knows nothing.

    ``weights`` are the average uniqueness of the labels: overlapping labels share their outcome, so their
    sum is the number of labels that count. Exact for two classes (Mann-Whitney), an upper bound for more.

    >>> round(chance_error(np.array([0, 1] * 50), np.ones(100)), 3)
    0.058
    """
    n_effective = max(2.0, float(weights.sum()))
    share = max(0.05, float(np.mean(outcomes > np.median(outcomes)))) if len(outcomes) else 0.5
    if len(np.unique(outcomes)) == 2:
        share = float(np.mean(outcomes == outcomes.max()))
    n_high, n_low = max(1.0, share * n_effective), max(1.0, (1 - share) * n_effective)
    return float(np.sqrt((n_effective + 1) / (12 * n_high * n_low)))


def _unlike_pairs(values: np.ndarray) -> float:
    _, counts = np.unique(values, return_counts=True)
    n = float(len(values))
    return n * (n - 1) / 2 - float((counts * (counts - 1.0) / 2).sum())

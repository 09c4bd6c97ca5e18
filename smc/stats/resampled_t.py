"""Two models on the same folds: the corrected resampled t test."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from smc.stats.panel import ROUNDING
from smc.stats.student import t_p_value


@dataclass(frozen=True)
class ResampledT:
    """Mean difference, its corrected standard error, t and its p-value."""

    mean: float
    standard_error: float
    statistic: float
    p_value: float


def corrected_resampled_t(
    differences: npt.ArrayLike,
    *,
    n_train: npt.ArrayLike,
    n_test: npt.ArrayLike,
    alternative: str = "two-sided",
) -> ResampledT:
    """Test whether the mean difference of two models over folds is 0, allowing for folds that share rows.

    Folds train on nearly the same rows, so their scores are not independent, and a plain t test finds a
    difference far too often. The variance is (1 / J + n_test / n_train) s^2 instead of s^2 / J, J the number
    of folds over all repeats, with J - 1 degrees of freedom.

    Parameters
    ----------
    differences
        Score of the first model minus that of the second, one a fold, on the same folds.
    n_train, n_test
        Rows of each fold *as fitted*, that is after purging and embargo (with fewer training rows the test is
        more careful); one number, or one a fold (their mean ratio counts).
    alternative
        ``two-sided``, ``greater`` (the first model is better) or ``less``.

    Raises
    ------
    ValueError
        Fewer than two folds, sizes that are not positive, or equal differences other than 0: they have no
        variance to test against.

    References
    ----------
    Nadeau and Bengio (2003), "Inference for the generalization error", Machine Learning 52, section 3.

    >>> test = corrected_resampled_t([0.02, 0.01, 0.03, 0.00, 0.02], n_train=80, n_test=20)
    >>> round(test.statistic, 3), round(test.p_value, 3)
    (2.092, 0.105)
    """
    values = np.asarray(differences, dtype=np.float64)
    if values.ndim != 1 or len(values) < 2 or not np.isfinite(values).all():
        raise ValueError(f"`differences` must be two or more finite numbers, got {values.tolist()}")
    train, test = np.asarray(n_train, dtype=np.float64), np.asarray(n_test, dtype=np.float64)
    if not (np.all(train > 0) and np.all(test > 0)):
        raise ValueError(f"`n_train` and `n_test` must be positive, got {train} and {test}")
    n_folds, mean = len(values), float(values.mean())
    if np.ptp(values) <= ROUNDING * np.abs(values).max():
        if mean != 0:
            raise ValueError(f"all {n_folds} differences are {mean:g}: without variance there is no test")
        return ResampledT(0.0, 0.0, 0.0, 1.0)
    ratio = float(np.mean(np.broadcast_to(test, n_folds) / train))
    error = math.sqrt((1 / n_folds + ratio) * float(values.var(ddof=1)))
    return ResampledT(mean, error, mean / error, t_p_value(mean / error, n_folds - 1, alternative))

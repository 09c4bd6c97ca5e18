"""Several models on several symbols: Friedman's test and Nemenyi's critical difference."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from smc.arguments import check_at_least, check_fraction
from smc.typing import FloatArray


@dataclass(frozen=True, eq=False)
class FriedmanNemenyi:
    """Whether models differ at all, and which.

    Attributes
    ----------
    average_ranks
        Of each model over the symbols; 1 is the best.
    chi2, p_chi2
        Friedman's statistic, corrected for ties, and its p-value.
    f, p_f
        Iman and Davenport's form, less conservative: use this one.
    critical_difference
        Two models differ if their average ranks are further apart (Nemenyi, level ``alpha``).
    """

    average_ranks: FloatArray
    chi2: float
    p_chi2: float
    f: float
    p_f: float
    critical_difference: float
    alpha: float


def friedman_nemenyi(
    scores: npt.ArrayLike, *, higher_is_better: bool = True, alpha: float = 0.05
) -> FriedmanNemenyi:
    """Compare models by their ranks on each symbol, so that an easy symbol counts no more than a hard one.

    Parameters
    ----------
    scores
        One row a symbol, one column a model.

    Raises
    ------
    ValueError
        Fewer than two symbols or models, or scores that are not finite.

    References
    ----------
    Demšar (2006), "Statistical comparisons of classifiers over multiple data sets", Journal of Machine
    Learning Research 7, section 3.2.2.

    >>> test = friedman_nemenyi([[0.9, 0.8, 0.7], [0.6, 0.5, 0.4], [0.8, 0.6, 0.7], [0.7, 0.5, 0.6]])
    >>> test.average_ranks.tolist(), round(test.p_f, 4), round(test.critical_difference, 2)
    ([1.0, 2.5, 2.5], 0.0156, 1.66)
    """
    from scipy.stats import rankdata

    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 2 or min(values.shape) < 2 or not np.isfinite(values).all():
        raise ValueError(
            f"`scores` must be finite, one row a symbol, one column a model, two of each, got {values.shape}"
        )
    ranks = rankdata(-values if higher_is_better else values, axis=1)
    variance = float(ranks.var(axis=1, ddof=1).mean())
    return from_ranks(ranks.mean(axis=0), len(ranks), rank_variance=variance, alpha=alpha)


def from_ranks(
    average_ranks: npt.ArrayLike, n_rows: int, *, rank_variance: float | None = None, alpha: float = 0.05
) -> FriedmanNemenyi:
    """Test published average ranks over ``n_rows`` data sets.

    Parameters
    ----------
    rank_variance
        Mean variance of the ranks in a row (ddof 1), lower with ties; None: no ties, k (k + 1) / 12.

    >>> test = from_ranks([3.143, 2.0, 2.893, 1.964], 14)
    >>> round(test.chi2, 2), round(test.f, 2), round(test.critical_difference, 2)
    (9.28, 3.69, 1.25)
    """
    check_fraction("alpha", alpha)
    check_at_least("n_rows", n_rows, 2)
    from scipy.special import chdtrc, fdtrc
    from scipy.stats import studentized_range

    ranks = np.asarray(average_ranks, dtype=np.float64)
    k = len(ranks)
    variance = k * (k + 1) / 12 if rank_variance is None else rank_variance
    between = float(((ranks - (k + 1) / 2) ** 2).sum())
    chi2 = n_rows * between / variance if variance > 0 else 0.0  # 0: all models tie on every symbol
    rest = n_rows * (k - 1) - chi2
    f = (n_rows - 1) * chi2 / rest if rest > 1e-9 * n_rows else float("inf")
    range_ = float(studentized_range.ppf(1 - alpha, k, np.inf))
    return FriedmanNemenyi(
        average_ranks=ranks,
        chi2=chi2,
        p_chi2=float(chdtrc(k - 1, chi2)),
        f=f,
        p_f=float(fdtrc(k - 1, (k - 1) * (n_rows - 1), f)),
        critical_difference=range_ * math.sqrt(k * (k + 1) / (12 * n_rows)),
        alpha=alpha,
    )

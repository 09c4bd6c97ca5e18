"""Two classifiers on the same events: McNemar's test."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from smc.arguments import check_choice


@dataclass(frozen=True)
class McNemar:
    """How often only the first, and only the second, was right; the p-value, two-sided.

    ``statistic`` is chi squared for the method ``chi2``, else the smaller of the two counts.
    """

    only_first: int
    only_second: int
    statistic: float
    p_value: float


def mcnemar(first_correct: npt.ArrayLike, second_correct: npt.ArrayLike, *, method: str = "exact") -> McNemar:
    """Test whether two classifiers are right equally often, on the events where just one of them is right.

    The events must not overlap in time: overlapping labels repeat the same move and make p too small.

    Parameters
    ----------
    first_correct, second_correct
        Whether each event was predicted right, in the same order.
    method
        ``exact``: binomial, never above its level. ``mid_p``: exact less half the chance of the observed
        count, close to its level, the best choice for few events. ``chi2``: with continuity correction, for
        25 or more events on which they differ.

    Raises
    ------
    ValueError
        Arrays of different lengths, or values other than 0 and 1.

    References
    ----------
    McNemar (1947), Psychometrika 12. Fagerland, Lydersen and Laake (2013), "The McNemar test for binary
    matched-pairs data", BMC Medical Research Methodology 13:91 (mid-p).

    >>> first, second = np.repeat([1, 0], [9, 3]), np.repeat([0, 1], [9, 3])
    >>> [round(mcnemar(first, second, method=each).p_value, 4) for each in ("exact", "mid_p", "chi2")]
    [0.146, 0.0923, 0.1489]
    """
    check_choice("method", method, ["exact", "mid_p", "chi2"])
    one, two = np.asarray(first_correct), np.asarray(second_correct)
    if one.ndim != 1 or one.shape != two.shape or not np.isin([one, two], [0, 1]).all():
        raise ValueError(f"both must hold 0 or 1 for the same events, got shapes {one.shape} and {two.shape}")
    b, c = int(np.sum((one == 1) & (two == 0))), int(np.sum((one == 0) & (two == 1)))
    statistic, p_value = _chi_squared(b, c) if method == "chi2" else _binomial(b, c, mid=method == "mid_p")
    return McNemar(b, c, statistic, p_value)


def _chi_squared(b: int, c: int) -> tuple[float, float]:
    from scipy.special import chdtrc

    statistic = max(abs(b - c) - 1, 0) ** 2 / (b + c) if b + c else 0.0
    return statistic, float(chdtrc(1, statistic))


def _binomial(b: int, c: int, *, mid: bool) -> tuple[float, float]:
    from scipy.stats import binom

    least, n = min(b, c), b + c
    tail = 2 * float(binom.cdf(least, n, 0.5))
    if mid:
        tail -= float(binom.pmf(least, n, 0.5))
    return float(least), min(tail, 1.0)

"""Confidence intervals of shares of dependent events, which hold at few events and at the ends."""

import math

import numpy as np

from smc.metrics.bootstrap import block_variance, share_seen
from smc.typing import FloatArray


def proportion_interval(share: float, n: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a share, given how many independent events it is worth.

    The number need not be whole: quantiles of beta distributions interpolate.

    References
    ----------
    Clopper and Pearson (1934), "The use of confidence or fiducial limits illustrated in the case of the
    binomial", Biometrika 26.

    >>> [round(bound, 3) for bound in proportion_interval(1.0, 30)]
    [0.884, 1.0]
    """
    from scipy.special import betaincinv

    outside, hits, misses = (1 - confidence) / 2, share * n, (1 - share) * n
    low = float(betaincinv(hits, misses + 1, outside)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, misses, 1 - outside)) if misses > 0 else 1.0
    return low, high


def effective_size(values: FloatArray, *, block_size: int, overlap: float, confidence: float = 0.95) -> float:
    """Return how many independent events the mean of dependent ones is worth as a share.

    The variance that the blocks show is held against that of independent events, p (1 - p) / n, and then
    counts less for its own uncertainty by few blocks: by the squared ratio of the points of two t
    distributions. Events that overlap ``overlap`` others are worth n / (1 + overlap) at least, and just that
    where all are alike, which shows no variance at all. They are never worth more than n.

    Parameters
    ----------
    values
        In [0, 1], one an event, in time order.
    overlap
        Mean number of other events that an event depends on, see `smc.metrics.label_overlap`.

    References
    ----------
    Korn and Graubard (1998), "Confidence intervals for proportions with small expected number of positive
    counts estimated from survey data", Survey Methodology 24.

    >>> effective_size(np.ones(30), block_size=4, overlap=2.0)
    10.0
    """
    from scipy.special import stdtrit

    n, share = len(values), float(np.mean(values))
    least, n_blocks = n / (1 + overlap), n / block_size
    variance = block_variance(values, block_size) / share_seen(block_size, overlap)
    if n_blocks <= 1 or not 0 < share < 1:
        return least
    outside = (1 - confidence) / 2
    certainty = (stdtrit(n - 1, outside) / stdtrit(n_blocks - 1, outside)) ** 2
    told = share * (1 - share) / variance * certainty if variance > 0 else math.inf
    return float(min(max(told, least), n))

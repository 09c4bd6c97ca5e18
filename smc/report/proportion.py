"""How far a share of few, overlapping events can be trusted."""

import math
from statistics import NormalDist


def normal_point(confidence: float) -> float:
    """Return the two-sided point of the normal distribution.

    >>> round(normal_point(0.95), 3)
    1.96
    """
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson(share: float, n: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Give the score interval of a share.

    Parameters
    ----------
    share
        In [0, 1].
    n
        Independent events behind it. Labels that overlap count by their uniqueness: pass the sum of their
        weights, which is smaller than their number.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22.

    >>> [round(bound, 3) for bound in wilson(0.5, 100)]
    [0.404, 0.596]
    """
    if not n > 0:
        return 0.0, 1.0
    z = normal_point(confidence)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2) / (1 + z**2 / n)
    return centre - half, centre + half

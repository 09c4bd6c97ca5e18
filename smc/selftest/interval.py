"""Intervals of shares and means over symbols."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: Of the interval that is shown, and of the one that refutes a target: a self-test has dozens of targets,
#: some at the true value itself, and by 95 % intervals luck alone would refute one in every few self-tests.
CONFIDENCE, BEYOND_LUCK = 0.95, 0.999


@dataclass(frozen=True)
class Estimate:
    """A value with its intervals.

    Attributes
    ----------
    value, low, high
        None where no symbol gives it; an end is None where the interval has no end.
    n
        Symbols behind it.
    lowest, highest
        Ends of the wider interval (`BEYOND_LUCK`).
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    lowest: float | None = None
    highest: float | None = None


NOTHING = Estimate(None, None, None, 0)


def share(values: Sequence[float]) -> Estimate:
    """Return a share of symbols with its exact interval (Clopper and Pearson, 1934).

    Parameters
    ----------
    values
        0 or 1 a symbol; or, where a symbol has several answers that hang together, their mean. The interval
        is then as wide as if each symbol had one answer: too wide rather than too narrow.

    >>> share([0] * 20)
    Estimate(value=0.0, low=0.0, high=0.1684..., n=20, lowest=0.0, highest=0.3161...)
    """
    if not values:
        return NOTHING
    n, hits = len(values), float(np.sum(values))
    return Estimate(hits / n, *_share_ends(hits, n, CONFIDENCE), n, *_share_ends(hits, n, BEYOND_LUCK))


def mean(values: Sequence[float]) -> Estimate:
    """Return a mean over symbols with Student's interval.

    It has no ends for one symbol, nor for symbols that are all alike: how far others are, they do not say.

    >>> mean([0.5, 0.7])
    Estimate(value=0.6, low=-0.67..., high=1.87..., n=2, lowest=-63.0..., highest=64.2...)
    """
    n = len(values)
    if not n:
        return NOTHING
    value = float(np.mean(values))
    if np.ptp(values) == 0:
        return Estimate(value, None, None, n)
    from scipy.special import stdtrit

    error = float(np.std(values, ddof=1)) / math.sqrt(n)
    half, wide = (float(stdtrit(n - 1, (1 + level) / 2)) * error for level in (CONFIDENCE, BEYOND_LUCK))
    return Estimate(value, value - half, value + half, n, value - wide, value + wide)


def distance_from_uniform(values: Sequence[float]) -> Estimate:
    """Return Kolmogorov's distance of values in [0, 1] from the uniform law.

    The interval is that of the true distance by the bound of Dvoretzky, Kiefer and Wolfowitz with the
    constant of Massart (1990): the distance, more or less sqrt(log(2 / 0.05) / 2 n).

    >>> distance_from_uniform([0.25, 0.5, 0.75])
    Estimate(value=0.25, low=0.0, high=1.0, n=3, lowest=0.0, highest=1.0)
    """
    if not values:
        return NOTHING
    n, ordered = len(values), np.sort(values)
    steps = np.arange(n + 1) / n
    value = float(max(np.max(steps[1:] - ordered), np.max(ordered - steps[:-1])))
    half, wide = (math.sqrt(math.log(2 / (1 - level)) / (2 * n)) for level in (CONFIDENCE, BEYOND_LUCK))
    low, lowest = (max(value - margin, 0.0) for margin in (half, wide))
    high, highest = (min(value + margin, 1.0) for margin in (half, wide))
    return Estimate(value, low, high, n, lowest, highest)


def _share_ends(hits: float, n: int, confidence: float) -> tuple[float, float]:
    from scipy.special import betaincinv

    outside = (1 - confidence) / 2
    low = float(betaincinv(hits, n - hits + 1, outside)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, n - hits, 1 - outside)) if hits < n else 1.0
    return low, high

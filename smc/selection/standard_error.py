"""How sure a mean over events is whose labels overlap."""

import math

import numpy as np

from smc.metrics import block_size, label_overlap
from smc.typing import FloatArray, IntArray

#: Variation that is rounding alone, relative to the largest value.
ROUNDING = 1e-12


def standard_error(values: FloatArray, time: IntArray, end: IntArray) -> float:
    """Return the standard error of a mean by sums over circular blocks of events.

    The variance of the sums over every run of b successive events, divided by b, is the long-run variance;
    b is `smc.metrics.block_size`, twice the label overlap or n^(1/3). Sums taken around the sample's own mean
    are too close together, by 1 - b / n. It equals a circular block bootstrap with infinitely many draws.

    References
    ----------
    Politis and Romano (1992), "A circular block-resampling procedure for stationary data".

    >>> time, values = np.arange(1000), np.random.default_rng(0).normal(size=1000)
    >>> twice = np.repeat(values[::2], 2)  # a thousand rows that hold five hundred facts
    >>> round(standard_error(values, time, time), 3), round(standard_error(twice, time, time + 1), 3)
    (0.031, 0.046)
    """
    n_rows = len(values)
    if n_rows < 2:
        return float("nan")
    size = _size(time, end)
    padded = np.concatenate([[0.0], values, values[: size - 1]]).cumsum()
    sums = padded[size:] - padded[:-size] - size * values.mean()
    return math.sqrt((sums**2).mean() / (size * n_rows * (1 - size / n_rows)))


def lower_bound(values: FloatArray, time: IntArray, end: IntArray, confidence: float) -> float:
    """Return the one-sided lower bound of the mean, mean - t x error; -inf for values that do not vary.

    t has n / b - 1 degrees of freedom, as many as there are independent blocks, less one.

    >>> far, values = np.arange(100), np.tile([1.0, -0.5, 0.0, 0.5], 25)
    >>> round(lower_bound(values, far, far, 0.95), 3), float(values.mean())
    (0.206, 0.25)
    >>> lower_bound(np.zeros(100), far, far, 0.95)
    -inf
    """
    error = standard_error(values, time, end)
    if not error > ROUNDING * np.abs(values).max(initial=0.0):
        return -math.inf
    from scipy.special import stdtrit

    freedom = max(len(values) / _size(time, end) - 1, 1.0)
    return float(values.mean() - stdtrit(freedom, confidence) * error)


def _size(time: IntArray, end: IntArray) -> int:
    return block_size(len(time), label_overlap(time, end))

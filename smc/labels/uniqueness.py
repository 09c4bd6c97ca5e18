"""How much of a label is its own: weights for labels that overlap."""

import numpy as np

from smc.typing import FloatArray, IntArray


def average_uniqueness(start: IntArray, end: IntArray) -> FloatArray:
    """Return the mean of 1 / (labels alive) over the bars of each label.

    Labels whose spans overlap share their outcome, so n of them hold less than n facts. A label that is alone
    on all of its bars has 1; k labels with one and the same span have 1/k each. One difference array and one
    prefix sum: O(n + T) for n labels over T bars, with no bars x labels matrix.

    Parameters
    ----------
    start, end
        First and last bar of each label, both included; any order.

    References
    ----------
    Lopez de Prado (2018), Advances in Financial Machine Learning, 4.3-4.4.

    Examples
    --------
    >>> average_uniqueness(np.array([0, 2, 4]), np.array([2, 3, 5])).round(4)
    array([0.8333, 0.75  , 1.    ])
    """
    if not len(start):
        return np.empty(0)
    first = start.min()
    n_bars = end.max() - first + 1
    opened = np.bincount(start - first, minlength=n_bars)
    closed = np.bincount(end - first + 1, minlength=n_bars + 1)[:-1]
    alive = np.cumsum(opened - closed)
    share = np.divide(1.0, alive, out=np.zeros(n_bars), where=alive > 0)
    before = np.concatenate([[0.0], np.cumsum(share)])
    return (before[end - first + 1] - before[start - first]) / (end - start + 1)

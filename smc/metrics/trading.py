"""From predicted events to positions, and from positions to returns after costs."""

import numpy as np
import numpy.typing as npt

from smc.arguments import check_non_negative
from smc.typing import BoolArray, FloatArray, IntArray


def held_position(n_bars: int, start: IntArray, end: IntArray, position: FloatArray) -> FloatArray:
    """Return the position held during each bar: the mean position of the events open in it, 0 without any.

    An event is open in the bars ``start`` to ``end`` of its label span, both included. It was decided at the
    close of ``start`` - 1, so it is filled at the open of ``start``; what it holds in a bar is known at the
    close of the bar before, because whether its label is resolved is.

    Parameters
    ----------
    n_bars
        Length of the series that the bar positions refer to.
    position
        Position of each event, in [-1, 1]; a prediction not to trade is 0, and counts in the mean.

    Notes
    -----
    One difference array for the sum and one for the count: O(events + bars).

    >>> held_position(6, np.array([1, 2]), np.array([3, 4]), np.array([1.0, -1.0]))
    array([ 0.,  1.,  0.,  0., -1.,  0.])
    """
    total = _open(n_bars, start, end, position)
    count = _open(n_bars, start, end, np.ones(len(start)))
    mean = np.divide(total, count, out=np.zeros(n_bars), where=count > 0)
    return np.clip(mean, -1.0, 1.0)


def stands_aside(
    probability: FloatArray, threshold: FloatArray | float, half_width: FloatArray | float
) -> BoolArray:
    """Tell where nothing is traded: within a band around the threshold, whose edges are traded.

    >>> stands_aside(np.array([0.5, 0.625, 0.75]), 0.5, 0.25)
    array([ True,  True, False])
    """
    return np.abs(probability - threshold) < half_width


def net_returns(
    position: FloatArray, bar_return: FloatArray, *, cost: float, lag: int = 1
) -> tuple[FloatArray, FloatArray]:
    """Return what a position earns in each bar, before and after costs.

    ``gross[t] = position[t - lag] * bar_return[t]``; ``net[t] = gross[t] - cost * |position[t] -
    position[t - 1]|``, from no position before the first bar. A position still held in the last bar has not
    paid for its exit.

    Parameters
    ----------
    position
        In [-1, 1], stamped at the bar in whose close it is decided (``lag=1``), or at the bar during which it
        is held (``lag=0``, for positions of `held_position`, which are a bar late already).
    bar_return
        Log return of each bar.
    cost
        Of a change of position by 1, as a fraction of the capital: 0.0001 is one basis point.

    >>> gross, net = net_returns(np.array([0.0, 1.0, 1.0]), np.array([0.1, 0.2, 0.3]), cost=0.01)
    >>> gross, net
    (array([0. , 0. , 0.3]), array([ 0.  , -0.01,  0.3 ]))
    """
    check_non_negative("cost", cost)
    check_non_negative("lag", lag)
    held = np.concatenate([np.zeros(lag), position])[: len(position)]
    gross = held * bar_return
    return gross, gross - cost * np.abs(np.diff(position, prepend=0.0))


def open_to_open_return(open_: FloatArray, close: FloatArray) -> FloatArray:
    """Return what holding through each bar earns: the log return from its open to the next one.

    The last bar has no next open, and is marked at its close.

    >>> np.exp(open_to_open_return(np.array([1.0, 2.0, 3.0]), np.array([2.5, 2.5, 6.0])))
    array([2. , 1.5, 2. ])
    """
    return np.diff(np.log(np.append(open_, close[-1:]).astype(np.float64)))


def _open(n_bars: int, start: IntArray, end: IntArray, value: npt.NDArray[np.float64]) -> FloatArray:
    """Sum a value over the events that are open in each bar."""
    opened = np.bincount(start, weights=value, minlength=n_bars + 1)
    closed = np.bincount(end + 1, weights=value, minlength=n_bars + 1)
    return np.cumsum(opened - closed, dtype=np.float64)[:n_bars]

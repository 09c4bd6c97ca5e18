"""From trades to the returns of an account that is marked to market."""

from typing import NamedTuple

import numpy as np

from smc.arguments import check_non_negative
from smc.typing import BoolArray, FloatArray, IntArray


class MarkedTrades(NamedTuple):
    """Trades bar by bar: one row a trade and bar, trades in their order, bars ascending.

    Attributes
    ----------
    trade, bar
        Number of the trade, and position of the bar.
    gross, net
        Simple return of the trade in the bar, before and after costs.
    traded
        What was bought or sold in the bar, as a share of what the trade was given.
    """

    trade: IntArray
    bar: IntArray
    gross: FloatArray
    net: FloatArray
    traded: FloatArray


def mark_to_market(
    open_: FloatArray,
    close: FloatArray,
    *,
    start: IntArray,
    end: IntArray,
    position: FloatArray,
    gain: FloatArray,
    cost: float,
) -> MarkedTrades:
    """Mark each trade at every close from its entry to its exit.

    A trade is given a capital of 1, buys ``position`` of it at the open of bar ``start`` (sells where that is
    below 0), and is held, not rebalanced, until it leaves in bar ``end``. At price P it is worth
    1 + position (P / entry - 1), so the product of (1 + gross) over its bars is 1 + position x ``gain``, and
    that of (1 + net) is the same after a cost on the way in and one on the way out. A trade that is worth
    nothing at a close, as a short of a price that has doubled, is liquidated: it stays at 0, whatever the
    price does until its end.

    Parameters
    ----------
    open_, close
        Of all bars.
    start, end
        Bar of the entry, and of the exit, both included (n_trades,).
    position
        Signed share of the capital, in [-1, 1] (n_trades,).
    gain
        Price at the exit over that at the entry, less 1 (n_trades,).
    cost
        Of a purchase or sale, as a fraction of its size: 0.0001 is one basis point.

    Examples
    --------
    >>> trade = {"start": [0], "end": [1], "position": [-1.0], "gain": [-0.1]}
    >>> trade = {name: np.array(values) for name, values in trade.items()}
    >>> marked = mark_to_market(np.array([100.0, 110.0]), np.array([110.0, 99.0]), **trade, cost=0.01)
    >>> marked.gross.round(4), marked.net.round(4)
    (array([-0.1   ,  0.2222]), array([-0.109,  0.21 ]))
    """
    check_non_negative("cost", cost)
    n_bars = end - start + 1
    first = np.cumsum(n_bars) - n_bars
    last = first + n_bars - 1
    trade = np.repeat(np.arange(len(start)), n_bars)
    bar = np.arange(len(trade)) - (first - start)[trade]
    moved = close[bar] / open_[start][trade] - 1.0
    moved[last] = gain
    value = _until_nothing_is_left(1.0 + position[trade] * moved, trade, first)
    before = np.concatenate([[1.0], value[:-1]])[: len(value)]
    before[first] = 1.0
    gross = np.divide(value, before, out=np.ones(len(value)), where=before > 0) - 1.0
    fills = np.bincount(first, minlength=len(trade)) + np.bincount(last, minlength=len(trade))
    size: FloatArray = np.abs(position)[trade]
    net = (1.0 + gross) * np.maximum(1.0 - cost * size, 0.0) ** fills - 1.0
    return MarkedTrades(trade, bar, gross, net, traded=size * fills.astype(np.float64))


def trade_return(position: FloatArray, ret: FloatArray, *, cost: float) -> FloatArray:
    """Return what a trade adds to its capital from entry to exit, after a cost on both; at least -1.

    Parameters
    ----------
    position
        Share of the capital, relative to the side of ``ret``.
    ret
        Side-signed simple return of the price.

    >>> trade_return(np.array([1.0, 0.5, 0.0, 1.0]), np.array([0.1, 0.1, 0.1, -2.0]), cost=0.001).round(6)
    array([ 0.097801,  0.04895 ,  0.      , -1.      ])
    """
    kept = np.maximum(1.0 - cost * np.abs(position), 0.0) ** 2
    return np.maximum(1.0 + position * ret, 0.0) * kept - 1.0


def mean_over_open(n_bars: int, bar: IntArray, value: FloatArray) -> FloatArray:
    """Return the mean of a value over the trades that are open in each bar, 0 where none is.

    >>> mean_over_open(3, np.array([0, 0, 2]), np.array([0.1, 0.3, -0.2]))
    array([ 0.2,  0. , -0.2])
    """
    total, count = np.bincount(bar, weights=value, minlength=n_bars), np.bincount(bar, minlength=n_bars)
    return np.divide(total, count, out=np.zeros(n_bars), where=count > 0)


def stands_aside(
    probability: FloatArray, threshold: FloatArray | float, half_width: FloatArray | float
) -> BoolArray:
    """Tell where nothing is traded: within a band around the threshold, whose edges are traded.

    >>> stands_aside(np.array([0.5, 0.625, 0.75]), 0.5, 0.25)
    array([ True,  True, False])
    """
    return np.abs(probability - threshold) < half_width


def _until_nothing_is_left(value: FloatArray, trade: IntArray, first: IntArray) -> FloatArray:
    """Keep a trade at 0 from the bar on in which its value has reached 0."""
    is_gone = value <= 0.0
    if not is_gone.any():
        return value
    so_far = np.cumsum(is_gone)
    before = (so_far - is_gone)[first]
    return np.where(so_far > before[trade], 0.0, value)

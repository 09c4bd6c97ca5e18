"""Where the barriers of a trade lie, and which one the market touches first."""

from math import isnan

import numpy as np

from smc.jit import cached, inner

STOP_BUFFER = 0.1  # ATR beyond the far edge of the block, so that a mere touch of the edge is no stop
MIN_RISK, MAX_RISK = 0.5, 4.0  # ATR; a block nearer or farther than this places no stop
DEFAULT_RISK = 1.5  # ATR, where no block places the stop
REWARD_MULTIPLE = 2.0  # of the risk, where no level places the target
MAX_REWARD = 8.0  # ATR

#: How a trade ended. A bar that holds both barriers counts as a stop, and says so.
AMBIGUOUS, STOP, EXPIRY, TARGET, UNRESOLVED = -2, -1, 0, 1, 2
OPEN, HIGH, LOW, CLOSE = 0, 1, 2, 3


@cached
def place(close: float, atr: float, block: float, pool: float, swing: float):
    """Return the distances of stop and target from ``close``, in ATR.

    The stop lies ``STOP_BUFFER`` beyond the far edge of the newest active order block on the trade's side;
    where there is none, or where it lies outside [``MIN_RISK``, ``MAX_RISK``], at ``DEFAULT_RISK``.
    The target lies at the nearest opposite pool, else at the last opposite swing; where there is none, or
    where it is nearer than the stop, at ``REWARD_MULTIPLE`` times the risk; never beyond ``MAX_REWARD``.
    Everything it is given is known at the close of the bar. It is the one rule for features and labels.

    Prices are seen from the trade's side: a long trade passes them as they are, a short one negated.

    Parameters
    ----------
    close, atr
        Price and average true range at the decision; ``atr`` > 0.
    block
        Far edge of the newest active block on the trade's side: its bottom if long, its top if short.
    pool, swing
        Nearest unswept pool ahead, and last swing level ahead (high if long, low if short).
        NaN stands for "none" in all three.

    Examples
    --------
    >>> risk, reward = place(100.0, 2.0, 96.2, 105.0, 103.0)  # stop at 96.0, target at 105.0
    >>> round(risk, 9), reward
    (2.0, 2.5)
    >>> none = float("nan")
    >>> place(-100.0, 2.0, none, none, -101.0)  # short, and the last low is above the close: 1.5, twice that
    (1.5, 3.0)
    """
    risk = (close - block) / atr + STOP_BUFFER
    if not MIN_RISK <= risk <= MAX_RISK:  # also where `block` is NaN
        risk = DEFAULT_RISK
    reward = ((swing if isnan(pool) else pool) - close) / atr
    if not reward >= risk:
        reward = REWARD_MULTIPLE * risk
    return risk, min(reward, MAX_REWARD)


@cached
def touch(prices, start, side, barriers, max_holding):
    """Return the bar, the price and the way in which each trade ends.

    A trade is entered at the open of bar ``start`` and walks forward. In each bar, in this order:

    1. the bar opens at or beyond a barrier: exit at the open, worse than the stop or better than the target;
    2. its range holds the stop: exit at the stop, even if it holds the target as well (``AMBIGUOUS``),
       because bars do not tell which came first;
    3. its range holds the target: exit at the target;
    4. it is the last of ``max_holding`` bars, the entry bar being the first: exit at its close (``EXPIRY``).

    A trade that is still open when the bars end is ``UNRESOLVED``: last bar, price NaN. Time and memory are
    linear in the bars walked; nothing is allocated but the answer.

    Parameters
    ----------
    prices
        (n_bars, 4), C-contiguous: open, high, low, close.
    start
        Entry bar of each trade; one past the last bar is allowed (unresolved).
    side
        +1 long, -1 short.
    barriers
        (n_trades, 2): price of the stop and price of the target, on their own sides of the entry.
    max_holding
        Bars a trade may last, >= 1.

    Returns
    -------
    end, price, outcome
        ``outcome`` is one of ``AMBIGUOUS``, ``STOP``, ``EXPIRY``, ``TARGET``, ``UNRESOLVED``.

    References
    ----------
    Lopez de Prado (2018), Advances in Financial Machine Learning, 3.4. The book looks at closes only: pass
    the close four times for its answer.

    Examples
    --------
    >>> bars = np.array([[100, 101, 99.5, 100.5], [100.5, 103, 100, 102.0], [104, 105, 96, 97.0]])
    >>> entry, long = np.array([0]), np.array([1])
    >>> touch(bars, entry, long, np.array([[98.0, 102.5]]), 3)  # the second bar reaches 102.5
    (array([1]), array([102.5]), array([1], dtype=int8))
    >>> touch(bars, entry, long, np.array([[98.0, 103.5]]), 3)  # the third opens at 104, before it falls
    (array([2]), array([104.]), array([1], dtype=int8))
    """
    end = np.empty(len(start), np.int64)
    price = np.empty(len(start), np.float64)
    outcome = np.empty(len(start), np.int8)
    for i in range(len(start)):
        end[i], price[i], outcome[i] = _walk(prices, start[i], side[i], barriers[i], max_holding)
    return end, price, outcome


@inner
def _walk(prices, start, side, barriers, max_holding):
    """Walk one trade; a short one sees the market upside down."""
    stop, target = side * barriers[0], side * barriers[1]
    worst, best = (LOW, HIGH) if side > 0 else (HIGH, LOW)
    last = start + max_holding - 1
    for bar in range(start, min(last + 1, len(prices))):
        opened = side * prices[bar, OPEN]
        if opened <= stop:
            return bar, prices[bar, OPEN], STOP
        if opened >= target:
            return bar, prices[bar, OPEN], TARGET
        holds_target = side * prices[bar, best] >= target
        if side * prices[bar, worst] <= stop:
            return bar, barriers[0], AMBIGUOUS if holds_target else STOP
        if holds_target:
            return bar, barriers[1], TARGET
    if last < len(prices):
        return last, prices[last, CLOSE], EXPIRY
    return len(prices) - 1, np.nan, UNRESOLVED

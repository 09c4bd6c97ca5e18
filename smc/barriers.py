"""Where the barriers of a trade lie, and which one the market touches first."""

from math import isnan

from numba import njit

STOP_BUFFER = 0.1  # ATR beyond the far edge of the block, so that a mere touch of the edge is no stop
MIN_RISK, MAX_RISK = 0.5, 4.0  # ATR; a block nearer or farther than this places no stop
DEFAULT_RISK = 1.5  # ATR, where no block places the stop
REWARD_MULTIPLE = 2.0  # of the risk, where no level places the target
MAX_REWARD = 8.0  # ATR


@njit(cache=True)
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

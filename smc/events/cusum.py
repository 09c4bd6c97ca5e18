"""Events where prices have moved."""

import numpy as np
import pandas as pd

from smc.arguments import check_positive
from smc.errors import LabelError
from smc.events.recent import check_last, keep_last
from smc.typing import FloatArray, IntArray

#: Windows whose deviations are computed at a time: few enough for the cache of a processor.
N_WINDOWS = 4096


class Cusum:
    """Decide where log returns have added up to more than ``threshold`` times their usual size.

    The symmetric CUSUM filter: with r[t] the log return of bar t and h[t] = ``threshold`` x the standard
    deviation of the last ``volatility_window`` returns, r[t] included,

        up[t] = max(0, up[t-1] + r[t]),   down[t] = min(0, down[t-1] + r[t]),

    and t is an event if up[t] > h[t] or down[t] < -h[t]; the sum that crossed starts again from zero. Unlike
    a crossing of a fixed level it cannot fire again and again while the price hovers there, and the moving
    scale spreads events over calm and wild stretches alike. Uses bars <= t. No event before the window is
    full, nor where no price in it moved.

    Parameters
    ----------
    threshold
        In standard deviations of one bar's return. At 2.5 real H1, H4 and daily bars have an event every 7 or
        8 bars: 15,000 bars give some 2,000 events, where every bar gives 15,000 labels that overlap.
    volatility_window
        Bars. 50 follow a change of regime within weeks; the estimate's own error is 1 / sqrt(2 x 50) = 10 %.
    last
        Keep the most recent ones only; None keeps all.

    References
    ----------
    Lopez de Prado (2018), Advances in Financial Machine Learning, 2.5.2.1, with zero expected return.

    Examples
    --------
    >>> returns = np.array([0.0, 1, -1, 1, -1, 1, 1, 1, -1, -1, -1]) / 100
    >>> bars = pd.DataFrame({"close": 100 * np.exp(returns.cumsum())})
    >>> Cusum(threshold=1.9, volatility_window=4).compute(bars)  # the second rise in a row, then fall
    array([6, 9])
    """

    def __init__(
        self, threshold: float = 2.5, volatility_window: int = 50, *, last: int | None = None
    ) -> None:
        check_positive("threshold", threshold)
        if volatility_window < 2:
            raise ValueError(f"`volatility_window` needs 2 bars or more, got {volatility_window}")
        check_last(last)
        self.threshold, self.volatility_window, self.last = threshold, volatility_window, last

    def compute(self, bars: pd.DataFrame, features: pd.DataFrame | None = None) -> IntArray:  # noqa: ARG002
        """Return the positions of the events; ``features`` are not looked at.

        Raises
        ------
        LabelError
            The bars are too few to fill the volatility window.
        """
        if len(bars) <= self.volatility_window:
            raise LabelError(
                f"events=cusum needs more than volatility_window={self.volatility_window} bars, "
                f"got {len(bars)}"
            )
        return keep_last(self.state().take(bars["close"].to_numpy()), self.last)

    def state(self) -> "CusumState":
        """Return what takes the next closes, one or many, and says which are events."""
        return CusumState(self.threshold, self.volatility_window)


class CusumState:
    """The sums and the window of the filter, carried from one bar to the next.

    The deviation of a window is made from its own returns alone, so that bars fed one by one, in parts or
    all at once are the same events to the bit.

    >>> closes = 100 * np.exp(np.array([0.0, 1, 0, 1, 0, 1, 2, 3, 2, 1, 0]) / 100)
    >>> state = CusumState(threshold=1.9, volatility_window=4)
    >>> state.take(closes[:7]), state.take(closes[7:])
    (array([6]), array([2]))
    """

    def __init__(self, threshold: float, volatility_window: int) -> None:
        self.threshold, self.volatility_window = threshold, volatility_window
        self._sums = (0.0, 0.0)
        self._closes = np.empty(0)

    def take(self, closes: FloatArray, rows: FloatArray | None = None) -> IntArray:  # noqa: ARG002
        """Take the next closes (n,); return the positions of those that are events."""
        known = np.concatenate([self._closes, closes])
        returns = np.diff(np.log(known))
        n_new = min(len(closes), len(returns))
        scale = _deviations(returns, self.volatility_window)[len(returns) - n_new :]
        events, self._sums = crossings(returns[len(returns) - n_new :], self.threshold * scale, self._sums)
        self._closes = known[-self.volatility_window :].copy()
        return events + (len(closes) - n_new)


def _deviations(returns: FloatArray, window: int) -> FloatArray:
    """Return the population standard deviation of each window, at its last return; NaN before the first."""
    deviations = np.full(len(returns), np.nan)
    if len(returns) <= window:
        deviations[window - 1 :] = returns.std() if len(returns) == window else np.nan
        return deviations
    windows = np.lib.stride_tricks.sliding_window_view(returns, window)
    for first in range(0, len(windows), N_WINDOWS):
        part = np.ascontiguousarray(windows[first : first + N_WINDOWS])  # one order of sums for any number
        deviations[window - 1 + first : window - 1 + first + len(part)] = part.std(axis=1)
    return deviations


def crossings(
    returns: FloatArray, width: FloatArray, sums: tuple[float, float] = (0.0, 0.0)
) -> tuple[IntArray, tuple[float, float]]:
    """Return where the running sums leave [-width, width], and the sums; no width lets nothing pass.

    A plain loop: each step needs the one before; 15,000 floats take 2 ms, less than loading compiled code.
    """
    up, down = sums
    events = []
    limits = np.where(width > 0, width, np.inf).tolist()
    for i, (move, limit) in enumerate(zip(returns.tolist(), limits, strict=True)):
        up, down = max(0.0, up + move), min(0.0, down + move)
        if up > limit:
            up = 0.0
            events.append(i)
        elif down < -limit:
            down = 0.0
            events.append(i)
    return np.array(events, dtype=np.int64), (up, down)

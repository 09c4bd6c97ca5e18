"""Events where prices have moved."""

import numpy as np
import pandas as pd

from smc.arguments import check_positive
from smc.errors import LabelError
from smc.events.recent import check_last, keep_last
from smc.typing import FloatArray, IntArray


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
        returns = np.diff(np.log(bars["close"].to_numpy()))
        scale = pd.Series(returns).rolling(self.volatility_window).std(ddof=0).to_numpy()
        return keep_last(1 + crossings(returns, self.threshold * scale), self.last)


def crossings(returns: FloatArray, width: FloatArray) -> IntArray:
    """Return where the running sums leave [-width, width]; a width of zero or NaN lets nothing pass.

    A plain loop: each step needs the one before; 15,000 floats take 2 ms, less than loading compiled code.
    """
    up = down = 0.0
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
    return np.array(events, dtype=np.int64)

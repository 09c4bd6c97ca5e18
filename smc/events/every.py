"""Events at fixed distances."""

import numpy as np
import pandas as pd

from smc.arguments import check_positive
from smc.events.recent import check_last, keep_last
from smc.typing import FloatArray, IntArray


class Every:
    """Decide at every bar, or at every ``step``-th one.

    The simplest sample, and the one that overlaps most: with labels of 20 bars and ``step=1``, twenty labels
    share each bar, and the uniqueness weights fall to about 1/20. A step of the label's horizon gives labels
    that do not overlap. Counted from the first bar, so it depends on nothing that comes later.

    Parameters
    ----------
    step
        Bars from one event to the next.
    last
        Keep the most recent ones only; None keeps all.

    Examples
    --------
    >>> bars = pd.DataFrame({"close": range(7)})
    >>> Every(step=2).compute(bars), Every(step=2, last=2).compute(bars)
    (array([0, 2, 4, 6]), array([4, 6]))
    """

    def __init__(self, step: int = 1, *, last: int | None = None) -> None:
        check_positive("step", step)
        check_last(last)
        self.step, self.last = step, last

    def compute(self, bars: pd.DataFrame, features: pd.DataFrame | None = None) -> IntArray:  # noqa: ARG002
        """Return the positions of the events; ``features`` are not looked at."""
        return keep_last(self.state().take(np.zeros(len(bars))), self.last)

    def state(self) -> "EveryState":
        """Return what takes the next bars, one or many, and says which are events."""
        return EveryState(self.step)


class EveryState:
    """The place in the count, carried from one bar to the next.

    >>> state = EveryState(step=2)
    >>> state.take(np.ones(3)), state.take(np.ones(3))
    (array([0, 2]), array([1]))
    """

    def __init__(self, step: int) -> None:
        self.step, self._n_bars = step, 0

    def take(self, closes: FloatArray, rows: FloatArray | None = None) -> IntArray:  # noqa: ARG002
        """Count the next bars; return the positions of those that are events."""
        n_bars = len(closes)
        first = -self._n_bars % self.step
        self._n_bars += n_bars
        return np.arange(first, n_bars, self.step, dtype=np.int64)

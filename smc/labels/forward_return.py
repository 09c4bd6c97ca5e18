"""Label: how far does the market move to the event's side?"""

from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from smc.labels.held_return import held_ratio, side_return
from smc.labels.label_table import check_events, label_table
from smc.typing import FloatArray, IntArray


class ForwardReturn:
    """Give each event its side-signed log return over ``horizon`` bars, a regression target.

    The return runs from open[t+1], the first price that can be traded after the decision at the close of t,
    to close[t+horizon]; the span is [t+1, t+horizon]. The target is a log return, whose sizes are alike on
    both sides; what a trade earns, ``ret``, is a simple one (`smc.labels.held_return.side_return`).

    Parameters
    ----------
    horizon
        Bars the position is held. A list gives several steps ahead: for [1, 5, 20] the columns ``label_1``,
        ``label_5`` and ``label_20``; ``label``, ``ret`` and the span are those of the longest, so that
        purging covers them all. A network learns each of them, and each has its figures
        (``metrics_by_step`` of run.json); other models learn the longest.

    Attributes
    ----------
    horizon
        The longest.
    steps
        All of them in order, if a list was given; else empty.

    Examples
    --------
    >>> bars = pd.DataFrame({"open": [100.0, 101.0, 103.0], "close": [101.0, 103.0, 102.0]})
    >>> labels = ForwardReturn(horizon=[1, 2]).compute(bars, np.array([0]), np.array([1]))
    >>> labels[["end", "label_1", "label_2", "label"]].round(4)
           end  label_1  label_2   label
    event
    0        2   0.0196   0.0099  0.0099
    """

    task: Literal["regression"] = "regression"
    classes: ClassVar[dict[int, str]] = {}

    def __init__(self, horizon: int | list[int] = 5) -> None:
        steps = [horizon] if isinstance(horizon, int) else list(horizon)
        if not steps or min(steps) < 1 or len(set(steps)) < len(steps):
            raise ValueError(f"`horizon` must be positive bars, each given once; got {horizon}")
        self.steps = [] if isinstance(horizon, int) else sorted(steps)
        self.horizon = max(steps)

    def compute(self, bars: pd.DataFrame, events: IntArray, side: IntArray) -> pd.DataFrame:
        """Label events; see the class. Those without ``horizon`` bars after them are dropped and counted."""
        events, side = check_events(len(bars), events, side)
        known = events + self.horizon < len(bars)
        kept, sides = events[known], side[known]
        targets = {f"label_{step}": sides * np.log(held_ratio(bars, kept, step)) for step in self.steps}
        ratio = held_ratio(bars, kept, self.horizon)
        return label_table(
            kept,
            kept + self.horizon,
            {"label": sides * np.log(ratio), **targets, "ret": side_return(sides, ratio)},
            dropped={"unresolved": int((~known).sum())},
        )

    @staticmethod
    def position(prediction: npt.ArrayLike) -> FloatArray:
        """Trade to the event's side what is predicted to rise on it, against it what is predicted to fall."""
        return np.sign(np.asarray(prediction, dtype=np.float64))

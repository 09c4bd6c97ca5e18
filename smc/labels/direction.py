"""Label: does the market move to the event's side?"""

from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from smc.arguments import check_positive
from smc.labels.held_return import held_ratio, side_return
from smc.labels.label_table import check_events, label_table
from smc.typing import FloatArray, IntArray


class Direction:
    """Give 1 to an event whose side-signed return over ``horizon`` bars is above zero, else 0.

    The return runs from open[t+1], the first price that can be traded after the decision at the close of t,
    to close[t+horizon]; the span is [t+1, t+horizon]. With ``side=long`` the label is the market's own
    direction. A return of exactly zero earns nothing and counts as 0.

    Parameters
    ----------
    horizon
        Bars the position is held. 5 is a week of daily bars, or about a day of H4 bars: long enough for the
        move to exceed costs, short enough to leave many labels that do not overlap.

    Examples
    --------
    >>> bars = pd.DataFrame({"open": [100.0, 101.0, 103.0], "close": [101.0, 103.0, 102.0]})
    >>> labels = Direction(horizon=1).compute(bars, np.array([0, 1, 2]), np.array([1, 1, 1]))
    >>> labels[["start", "end", "label"]]
           start  end  label
    event
    0          1    1      1
    1          2    2      0
    """

    task: Literal["classification"] = "classification"
    classes: ClassVar[dict[int, str]] = {0: "against the side", 1: "to the side"}

    def __init__(self, horizon: int = 5) -> None:
        check_positive("horizon", horizon)
        self.horizon = horizon

    def compute(self, bars: pd.DataFrame, events: IntArray, side: IntArray) -> pd.DataFrame:
        """Label events; see the class. Those without ``horizon`` bars after them are dropped and counted."""
        events, side = check_events(len(bars), events, side)
        ret = side_return(side, held_ratio(bars, events, self.horizon))
        known = ~np.isnan(ret)
        return label_table(
            events[known],
            events[known] + self.horizon,
            {"label": (ret[known] > 0).astype(np.int64), "ret": ret[known]},
            dropped={"unresolved": int((~known).sum())},
        )

    @staticmethod
    def position(prediction: npt.ArrayLike) -> FloatArray:
        """Trade class 1 to the event's side, class 0 against it."""
        return np.where(np.asarray(prediction) > 0, 1.0, -1.0)

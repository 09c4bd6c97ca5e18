"""Label: target, stop, or neither?"""

from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from smc.arguments import check_positive
from smc.labels.barrier_levels import checked_barrier_rules
from smc.labels.trades import Trades, label_trades, walk_trades
from smc.typing import FloatArray, IntArray


class TripleBarrier3:
    """Give +1 to an event whose trade ends at the target, -1 at the stop, 0 to one that expires.

    Entry, barriers, span and dropped events are those of `smc.labels.triple_barrier.TripleBarrier`. A model
    that predicts -1 expects the stop, and its position is the opposite of the event's side.

    Parameters
    ----------
    max_holding
        Bars a trade may last, the entry bar included. The longer, the fewer events of class 0.
    stop_atr, target_atr
        Distances in ATR14 of bar t; None takes those of market structure.
    swing_size, max_age, pool_tolerance_atr
        Rules of market structure (see `smc.structure.Machine`); give them the values of the features.

    References
    ----------
    Lopez de Prado (2018), Advances in Financial Machine Learning, 3.4.

    Examples
    --------
    >>> time = pd.date_range("2024-01-01", periods=20, freq="4h", tz="UTC")
    >>> bars = pd.DataFrame({"open": 100.0, "high": 101.0, "low": 99.0, "close": 100.0, "volume": 1.0}, time)
    >>> bars.loc[time[18], "high"] = 102.5  # ATR is 2; a target of 1 ATR lies at 102 for a long trade
    >>> label = TripleBarrier3(max_holding=2, stop_atr=1.0, target_atr=1.0)
    >>> label.compute(bars, np.array([14, 16, 17, 18]), np.array([1, 1, -1, 1]))["label"].to_dict()
    {14: 0, 16: 1, 17: -1}
    """

    task: Literal["classification"] = "classification"
    classes: ClassVar[dict[int, str]] = {-1: "stop", 0: "expiry", 1: "target"}

    def __init__(
        self,
        max_holding: int = 20,
        *,
        stop_atr: float | None = None,
        target_atr: float | None = None,
        swing_size: int = 5,
        max_age: int = 500,
        pool_tolerance_atr: float = 0.25,
    ) -> None:
        check_positive("max_holding", max_holding)
        self.horizon = max_holding
        self.barrier_rules = checked_barrier_rules(
            stop_atr=stop_atr,
            target_atr=target_atr,
            swing_size=swing_size,
            max_age=max_age,
            pool_tolerance_atr=pool_tolerance_atr,
        )

    def compute(self, bars: pd.DataFrame, events: IntArray, side: IntArray) -> pd.DataFrame:
        """Label events; see the class.

        Raises
        ------
        LabelError
            Events are no increasing bar positions, or a side is neither +1 nor -1.
        """
        trades, dropped = walk_trades(bars, events, side, max_holding=self.horizon, **self.barrier_rules)
        return label_trades(*self.answer(trades), dropped=dropped)

    def answer(self, trades: Trades) -> tuple[Trades, IntArray]:
        """Return the trades, all of which have a label, and their labels."""
        return trades, np.maximum(trades.outcome, -1)  # a bar that held both barriers is a stop

    @staticmethod
    def position(prediction: npt.ArrayLike) -> FloatArray:
        """Trade the class itself: with the event's side, flat, or against it."""
        return np.asarray(prediction, dtype=np.float64)

"""Label: is the target touched before the stop?"""

from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from smc.arguments import check_choice, check_positive
from smc.labels.barrier_levels import checked_barrier_rules
from smc.labels.trades import Trades, label_trades, walk_trades
from smc.typing import FloatArray, IntArray


class TripleBarrier:
    """Give 1 to an event whose trade ends well, 0 to one whose trade does not.

    The decision falls at the close of bar t; the trade is entered at open[t+1] to the event's side, with stop
    and target laid off from that price. It ends, whichever comes first,

    - at the stop: label 0. A bar that holds both barriers counts as the stop, since bars do not tell which
      came first; ``attrs["ambiguous"]`` counts these;
    - at the target: label 1;
    - at the close of bar t + ``max_holding`` (expiry): 1 if the return is above zero, else 0.

    A bar that opens beyond a barrier exits at its open, worse than the stop or better than the target. The
    span is [t+1, bar of the exit]; a trade still open when the bars end is dropped and counted.

    Parameters
    ----------
    max_holding
        Bars a trade may last, the entry bar included. 20 bars are three to four days of H4 bars or a month of
        daily ones; with barriers of 1.5 and 3 ATR most trades end sooner.
    stop_atr, target_atr
        Distances in ATR14 of bar t. None takes those of market structure, ``tbm_risk_atr`` and
        ``tbm_reward_atr``: beyond the newest order block, and at the nearest opposite liquidity.
    expiry
        "sign" labels an expired trade by its return; "drop" leaves it out, and counts it. Which trades expire
        is known only afterwards, so with "drop" every figure describes only trades that touch a barrier:
        without any drift these seem to gain where the target is nearer, and to lose where the stop is. No
        trading result may be read from them; the run leaves its trading figures out, and warns.
    swing_size, max_age, pool_tolerance_atr
        Rules of market structure (see `smc.structure.Machine`); give them the values of the features.

    References
    ----------
    Lopez de Prado (2018), Advances in Financial Machine Learning, 3.4; meta-labels, 3.6.

    Examples
    --------
    >>> time = pd.date_range("2024-01-01", periods=18, freq="4h", tz="UTC")
    >>> bars = pd.DataFrame({"open": 100.0, "high": 101.0, "low": 99.0, "close": 100.0, "volume": 1.0}, time)
    >>> bars.loc[time[16], "high"] = 102.5  # ATR is 2; a target of 1 ATR lies at 102 for a long trade
    >>> label = TripleBarrier(max_holding=2, stop_atr=1.0, target_atr=1.0)
    >>> label.compute(bars, np.array([14, 15, 16]), np.array([1, -1, 1])).round(4)
           start  end  label   ret  weight
    event
    14        15   16      1  0.02    0.75
    15        16   16      0 -0.02    0.50
    """

    task: Literal["classification"] = "classification"
    classes: ClassVar[dict[int, str]] = {0: "stop, or expiry without gain", 1: "target, or expiry with gain"}

    def __init__(
        self,
        max_holding: int = 20,
        *,
        stop_atr: float | None = None,
        target_atr: float | None = None,
        expiry: Literal["sign", "drop"] = "sign",
        swing_size: int = 5,
        max_age: int = 500,
        pool_tolerance_atr: float = 0.25,
    ) -> None:
        check_positive("max_holding", max_holding)
        check_choice("expiry", expiry, ("sign", "drop"))
        self.horizon, self.expiry = max_holding, expiry
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
        answered, label = self.answer(trades)
        if self.expiry == "drop":
            dropped = {**dropped, "expired": len(trades.events) - len(answered.events)}
        return label_trades(answered, label, dropped=dropped)

    def answer(self, trades: Trades) -> tuple[Trades, IntArray]:
        """Return the trades that have a label, and their labels."""
        from smc.structure.barriers import EXPIRY

        if self.expiry == "drop":
            trades = trades.keep(trades.outcome != EXPIRY)
        # A target always gains and a stop always loses, so the sign of the return serves all three ends.
        return trades, (trades.ret > 0).astype(np.int64)

    @staticmethod
    def position(prediction: npt.ArrayLike) -> FloatArray:
        """Take the trade for class 1, stay flat for class 0."""
        return np.where(np.asarray(prediction) > 0, 1.0, 0.0)

"""How far stop and target lie from the entry of each trade."""

from typing import Required, Unpack

import numpy as np
import pandas as pd

from smc import structure
from smc.arguments import check_positive_or_none
from smc.typing import FloatArray, IntArray


class BarrierRules(structure.StructureRules):
    """Keyword arguments of `barrier_distances`."""

    stop_atr: Required[float | None]
    target_atr: Required[float | None]


def checked_barrier_rules(
    *, stop_atr: float | None, target_atr: float | None, **rules: Unpack[structure.StructureRules]
) -> BarrierRules:
    """Return the rules by which the barriers of every trade are placed.

    Raises
    ------
    ValueError
        A distance is neither positive nor None, or the structure machine cannot follow a rule.
    """
    check_positive_or_none(stop_atr=stop_atr, target_atr=target_atr)
    structure.Machine(**rules)
    return {"stop_atr": stop_atr, "target_atr": target_atr, **rules}


def barrier_distances(
    bars: pd.DataFrame,
    events: IntArray,
    side: IntArray,
    *,
    stop_atr: float | None,
    target_atr: float | None,
    **rules: Unpack[structure.StructureRules],
) -> FloatArray:
    """Return the distances of stop and target in price units, (n_events, 2), from bars <= event alone.

    A multiple of ATR14 where one is given; else where market structure puts it on the trade's side, which for
    trades to the side of the last break is what a model sees as ``tbm_risk_atr`` and ``tbm_reward_atr``.
    NaN where ATR or structure is not known yet, or prices stand still.

    Parameters
    ----------
    stop_atr, target_atr
        Distances in ATR, or None for those of market structure.
    rules
        Parameters of `smc.structure.compute`.
    """
    rows = structure.compute(bars, **rules)

    def placed(what: str, fixed: float | None) -> FloatArray:
        if fixed is not None:
            return np.full(len(events), fixed)
        long, short = (rows[f"{name}_{what}_atr"].to_numpy()[events] for name in ("long", "short"))
        return np.where(side > 0, long, short)

    in_atr = np.column_stack([placed("risk", stop_atr), placed("reward", target_atr)])
    return in_atr * rows["atr"].to_numpy()[events, None]

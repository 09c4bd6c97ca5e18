"""How far stop and target lie from the entry of each trade."""

from typing import Required, Unpack

import numpy as np
import pandas as pd

from smc import structure
from smc.arguments import check_positive_or_none
from smc.typing import FloatArray, IntArray

#: Of the structure machine: what places stop and target, on either side.
COLUMNS = ("long_risk_atr", "long_reward_atr", "short_risk_atr", "short_reward_atr", "atr")


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
    rows = structure.Machine(**rules).run(bars, COLUMNS)[events]
    return distances_of(rows, side, stop_atr=stop_atr, target_atr=target_atr)


def distances_of(
    rows: FloatArray, side: IntArray, *, stop_atr: float | None, target_atr: float | None
) -> FloatArray:
    """Return the distances of `barrier_distances` from `COLUMNS` of the events' own bars (n_events, 5)."""
    long, short, atr = rows[:, :2], rows[:, 2:4], rows[:, 4:]
    in_atr = np.where(side[:, None] > 0, long, short)
    for barrier, fixed in enumerate((stop_atr, target_atr)):
        if fixed is not None:
            in_atr[:, barrier] = fixed
    return in_atr * atr

"""How far stop and target lie from the entry of each trade."""

from typing import Any

import numpy as np
import pandas as pd

from smc import structure
from smc.checks import check_positive
from smc.typing import FloatArray, IntArray


def check_distances(stop_atr: float | None, target_atr: float | None) -> None:
    """Raise ValueError unless each distance is positive or None."""
    for name, value in (("stop_atr", stop_atr), ("target_atr", target_atr)):
        if value is not None:
            check_positive(name, value)


def barrier_distances(
    bars: pd.DataFrame,
    events: IntArray,
    side: IntArray,
    *,
    stop_atr: float | None,
    target_atr: float | None,
    **rules: Any,
) -> FloatArray:
    """Return the distances of stop and target in price units, (n_events, 2), from bars <= event alone.

    A multiple of ATR14 where one is given; else where market structure puts it: the columns ``tbm_risk_atr``
    and ``tbm_reward_atr``, for trades on the side of the last break to the bit what a model sees as features.
    NaN where ATR or structure is not known yet, or prices are flat.

    Parameters
    ----------
    stop_atr, target_atr
        Distances in ATR, or None for those of market structure.
    rules
        Parameters of `smc.structure.compute`.
    """
    rows = structure.compute(bars, **rules)
    atr = rows["atr"].to_numpy()[events]
    distances = np.full((len(events), 2), np.nan)
    if stop_atr is None or target_atr is None:
        distances = structural_distances(bars["close"].to_numpy(), rows, events, side)
    if stop_atr is not None:
        distances[:, 0] = stop_atr
    if target_atr is not None:
        distances[:, 1] = target_atr
    return distances * atr[:, None]


def structural_distances(
    close: FloatArray, rows: pd.DataFrame, events: IntArray, side: IntArray
) -> FloatArray:
    """Return risk and reward in ATR: the kernel's on the side of the last break, placed anew on the other."""
    found = rows[["tbm_risk_atr", "tbm_reward_atr"]].to_numpy()[events]
    along = np.where(rows["st_dir"].to_numpy()[events] >= 0, 1, -1)
    against = (side != along) & ~np.isnan(found[:, 0])
    if against.any():
        found[against] = _place(close, rows, events[against], side[against])
    return found


def _place(close: FloatArray, rows: pd.DataFrame, events: IntArray, side: IntArray) -> FloatArray:
    """Place barriers by the one rule, from the causal columns of the trade's own side."""
    from smc.barriers import place

    def seen(long: str, short: str) -> FloatArray:
        return np.where(side > 0, rows[long].to_numpy()[events], rows[short].to_numpy()[events])

    price, atr = side * close[events], rows["atr"].to_numpy()
    age = np.nan_to_num(seen("ob_bull_age", "ob_bear_age")).astype(np.int64)
    block_height = seen("ob_bull_size_atr", "ob_bear_size_atr") * atr[events - age]
    block = price - seen("ob_bull_dist_atr", "ob_bear_dist_atr") * atr[events] - block_height
    pool = price + seen("liq_above_dist_atr", "liq_below_dist_atr") * atr[events]
    swing = side * seen("swing_high", "swing_low")
    return np.array([place(*trade) for trade in zip(price, atr[events], block, pool, swing, strict=True)])

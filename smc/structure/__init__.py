"""Market structure, causal: swings, breaks, order blocks, fair value gaps, pools, and indicators beside them.

One compiled state machine reads each bar once. Every value at bar t is known at the close of bar t: it uses
bars <= t, and nothing that was written is ever rewritten.
"""

from typing import Unpack

import pandas as pd

from smc.structure.columns import COLUMNS, FEATURES, KINDS
from smc.structure.machine import PART_SIZE, Machine, StructureRules, fill, ohlcv, table

__all__ = [
    "COLUMNS",
    "FEATURES",
    "KINDS",
    "PART_SIZE",
    "Machine",
    "StructureRules",
    "compute",
    "fill",
    "ohlcv",
    "table",
]


def compute(bars: pd.DataFrame, **rules: Unpack[StructureRules]) -> pd.DataFrame:
    """Compute every column of the structure machine for a table of bars.

    Parameters
    ----------
    bars
        open, high, low, close, volume (may be NaN), indexed by the stamps of the bars' opens, with time zone.
    rules
        `Machine`'s parameters: swing_size, max_age, min_gap_atr, pool_tolerance_atr, tz, day_start.

    Returns
    -------
    One row a bar, `COLUMNS`: all features, ``atr`` (missing where prices stand still, as whatever is measured
    in it), ``swing_high``, ``swing_low`` in price units, stop and target of a trade on either side
    (``long_risk_atr``, ``long_reward_atr``, ``short_...``), and what happened at the bar's close, +1 bullish,
    -1 bearish, 0 nothing (or both, which cancel): ``break_event`` (break of structure), ``ob_retest`` (an
    order block touched for the first time, and held), ``fvg_filled`` (a fair value gap filled in full),
    ``liq_sweep`` (a pool swept and rejected: +1 below, -1 above).

    Examples
    --------
    >>> import numpy as np
    >>> time = pd.date_range("2024-01-01", periods=40, freq="4h", tz="UTC")
    >>> close = 100 + 5 * np.sin(np.arange(40) / 3)  # turns every nine to ten bars
    >>> bars = pd.DataFrame({"open": close, "high": close + 1, "low": close - 1, "close": close}, index=time)
    >>> rows = compute(bars.assign(volume=1.0), swing_size=3)
    >>> rows["st_sh_age"].tolist()[20:30]  # the high at bar 24 is known three bars later
    [15.0, 16.0, 17.0, 18.0, 19.0, 20.0, 21.0, 3.0, 4.0, 5.0]
    """
    machine = Machine(**rules)
    return pd.DataFrame(machine.run(bars), index=bars.index, columns=pd.Index(COLUMNS), copy=False)

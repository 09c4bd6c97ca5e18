"""Events where market structure is answered."""

import numpy as np
import pandas as pd

from smc import structure
from smc.events.recent import check_last, keep_last
from smc.typing import FloatArray, IntArray


class Structure:
    """Decide where price comes back to a level that market structure has left behind.

    Three kinds of event, each recognised at the close of the bar in which it happens:

    - order-block retest: the bar trades into an active block for the first time, and the block holds;
    - fair-value-gap fill: the bar trades through what was left of a gap;
    - liquidity sweep: the bar trades beyond a pool of equal highs or lows, and closes back inside.

    Uses bars <= t: the columns ``ob_retest``, ``fvg_filled`` and ``liq_sweep`` of `smc.structure`. They
    are no features, and are computed here whatever families of features are on. A bar in which a bullish and
    a bearish event of one kind coincide has 0 there, and is no event.

    Parameters
    ----------
    order_block, fair_value_gap, liquidity_sweep
        Which kinds count. On H4 bars of currencies and gold, gaps are filled every 7 to 9 bars, blocks are
        retested every 26, pools swept every 150 to 280; together they give an event every 6 to 7 bars.
    last
        Keep the most recent events only; None keeps all.
    swing_size, max_age, min_gap_atr, pool_tolerance_atr
        Rules of market structure (see `smc.structure.Machine`); give them the values of the features.

    Raises
    ------
    ValueError
        No kind is on, or a rule is out of range.

    Examples
    --------
    >>> close = 100 + 5 * np.sin(np.arange(90) / 3) + np.arange(90) / 10  # waves that rise
    >>> time = pd.date_range("2024-01-01", periods=90, freq="4h", tz="UTC")
    >>> bars = pd.DataFrame({"open": close, "high": close + 1, "low": close - 1, "close": close}, time)
    >>> Structure(fair_value_gap=False).compute(bars.assign(volume=1.0))  # blocks retested as waves turn
    array([51, 70, 89])
    """

    def __init__(
        self,
        *,
        order_block: bool = True,
        fair_value_gap: bool = True,
        liquidity_sweep: bool = True,
        last: int | None = None,
        swing_size: int = 5,
        max_age: int = 500,
        min_gap_atr: float = 0.1,
        pool_tolerance_atr: float = 0.25,
    ) -> None:
        kinds = {"ob_retest": order_block, "fvg_filled": fair_value_gap, "liq_sweep": liquidity_sweep}
        self.columns = [column for column, is_on in kinds.items() if is_on]
        if not self.columns:
            raise ValueError("one of order_block, fair_value_gap, liquidity_sweep must be true")
        check_last(last)
        self.last = last
        self.rules: structure.StructureRules = {
            "swing_size": swing_size,
            "max_age": max_age,
            "min_gap_atr": min_gap_atr,
            "pool_tolerance_atr": pool_tolerance_atr,
        }
        structure.Machine(**self.rules)  # refuses what it cannot follow

    def compute(self, bars: pd.DataFrame, features: pd.DataFrame | None = None) -> IntArray:  # noqa: ARG002
        """Return the positions of the events; ``features`` are not looked at."""
        rows = structure.Machine(**self.rules).run(bars)
        return keep_last(self.state().take(rows[:, 0], rows), self.last)

    def state(self) -> "StructureState":
        """Return what takes the machine's next rows, one or many, and says which are events."""
        return StructureState(self.columns)


class StructureState:
    """Which columns tell of an event; the machine whose rows it is given remembers all else.

    Parameters
    ----------
    columns
        Of `smc.structure.COLUMNS`.
    """

    def __init__(self, columns: list[str]) -> None:
        self._places = [structure.COLUMNS.index(name) for name in columns]

    def take(self, closes: FloatArray, rows: FloatArray) -> IntArray:  # noqa: ARG002
        """Take the next rows of a machine of the detector's ``rules``; return which are events."""
        return np.flatnonzero((rows[:, self._places] != 0).any(axis=1))

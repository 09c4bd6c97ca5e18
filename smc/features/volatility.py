"""Family: volatility, returns, volume."""

from smc.features.family import MachineFamily, WarmUp
from smc.structure import columns


class Volatility(MachineFamily):
    """How far price moves, in windows of 20 bars. Standard deviations are population ones.

    ``bb_pctb``, ``bb_bw``
        Place of the close in Bollinger(20, 2), 0.5 where the band has no width; width over middle.
    ``atr_pct``
        ATR(14) over close.
    ``rvol20``
        Standard deviation of 20 log returns.
    ``ret1``, ``ret5``, ``ret20``
        Log returns over 1, 5 and 20 bars.
    ``vol_z20``
        Volume less its mean of 20 bars, in standard deviations; 0 where it does not vary, NaN where missing.
    """

    names = columns.VOLATILITY
    warm_up_rule = WarmUp(bars=200)

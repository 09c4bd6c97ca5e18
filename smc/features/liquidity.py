"""Family: liquidity pools and sweeps."""

from smc.features.family import MachineFamily, WarmUp
from smc.structure import columns


class Liquidity(MachineFamily):
    """Pools where stops gather: swing highs, or lows, that are equal within ``pool_tolerance_atr``.

    A pool is gone once price trades beyond it, which is a sweep (stop hunt) if the bar closes back inside.

    ``liq_above_dist_atr``, ``liq_below_dist_atr``
        Distance to the nearest pool of equal highs / lows, in ATR; NaN: none, as on most bars.
    ``liq_sweep_high_age``, ``liq_sweep_low_age``
        Bars since the last sweep, at most ``max_age``.
    """

    names = columns.LIQUIDITY
    warm_up_rule = WarmUp(bars=200, swing_sizes=30, ages=3)  # a level, then its pool, then the age of a sweep

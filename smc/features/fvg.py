"""Family: fair value gaps."""

from smc.features.family import MachineFamily, WarmUp
from smc.structure import columns


class FVG(MachineFamily):
    """The newest open fair value gap of each side: three bars of which the outer two do not meet.

    A bullish gap lies between the high of two bars ago and the low of this one, the bar between having closed
    up. Gaps below ``min_gap_atr`` are ignored. It is gone once filled to its bottom, or after ``max_age``.

    ``fvg_bull_age``
        Bars since it was made.
    ``fvg_bull_size_atr``
        Its height, in ATR when it was made.
    ``fvg_bull_dist_atr``
        Close less its top, in ATR; negative inside.
    ``fvg_bull_fill``
        Share of it that price has come back into since, in [0, 1).

    ``fvg_bear_*`` mirror them, and are positive above price. NaN: no gap.
    """

    names = columns.FVG
    warm_up_rule = WarmUp(bars=200, ages=1)  # a gap lives up to max_age

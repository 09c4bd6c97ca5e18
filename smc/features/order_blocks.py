"""Family: order blocks."""

from smc.features.family import MachineFamily, WarmUp
from smc.structure import columns


class OrderBlocks(MachineFamily):
    """The newest active order block of each side: the candle at the extreme of the pull-back before a break.

    A bullish block is made when a close breaks a swing high: the last bar with the lowest low since that
    swing. It is gone once a low trades below it, or after ``max_age`` bars; nothing is rewritten.

    ``ob_bull_age``
        Bars since it was made.
    ``ob_bull_dist_atr``
        Close less its top, in ATR; negative inside.
    ``ob_bull_size_atr``
        Its height, in ATR when it was made.
    ``ob_bull_volstr``
        Mean volume of the 3 bars up to the break, over that of 20.
    ``ob_bull_mitigated``
        1 once a later low has touched it.
    ``ob_bull_active``
        How many blocks are active, at most 32.

    ``ob_bear_*`` mirror them, and are positive above price. NaN: no block.
    """

    names = columns.ORDER_BLOCKS
    warm_up_rule = WarmUp(bars=200, swing_sizes=30, ages=1)  # a block lives up to max_age

"""Family: momentum."""

from smc.features.family import MachineFamily, WarmUp
from smc.structure import columns


class Momentum(MachineFamily):
    """RSI and MACD, seeded as TA-Lib seeds them.

    ``rsi14``
        Relative strength, 0 to 100; 50 where nothing moves (TA-Lib says 0).
    ``macd_atr``, ``macd_hist_atr``
        MACD(12, 26, 9) line, and line less signal, in ATR.
    """

    names = columns.MOMENTUM
    warm_up_rule = WarmUp(bars=300)

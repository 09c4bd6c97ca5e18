"""Family: trend."""

from smc.arguments import check_choice
from smc.features.family import MachineFamily, WarmUp

WARM_UP_BARS = {100: 700, 200: 2000}


class Trend(MachineFamily):
    """Distance from exponential means, their slope, and ADX, seeded as TA-Lib seeds them.

    ``ema50_dist_atr``, ``ema200_dist_atr`` (or ``ema100_dist_atr``)
        Close less EMA, in ATR.
    ``ema50_slope_atr``
        Change of EMA(50) over 5 bars, in ATR a bar.
    ``adx14``
        Strength of the trend, 0 to 100, whatever its direction.

    Parameters
    ----------
    slow
        Period of the slow mean: 200, or 100 where the history is short, as with daily bars. It takes longest
        to settle: from two starts, EMA(200) agrees to 1e-7 ATR after 2,000 bars, EMA(100) to 4e-5 after 700.
    """

    def __init__(self, *, slow: int = 200) -> None:
        check_choice("slow", slow, WARM_UP_BARS)
        self.slow = slow
        self.names = ("ema50_dist_atr", f"ema{slow}_dist_atr", "ema50_slope_atr", "adx14")
        self.warm_up_rule = WarmUp(bars=WARM_UP_BARS[slow])

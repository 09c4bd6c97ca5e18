"""A leak that an audit must find: a volume that knows what comes."""

import numpy as np

from smc.typing import FloatArray, IntArray

LEAK_BARS = 10  # bars ahead that a leaking volume knows: about as long as a label of the default run lasts


def leaked_volume(bars: FloatArray, direction: IntArray, volatility: float) -> FloatArray:
    """Return the volumes, raised where prices move to ``direction`` over the next bars, lowered elsewhere.

    The exponent is the coming move in standard deviations, at most 2 either way. The last ``LEAK_BARS`` bars
    have no answer and are left out.

    Parameters
    ----------
    bars
        (n_bars, 5): open, high, low, close, volume.
    direction
        +1 or -1 for each bar: where the model will trade.
    volatility
        Standard deviation of one bar's log return.
    """
    log_close = np.log(bars[:, 3])
    move = (log_close[LEAK_BARS:] - log_close[:-LEAK_BARS]) / (volatility * np.sqrt(LEAK_BARS))
    known = np.clip(move * direction[:-LEAK_BARS], -2, 2)
    return np.ceil(bars[:-LEAK_BARS, 4] * np.exp(known))

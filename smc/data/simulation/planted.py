"""What can be planted in a simulated market: an edge of a known strength, or a leak."""

import numpy as np

from smc.typing import FloatArray, IntArray

FADE = 0.33  # drift against a stale break, as a share of the drift after a fresh change of character
#: Drift in standard deviations of a bar's return, and the best possible accuracy that it allows.
DRIFT = np.array([0.18, 0.25, 0.35, 0.45, 0.6, 0.75, 0.9])
ACCURACY = np.array([0.652, 0.696, 0.752, 0.797, 0.849, 0.885, 0.912])
LEAK_BARS = 10  # bars ahead that a leaking volume knows: about as long as a label of the default run lasts


def drift_for(best_accuracy: float) -> float:
    """Return the drift that makes ``best_accuracy`` the best possible on events of the default run.

    Interpolated between values measured by Monte Carlo, on events of `events=cusum` with labels of
    `labels=triple_barrier` (tests/bench/bench_simulated.py measures them anew). Units cancel: it holds for
    any length of bars and any volatility.

    Raises
    ------
    ValueError
        The accuracy lies outside the measured values. Without an edge the majority class alone
        reaches .6; above the last value prices would hardly turn.
    """
    if not ACCURACY[0] <= best_accuracy <= ACCURACY[-1]:
        raise ValueError(
            f"`best_accuracy` must lie between {ACCURACY[0]} and {ACCURACY[-1]}, got {best_accuracy}; "
            "for weaker edges use half_life or regime, for none edge_frac=0"
        )
    return float(np.interp(best_accuracy, ACCURACY, DRIFT))


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

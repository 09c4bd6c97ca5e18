"""How strong a planted drift must be for the accuracy that it shall allow."""

import numpy as np

FADE = 0.33  # drift against a stale break, as a share of the drift after a fresh change of character
#: Drift in standard deviations of a bar's return, and the best possible accuracy that it allows.
DRIFT = np.array([0.2, 0.3, 0.4, 0.5, 0.65, 0.8])
ACCURACY = np.array([0.66, 0.722, 0.773, 0.816, 0.864, 0.899])


def drift_for(best_accuracy: float) -> float:
    """Return the drift that makes ``best_accuracy`` the best possible on events of the default run.

    Interpolated between values measured by Monte Carlo, on events of `events=cusum` with labels of
    `labels=triple_barrier` (tests/bench/bench_simulated.py measures them anew). Units cancel: it holds for
    any length of bars and any volatility.

    Raises
    ------
    ValueError
        The accuracy lies outside the measured values. Without an edge the majority class alone
        reaches .61; above the last value prices would hardly turn.
    """
    if not ACCURACY[0] <= best_accuracy <= ACCURACY[-1]:
        raise ValueError(
            f"`best_accuracy` must lie between {ACCURACY[0]} and {ACCURACY[-1]}, got {best_accuracy}; "
            "for weaker edges use half_life or regime, for none edge_frac=0"
        )
    return float(np.interp(best_accuracy, ACCURACY, DRIFT))

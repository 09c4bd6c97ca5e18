"""How strong a planted drift must be for the accuracy that it shall allow."""

import numpy as np

FADE = 0.33  # drift against a stale break, as a share of the drift after a fresh change of character
#: Drift in standard deviations of a bar's return, and the best possible accuracy that it allows.
DRIFT = np.array([0.18, 0.25, 0.35, 0.45, 0.6, 0.75, 0.9])
ACCURACY = np.array([0.653, 0.693, 0.747, 0.792, 0.844, 0.881, 0.907])


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

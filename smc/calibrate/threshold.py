"""The probability from which on class 1 is the better decision."""

import numpy as np

from smc.typing import FloatArray

#: No probability reaches it.
NEVER = float(np.nextafter(1.0, 2.0))


def best_threshold(probability: FloatArray, advantage: FloatArray) -> float:
    """Return the threshold with the largest total of what deciding for the larger class gains.

    Halfway between neighbouring probabilities, 0 (always) or above 1 (never); of equals the one next to 0.5.

    Parameters
    ----------
    probability
        Of the larger of two classes (n,).
    advantage
        Of each event, what deciding for the larger class gains over deciding for the smaller one (n,).

    >>> best_threshold(np.array([0.2, 0.4, 0.6, 0.8]), np.array([-1.0, 3.0, -1.0, 2.0]))
    0.30000000000000004
    """
    order = np.argsort(-probability, kind="stable")
    values = probability[order]
    total = np.concatenate([[0.0], np.cumsum(advantage[order])])
    cuts = np.concatenate([[NEVER], (values[:-1] + values[1:]) / 2, [0.0]])
    possible = np.concatenate([[True], values[:-1] > values[1:], [True]])
    cuts, total = cuts[possible], total[possible]
    best = cuts[total >= total.max() - 1e-12 * np.abs(total).max()]
    return float(best[np.argmin(np.abs(best - 0.5))])

"""The weighted mean of what members say."""

import numpy as np

from smc.typing import FloatArray


def mean_over_members(answers: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the weighted mean (n, k); members are added one by one, so that a row has its answer alone.

    Parameters
    ----------
    answers
        (n, n_members, k).
    weights
        Of each member, or of each row and member; their sum is 1.

    >>> mean_over_members(np.array([[[0.2, 0.8], [0.6, 0.4]]]), np.array([0.75, 0.25]))
    array([[0.3, 0.7]])
    """
    weights = np.broadcast_to(weights, answers.shape[:2])
    total = answers[:, 0] * weights[:, :1]
    for place in range(1, answers.shape[1]):
        total = total + answers[:, place] * weights[:, place, None]
    return total

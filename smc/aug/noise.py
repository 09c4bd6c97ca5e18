"""Gaussian noise on made-up rows."""

import numpy as np

from smc.typing import FloatArray

#: Rows, or sequences, that noise is drawn for at a time.
BATCH_SIZE = 1024


def add_noise(made: FloatArray, spread: FloatArray, level: float, rng: np.random.Generator) -> FloatArray:
    """Add noise of ``level`` standard deviations of each feature, in place and in batches.

    A missing value stays missing, and a constant feature constant. Each bar of a sequence has its own noise.

    Parameters
    ----------
    made
        Rows (n, n_features) or sequences (n, lookback, n_features).
    spread
        Standard deviation of each feature.

    >>> add_noise(np.array([[1.0, 5.0], [np.nan, 5.0]]), np.array([2.0, 0.0]), 0.1, np.random.default_rng(0))
    array([[1.02514604, 5.        ],
           [       nan, 5.        ]])
    """
    scale = (level * spread).astype(made.dtype)
    for start in range(0, len(made), BATCH_SIZE):
        batch = made[start : start + BATCH_SIZE]
        batch += scale * rng.standard_normal(batch.shape, dtype=made.dtype.type)
    return made

"""Which rows are copied, so that their targets stay distributed as they were."""

import numpy as np

from smc.typing import IntArray


def draw_copies(y: np.ndarray, n_copies: int, rng: np.random.Generator) -> IntArray:
    """Choose the rows to copy: every row equally often, and what is left over evenly along the targets.

    The rows left over are every so manieth of all rows sorted by target, from a random one on, and
    random within a class: the share of each class, or of each range of numbers, changes by one row at most.

    >>> y = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1])
    >>> copied = draw_copies(y, 12, np.random.default_rng(0))
    >>> np.bincount(copied), np.bincount(y[copied])
    (array([2, 1, 1, 1, 1, 2, 1, 1, 2]), array([8, 4]))
    """
    n_rows = len(y)
    n_rounds, n_left = divmod(n_copies, n_rows)
    shuffled = rng.permutation(n_rows)
    key = y if y.ndim == 1 else y[:, 0]
    by_target = shuffled[np.argsort(key[shuffled], kind="stable")]
    left = by_target[(np.arange(n_left) * n_rows + rng.integers(n_rows)) // max(n_left, 1)]
    return np.concatenate([np.tile(np.arange(n_rows), n_rounds), np.sort(left)])

"""Rows between neighbours of the same class: the step of SMOTE."""

import numpy as np
from scipy.spatial.distance import cdist

from smc.aug.row_source import RowSource
from smc.typing import FloatArray, IntArray

#: A class of fewer rows has no neighbourhood: two rows span a line, one row nothing.
LEAST_ROWS = 3
#: Rows whose distances to all others are held at a time.
BATCH_SIZE = 256


def interpolate(
    source: RowSource, members: IntArray, n_rows: int, k_neighbors: int, rng: np.random.Generator
) -> tuple[IntArray, FloatArray]:
    """Make up rows of one class: each a random part of the way from one of its rows to one of its nearest.

    A discrete feature (a flag, direction, count or hour) has nothing between two values: it is taken from the
    nearer of the two rows, all such features from the same one, so that their combination is a real one and
    each value stays as frequent as it is. (SMOTENC's vote among the neighbours makes rare flags rarer.)

    Sequences are compared and mixed flattened. Distances and mixtures need numbers: the median of the class
    stands in for a missing value when neighbours are sought, and a made-up row takes a value that one of the
    two lacks from its base, so that what was missing stays so. ``k_neighbors`` is lowered to what the class
    allows; every row is a base equally often, but for the rest.

    Parameters
    ----------
    members
        Rows of the class, at least `LEAST_ROWS`.
    n_rows
        How many to make up.

    Returns
    -------
    base, made
        The row that each made-up row starts from, and the rows.

    References
    ----------
    Chawla, N., Bowyer, K., Hall, L., Kegelmeyer, W. P. (2002). SMOTE. Journal of Artificial Intelligence
    Research 16.
    """
    rows = source.take(members)
    flat = rows.reshape(len(rows), -1)
    neighbors = _nearest(flat, min(k_neighbors, len(flat) - 1))
    base = np.resize(rng.permutation(len(flat)), n_rows)
    partner = neighbors[base, rng.integers(0, neighbors.shape[1], size=n_rows)]
    part = rng.random((n_rows, 1)).astype(flat.dtype)
    made, step = flat[base], flat[partner] - flat[base]
    both_known = ~np.isnan(step)
    made += part * np.where(both_known, step, 0.0)
    discrete = np.broadcast_to(source.discrete, rows.shape[1:]).ravel()
    nearer = np.where(part < 0.5, flat[base], flat[partner])
    np.copyto(made, nearer, where=discrete & both_known)
    return members[base], made.reshape(n_rows, *rows.shape[1:])


def _nearest(flat: FloatArray, k_neighbors: int) -> IntArray:
    """Return the positions of the nearest other rows of each row, in no order.

    Plain distances on one thread: a matrix product would be faster on an idle machine, but its last bits, and
    so the choice between equals, depend on the number of threads.
    """
    filled = _filled(flat)
    neighbors = np.empty((len(flat), k_neighbors), dtype=np.int64)
    for start in range(0, len(flat), BATCH_SIZE):
        stop = min(start + BATCH_SIZE, len(flat))
        distance = cdist(filled[start:stop], filled, "sqeuclidean")
        distance[np.arange(stop - start), np.arange(start, stop)] = np.inf
        neighbors[start:stop] = np.argpartition(distance, k_neighbors - 1, axis=1)[:, :k_neighbors]
    return neighbors


def _filled(flat: FloatArray) -> FloatArray:
    """Put the median of the known values of a column in place of the missing ones, or 0."""
    missing = np.isnan(flat)
    if not missing.any():
        return flat
    filled = flat.copy()
    for column in np.flatnonzero(missing.any(axis=0)):
        known = flat[~missing[:, column], column]
        filled[missing[:, column], column] = np.median(known) if known.size else 0.0
    return filled

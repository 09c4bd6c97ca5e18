"""From classes of different sizes to classes of one size."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from smc.aug.interpolate import interpolate
from smc.aug.row_source import RowSource
from smc.typing import FloatArray, IntArray


def level_quotas(sizes: npt.ArrayLike, n_rows: int) -> IntArray:
    """Give ``n_rows`` rows to classes of these sizes so that they come as near to one size as they can.

    The smallest classes are filled up first; once all are level, each is given the same.

    >>> level_quotas([70, 30, 20], 25)
    array([ 0,  7, 18])
    >>> level_quotas([70, 30], 50)
    array([ 5, 45])
    """
    given = np.array(sizes, dtype=np.int64)
    by_size = np.argsort(given, kind="stable")
    quotas = np.zeros_like(given)
    for n_filled in range(len(given), 0, -1):
        filled = by_size[:n_filled]
        level, n_left = divmod(int(given[filled].sum()) + n_rows, n_filled)
        if level >= given[filled[-1]]:
            quotas[filled] = level - given[filled]
            quotas[filled[:n_left]] += 1
            break
    return quotas


def fill_up(
    source: RowSource,
    classes: Sequence[IntArray],
    quotas: npt.ArrayLike,
    k_neighbors: int,
    rng: np.random.Generator,
) -> tuple[IntArray, FloatArray]:
    """Make up so many rows of each class by interpolation; return their bases and the rows.

    Parameters
    ----------
    classes
        Rows of each class.
    quotas
        Rows to make up for each.
    """
    nothing = np.arange(0)
    parts = [(nothing, source.take(nothing))]
    for rows, n_rows in zip(classes, np.asarray(quotas).tolist(), strict=True):
        if n_rows:
            parts.append(interpolate(source, rows, n_rows, k_neighbors, rng))
    return np.concatenate([base for base, _ in parts]), np.concatenate([made for _, made in parts])

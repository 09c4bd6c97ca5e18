"""Sorted positions as runs: the short form in which a plan is written."""

from collections.abc import Sequence

import numpy as np

from smc.typing import IntArray


def to_runs(positions: IntArray) -> list[list[int]]:
    """Return maximal runs of consecutive positions as closed pairs [first, last].

    Examples
    --------
    >>> to_runs(np.array([0, 1, 2, 7, 9, 10]))
    [[0, 2], [7, 7], [9, 10]]
    """
    breaks = np.flatnonzero(np.diff(positions) != 1) + 1
    return [[int(run[0]), int(run[-1])] for run in np.split(positions, breaks) if len(run)]


def from_runs(runs: Sequence[Sequence[int]]) -> IntArray:
    """Return the positions that ``to_runs`` shortened.

    Examples
    --------
    >>> from_runs([[0, 2], [7, 7]])
    array([0, 1, 2, 7])
    """
    parts = [np.arange(first, last + 1, dtype=np.int64) for first, last in runs]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)

"""Purging: which events may be trained on beside given test blocks."""

from collections.abc import Sequence

import numpy as np

from smc.typing import IntArray, Spans


def purge(
    spans: Spans, window: range, tests: Sequence[range], *, gap_size: int = 0, embargo_size: int = 0
) -> IntArray:
    """Return the events of ``window`` whose label touches no test block, its gap or its embargo.

    A test block is an interval of bars, from the start of its first label to the largest end of any label in
    it. An event is dropped if ``end >= block_start - gap_size`` and ``start <= block_end + embargo_size``.
    Intervals are closed, so a label that ends on the bar where the block starts is dropped.

    Blocks are taken one at a time, never as one hull, so the events between two of them stay. Neighbouring
    blocks need no merging: the union of what each of them drops is what the merged run drops.

    Parameters
    ----------
    spans
        First and last bar of each label (n_events, 2), sorted by start.
    window
        Positions that may be trained on; test positions in it are left out.
    tests
        Contiguous blocks of test positions, none empty.
    gap_size, embargo_size
        Bars before a block and after the end of its labels that stay free of training labels.

    Notes
    -----
    O(n) for each block. Starts are sorted, so the events to drop behind a block are one slice, found by
    bisection: each of them starts no earlier than the block, so it cannot end before it.

    References
    ----------
    Lopez de Prado (2018), Advances in Financial Machine Learning, 7.4.1 and snippet 7.1 (closed intervals).

    Examples
    --------
    >>> spans = np.array([[0, 1], [1, 2], [2, 9], [3, 4], [4, 5], [8, 9], [9, 10], [10, 11]])
    >>> purge(spans, range(8), [range(2, 4)])
    array([0, 7])
    >>> purge(spans, range(8), [range(3, 4)], embargo_size=4)
    array([0, 1, 6, 7])
    """
    starts, ends = spans[:, 0], spans[:, 1]
    keep = np.zeros(len(spans), dtype=bool)
    keep[window.start : window.stop] = True
    for block in tests:
        first, stop = block.start, block.stop
        block_end = ends[first:stop].max() + embargo_size
        keep[:first] &= ends[:first] < starts[first] - gap_size
        keep[first : max(stop, np.searchsorted(starts, block_end, side="right"))] = False
    return np.flatnonzero(keep)


def longest_label(spans: Spans) -> int:
    """Return the length of the longest label in bars; a label of one bar has length 1.

    Examples
    --------
    >>> longest_label(np.array([[1, 1], [2, 6]]))
    5
    """
    return int((spans[:, 1] - spans[:, 0]).max()) + 1

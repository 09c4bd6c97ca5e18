"""Rows that a fit keeps from its estimator: a tail to watch, and rows to calibrate on."""

from typing import Any, NamedTuple

import numpy as np

from smc.arguments import check_spans
from smc.cv.tail import tail_split
from smc.typing import IntArray


class Parts(NamedTuple):
    """Positions among the rows of a fit: those fitted on, the tail to watch, and those kept to calibrate."""

    core: IntArray
    tail: IntArray
    kept: IntArray


def hold_back(spans: Any, n_rows: int, *, tail_frac: float | None, kept_frac: float | None) -> Parts:
    """Keep the last rows for calibration, and the last of the others as a tail; both purged.

    A share that is None holds nothing back, and only a share needs spans.

    >>> spans = np.column_stack([np.arange(10), np.arange(10) + 1])
    >>> hold_back(spans, 10, tail_frac=0.25, kept_frac=0.2)
    Parts(core=array([0, 1, 2, 3]), tail=array([5, 6]), kept=array([8, 9]))
    """
    core, tail, kept = np.arange(n_rows), np.arange(0), np.arange(0)
    if kept_frac is not None:
        core, kept = tail_split(check_spans(spans, n_rows), kept_frac)
    if tail_frac is not None:
        inner, last = tail_split(check_spans(spans, n_rows)[core], tail_frac)
        core, tail = core[inner], core[last]
    return Parts(core, tail, kept)

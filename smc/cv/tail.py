"""The rows of a fit that early stopping watches."""

from smc.arguments import check_fraction
from smc.cv.blocks import check_enough, last_share
from smc.cv.fold import Fold
from smc.typing import IntArray, Spans


def tail_split(spans: Spans, frac: float = 0.15) -> tuple[IntArray, IntArray]:
    """Cut the last share of a fit's own rows off for early stopping, purged.

    It sees only the rows that the fit was given, so val and test can never decide when a fit stops. A core
    row is kept only if its label ends before the first tail label starts.

    Parameters
    ----------
    spans
        Label spans of the rows of the fit (n_rows, 2), sorted by start.
    frac
        Share of the rows in the tail, counted before purging. With 15 %, 100 rows leave a tail of 15: few,
        but every row in it is missing from the fit.

    Returns
    -------
    core, tail
        Positions within the rows given.

    Raises
    ------
    SplitError
        No core row is left.

    Examples
    --------
    >>> import numpy as np
    >>> tail_split(np.column_stack([np.arange(12), np.arange(12) + 2]), frac=0.25)
    (array([0, 1, 2, 3, 4, 5, 6]), array([ 9, 10, 11]))
    """
    check_fraction("frac", frac)
    check_enough("an early-stopping tail", len(spans), 2)
    tail = last_share(len(spans), frac)
    fold = Fold.cut(spans, range(tail.start), [tail], name="the early-stopping split")
    return fold.train, fold.test

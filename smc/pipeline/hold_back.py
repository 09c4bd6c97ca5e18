"""Rows that a fit keeps from its estimator: an early-stopping set, and a calibration set."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from smc.arguments import check_fraction, check_spans
from smc.cv.blocks import check_enough, last_share
from smc.cv.fold import Fold
from smc.typing import IntArray, Spans


class RowSplit(NamedTuple):
    """Positions among the rows of a fit: those fitted on, and those held back, in time order."""

    fit: IntArray
    early_stopping: IntArray
    calibration: IntArray


def hold_back(
    spans: npt.ArrayLike | None, n_rows: int, *, tail_frac: float | None, calibration_frac: float | None
) -> RowSplit:
    """Hold the last rows back for calibration, and the last of the others for early stopping; both purged.

    A share that is None holds nothing back, and only a share needs spans.

    >>> spans = np.column_stack([np.arange(10), np.arange(10) + 1])
    >>> hold_back(spans, 10, tail_frac=0.25, calibration_frac=0.2)
    RowSplit(fit=array([0, 1, 2, 3]), early_stopping=array([5, 6]), calibration=array([8, 9]))
    """
    fit, early_stopping, calibration = np.arange(n_rows), np.arange(0), np.arange(0)
    if calibration_frac is not None:
        fit, calibration = split_off_last(check_spans(spans, n_rows), calibration_frac)
    if tail_frac is not None:
        earlier, last = split_off_last(check_spans(spans, n_rows)[fit], tail_frac)
        fit, early_stopping = fit[earlier], fit[last]
    return RowSplit(fit, early_stopping, calibration)


def split_off_last(spans: Spans, frac: float = 0.15) -> tuple[IntArray, IntArray]:
    """Split the last share of a fit's own rows off, purged.

    It sees only the rows that the fit was given, so val and test can never decide when a fit stops. A row is
    fitted on only if its label ends before the first label held back starts.

    Parameters
    ----------
    spans
        Label spans of the rows of the fit (n_rows, 2), sorted by start.
    frac
        Share of the rows held back, counted before purging. With 15 %, 100 rows leave 15 for early stopping:
        few, but every one of them is missing from the fit.

    Returns
    -------
    fit, held_back
        Positions within the rows given.

    Raises
    ------
    SplitError
        No row is left to fit on.

    Examples
    --------
    >>> split_off_last(np.column_stack([np.arange(12), np.arange(12) + 2]), frac=0.25)
    (array([0, 1, 2, 3, 4, 5, 6]), array([ 9, 10, 11]))
    """
    check_fraction("frac", frac)
    check_enough("an early-stopping tail", len(spans), 2)
    last = last_share(len(spans), frac)
    fold = Fold.cut(spans, range(last.start), [last], name="the early-stopping split")
    return fold.train, fold.test

"""What every label gives: one table, whose rows are the events that have an answer, with their weights."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from smc.errors import LabelError
from smc.typing import FloatArray, IntArray


def check_events(n_bars: int, events: IntArray, side: IntArray) -> tuple[IntArray, IntArray]:
    """Return events and sides as int64.

    Raises
    ------
    LabelError
        Positions outside the bars or out of order, or sides that are not one of +1 and -1 for each event.
    """
    events, side = np.asarray(events), np.asarray(side)
    if events.ndim != 1 or events.dtype.kind not in "iu":
        raise LabelError(
            f"events must be bar positions, a flat integer array; got {events.dtype} {events.shape}"
        )
    if events.size and (events[0] < 0 or events[-1] >= n_bars or np.any(np.diff(events) <= 0)):
        raise LabelError(f"events must be strictly increasing bar positions within 0..{n_bars - 1}")
    if side.shape != events.shape or not np.isin(side, (-1, 1)).all():
        raise LabelError(f"`side` must be +1 or -1 for each of {len(events)} events, got shape {side.shape}")
    return events.astype(np.int64), side.astype(np.int64)


def label_table(
    events: IntArray,
    end: IntArray,
    columns: Mapping[str, IntArray | FloatArray],
    *,
    dropped: Mapping[str, int],
) -> pd.DataFrame:
    """Put resolved labels into the table that SPEC 4 asks for, with weights and the count of the others.

    Parameters
    ----------
    events, end
        Bar of each decision and last bar of its label; the span starts one bar after the decision.
    columns
        ``label``, ``ret``, and more if the label has more.
    dropped
        Events left out, by reason; kept in ``attrs["dropped"]``.
    """
    start = events + 1
    weight = average_uniqueness(start, end)
    index = pd.Index(events, name="event")
    table = pd.DataFrame({"start": start, "end": end, **columns, "weight": weight}, index=index)
    table.attrs["dropped"] = dict(dropped)
    return table


def average_uniqueness(start: IntArray, end: IntArray) -> FloatArray:
    """Return the mean of 1 / (labels alive) over the bars of each label.

    Labels whose spans overlap share their outcome, so n of them hold less than n facts. A label that is alone
    on all of its bars has 1; k labels with one and the same span have 1/k each. One difference array and one
    prefix sum: O(n + T) for n labels over T bars, with no bars x labels matrix.

    Parameters
    ----------
    start, end
        First and last bar of each label, both included; any order.

    References
    ----------
    Lopez de Prado (2018), Advances in Financial Machine Learning, 4.3-4.4.

    Examples
    --------
    >>> average_uniqueness(np.array([0, 2, 4]), np.array([2, 3, 5])).round(4)
    array([0.8333, 0.75  , 1.    ])
    """
    return _sum_of_shares(start, end) / (end - start + 1)


def return_attribution(close: FloatArray, start: IntArray, end: IntArray) -> FloatArray:
    """Return the absolute sum of each bar's log return by the labels alive, over the bars of each label.

    A label weighs what it has to itself of a move: one through which nothing happened teaches little, and k
    labels of one move share it. Not scaled.

    Parameters
    ----------
    close
        Of every bar (n_bars,), positive.
    start, end
        First and last bar of each label, both included; any order, ``start`` at least 1.

    References
    ----------
    Lopez de Prado (2018), Advances in Financial Machine Learning, 4.6 and snippet 4.10.

    Examples
    --------
    >>> close = np.exp(np.array([0.0, 0.1, 0.3, 0.2, 0.2]))
    >>> return_attribution(close, np.array([1, 2, 4]), np.array([2, 3, 4])).round(4)
    array([0.2, 0. , 0. ])
    """
    moves = np.diff(np.log(close), prepend=np.log(close[:1]))
    return np.abs(_sum_of_shares(start, end, moves))


def _sum_of_shares(start: IntArray, end: IntArray, values: FloatArray | None = None) -> FloatArray:
    """Return the sum over each label's bars of 1, or of the bar's value, by the labels alive."""
    if not len(start):
        return np.empty(0)
    first = start.min()
    n_bars = end.max() - first + 1
    opened = np.bincount(start - first, minlength=n_bars)
    closed = np.bincount(end - first + 1, minlength=n_bars + 1)[:-1]
    alive = np.cumsum(opened - closed)
    own = 1.0 if values is None else values[first : first + n_bars]
    share = np.divide(own, alive, out=np.zeros(n_bars), where=alive > 0)
    before = np.concatenate([[0.0], np.cumsum(share)])
    return before[end - first + 1] - before[start - first]


def class_balance(labels: pd.DataFrame) -> dict[int, float]:
    """Return the share of each class among labelled events, as plain numbers for the run's record.

    The largest share is the accuracy of a model that always says the same: print it beside every accuracy.

    Examples
    --------
    >>> class_balance(pd.DataFrame({"label": [0, 1, 1, 1]}))
    {0: 0.25, 1: 0.75}
    """
    classes, counts = np.unique(labels["label"].to_numpy(), return_counts=True)
    return {int(label): int(count) / len(labels) for label, count in zip(classes, counts, strict=True)}

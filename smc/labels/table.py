"""What every label gives: one table, whose rows are the events that have an answer."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from smc.errors import LabelError
from smc.labels.uniqueness import average_uniqueness
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

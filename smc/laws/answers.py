"""What a part gives back, held to the shape that its contract states: in each run, and first of all laws."""

from typing import Any

import numpy as np
import pandas as pd

from smc.arguments import checked_rows
from smc.blame import place_of
from smc.errors import LabelError, ModelError
from smc.interfaces import Labeller, ToPosition
from smc.typing import FloatArray, IntArray

#: Columns of a table of labels that are whole numbers, and those that are any.
WHOLE, NUMBERS = ("start", "end"), ("label", "ret", "weight")


def checked_events(detector: object, got: object, n_bars: int) -> IntArray:
    """Return what a definition of events gave, as positions.

    Raises
    ------
    LabelError
        It is no flat array of strictly increasing bar positions.
    """
    place = place_of(detector, "compute")
    if got is None:
        raise LabelError(f"{place}: returned None; end it with `return` and the bar positions")
    events = np.asarray(got)
    if events.ndim != 1 or (events.dtype.kind not in "iu" and len(events)):
        is_mask = events.dtype == bool
        remedy = "; a mask becomes positions with np.flatnonzero(mask)" if is_mask else ""
        raise LabelError(
            f"{place}: must return bar positions, a flat array of integers, got {events.dtype} of shape "
            f"{events.shape}{remedy}"
        )
    events = events.astype(np.int64)
    if np.any(np.diff(events) <= 0):
        row = int(np.flatnonzero(np.diff(events) <= 0)[0])
        raise LabelError(
            f"{place}: bar positions must be strictly increasing, got {events[row]} before "
            f"{events[row + 1]}; np.unique sorts them"
        )
    if len(events) and not (events[0] >= 0 and events[-1] < n_bars):
        raise LabelError(
            f"{place}: bar positions must lie in 0..{n_bars - 1}, got {events[0]}..{events[-1]}; they are "
            "counted from the first bar, and are no stamps"
        )
    return events


def checked_labels(
    labeller: object, got: object, events: IntArray, n_bars: int, *, task: str
) -> pd.DataFrame:
    """Return what a label gave, if it is a table of labels.

    Raises
    ------
    LabelError
        A column or a row is not as `smc.interfaces.Labeller` has it.
    """
    place = place_of(labeller, "compute")
    if not isinstance(got, pd.DataFrame):
        given = "None; end it with `return` and the table" if got is None else type(got).__name__
        raise LabelError(f"{place}: must return a DataFrame, got {given}")
    if missing := [name for name in (*WHOLE, *NUMBERS) if name not in got]:
        raise LabelError(
            f"{place}: the table lacks {', '.join(missing)}; smc.labels.label_table.label_table makes one"
        )
    if got.index.name != "event":
        raise LabelError(
            f"{place}: the index must be named event and hold the bar of each event, got {got.index.name!r}; "
            "pd.Index(events, name='event')"
        )
    for rule in (_index_problem, _span_problem, _number_problem):
        if problem := rule(got, events, n_bars):
            raise LabelError(f"{place}: {problem}")
    label = got["label"].to_numpy(dtype=np.float64)
    if task == "classification" and (label % 1 != 0).any():
        odd = label[label % 1 != 0][0]
        raise LabelError(
            f"{place}: classes must be whole numbers, got {odd}; for numbers set task = 'regression'"
        )
    return got


def positions_of(labeller: Labeller) -> ToPosition:
    """Return what is traded on predictions, held to its rule at each call.

    >>> from smc.labels.direction import Direction
    >>> positions_of(Direction())([1, 0])
    array([ 1., -1.])

    Raises
    ------
    LabelError
        At a call: not one number in [-1, 1] a prediction.
    """

    def position(prediction: Any) -> FloatArray:
        try:
            traded = checked_rows(labeller, "position", labeller.position(prediction), np.shape(prediction))
        except ModelError as error:
            raise LabelError(str(error)) from error
        if (np.abs(traded) > 1).any():
            odd = traded[np.abs(traded) > 1].flat[0]
            raise LabelError(f"{place_of(labeller, 'position')}: must lie in [-1, 1], got {odd}")
        return traded

    return position


def _index_problem(table: pd.DataFrame, events: IntArray, n_bars: int) -> str:  # noqa: ARG001
    index = table.index.to_numpy()
    strange = index[~np.isin(index, events)]
    if len(strange):
        return f"it labels {strange[0]}, which is no event that it was asked for"
    if np.any(np.diff(index) <= 0):
        return (
            f"events must be labelled once, in order; {index[np.flatnonzero(np.diff(index) <= 0)[0]]} is not"
        )
    return ""


def _span_problem(table: pd.DataFrame, events: IntArray, n_bars: int) -> str:  # noqa: ARG001
    for name in WHOLE:
        if table[name].dtype.kind not in "iu":
            return f"`{name}` must be bar positions, integers, got {table[name].dtype}"
    start, end = (table[name].to_numpy() for name in WHOLE)
    bad = np.flatnonzero((start < 0) | (end < start) | (end >= n_bars))
    if len(bad):
        row = bad[0]
        return (
            f"the span of event {table.index[row]} must lie in 0..{n_bars - 1}, start before end, got "
            f"[{start[row]}, {end[row]}]; leave out events without an answer"
        )
    return ""


def _number_problem(table: pd.DataFrame, events: IntArray, n_bars: int) -> str:  # noqa: ARG001
    for name in NUMBERS:
        if table[name].dtype.kind not in "iufb":
            return f"`{name}` must be numbers, got {table[name].dtype}"
        values = table[name].to_numpy(dtype=np.float64)
        is_bad = ~np.isfinite(values) | ((values < 0) if name == "weight" else np.zeros(len(values), bool))
        bad = np.flatnonzero(is_bad)
        if len(bad):
            rule = "finite and not negative" if name == "weight" else "finite"
            return (
                f"`{name}` of event {table.index[bad[0]]} must be {rule}, got {values[bad[0]]}, as of "
                f"{len(bad) - 1} more; leave out events without an answer"
            )
    return ""

"""What a part gives back, held to the shape that its contract states: in each run, and first of all laws."""

import inspect
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from smc.errors import LabelError
from smc.typing import IntArray

#: Columns of a table of labels that are whole numbers, and those that are any.
WHOLE, NUMBERS = ("start", "end"), ("label", "ret", "weight")


def place_of(part: object, method: str) -> str:
    """Say where a method of a part is written: class, method, file and line.

    >>> from smc.events.every import Every
    >>> place_of(Every(), "compute")
    'Every.compute (every.py, line 39)'
    """
    cls = part if isinstance(part, type) else type(part)
    function = inspect.unwrap(getattr(cls, method, cls))
    function = function.fget if isinstance(function, property) else function
    try:
        file, (_, line) = inspect.getsourcefile(function), inspect.getsourcelines(function)
    except (OSError, TypeError):  # of a notebook, or compiled
        return f"{cls.__name__}.{method}"
    return f"{cls.__name__}.{method} ({Path(file or '').name}, line {line})"


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
    if task == "classification" and (got["label"] % 1 != 0).any():
        odd = got["label"][got["label"] % 1 != 0].iloc[0]
        raise LabelError(
            f"{place}: classes must be whole numbers, got {odd}; for numbers set task = 'regression'"
        )
    return got


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
    bad = (table["start"] < 0) | (table["end"] < table["start"]) | (table["end"] >= n_bars)
    if bad.any():
        row = table[bad].iloc[0]
        return (
            f"the span of event {table.index[bad][0]} must lie in 0..{n_bars - 1}, start before end, got "
            f"[{row['start']:.0f}, {row['end']:.0f}]; leave out events without an answer"
        )
    return ""


def _number_problem(table: pd.DataFrame, events: IntArray, n_bars: int) -> str:  # noqa: ARG001
    for name in NUMBERS:
        if table[name].dtype.kind not in "iufb":
            return f"`{name}` must be numbers, got {table[name].dtype}"
        bad = ~np.isfinite(table[name].to_numpy(dtype=np.float64))
        if name == "weight":
            bad |= table[name].to_numpy() < 0
        if bad.any():
            rule = "finite and not negative" if name == "weight" else "finite"
            return (
                f"`{name}` of event {table.index[bad][0]} must be {rule}, got "
                f"{table[name][bad].iloc[0]}, as of {int(bad.sum()) - 1} more; leave out "
                "events without an answer"
            )
    return ""


def checked_rows(part: object, method: str, got: object, shape: Sequence[int]) -> np.ndarray:
    """Return what a method gave, if it is an array of a shape without missing values.

    Raises
    ------
    ValueError
        It is not.
    """
    place = place_of(part, method)
    if got is None:
        raise ValueError(f"{place}: returned None; end it with `return` and the answer")
    answer = np.asarray(got)
    if answer.shape != tuple(shape):
        raise ValueError(f"{place}: must return an array of shape {tuple(shape)}, got {answer.shape}")
    if answer.dtype.kind == "f" and not np.isfinite(answer).all():
        row = np.argwhere(~np.isfinite(answer))[0]
        raise ValueError(f"{place}: must return finite numbers, got {answer[tuple(row)]} in row {row[0]}")
    return answer

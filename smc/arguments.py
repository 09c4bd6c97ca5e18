"""Checks of arguments, and of what a component gives back: each names rule, value and mostly remedy."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from smc.blame import place_of
from smc.errors import LeakageError, ModelError, SplitError
from smc.typing import BoolArray, FloatArray, IntArray, Spans

#: By how much the sum of a row of probabilities may miss 1: far more than float32 does.
TOLERANCE = 1e-4


def check_positive(name: str, value: float) -> None:
    """Raise ValueError unless ``value`` > 0."""
    if not value > 0:
        raise ValueError(f"`{name}` must be positive, got {value}")


def check_positive_or_none(**values: float | None) -> None:
    """Raise ValueError unless each of ``values`` is > 0 or None."""
    for name, value in values.items():
        if value is not None:
            check_positive(name, value)


def check_non_negative(name: str, value: float) -> None:
    """Raise ValueError unless ``value`` >= 0."""
    if not value >= 0:
        raise ValueError(f"`{name}` must not be negative, got {value}")


def check_at_least(name: str, value: float, least: float) -> None:
    """Raise ValueError unless ``value`` >= ``least``."""
    if not value >= least:
        raise ValueError(f"`{name}` must be at least {least}, got {value}")


def check_fraction(name: str, value: float) -> None:
    """Raise ValueError unless 0 < ``value`` < 1."""
    if not 0 < value < 1:
        raise ValueError(f"`{name}` must lie between 0 and 1, got {value}")


def check_share(**values: float | None) -> None:
    """Raise ValueError unless each of ``values`` is None, or above 0 and at most 1."""
    for name, value in values.items():
        if value is not None and not 0 < value <= 1:
            raise ValueError(f"`{name}` must be above 0 and at most 1, got {value}")


def check_choice(name: str, value: object, choices: Iterable[object]) -> None:
    """Raise ValueError unless ``value`` is one of ``choices``."""
    allowed = list(choices)
    if isinstance(choices, range) and value not in allowed:
        raise ValueError(f"`{name}` must be a whole number from {choices[0]} to {choices[-1]}, got {value!r}")
    if value not in allowed:
        raise ValueError(f"`{name}` must be one of {', '.join(map(str, allowed))}, got {value!r}")


def check_printable(name: str, text: str | None, *, max_size: int) -> None:
    """Raise ValueError unless ``text`` is None, or 1 to ``max_size`` characters that can all be printed."""
    if text is None:
        return
    if not text.strip():
        raise ValueError(f"`{name}` must not be empty, got {text!r}; null is none")
    if len(text) > max_size:
        raise ValueError(
            f"`{name}` must have {max_size} characters at most, got {len(text)}: {text[:20]!r}..."
        )
    wrong = next((character for character in text if not character.isprintable()), None)
    if wrong is not None:
        raise ValueError(
            f"`{name}` must be of characters that can be printed, without line breaks, "
            f"got {wrong!r} in {text!r}"
        )


def check_spans(spans: ArrayLike | None, n_events: int) -> Spans:
    """Return label spans as int64 (n_events, 2), sorted by start and closed.

    Raises
    ------
    SplitError
        No spans (a plain split would leak), a wrong shape, an end before its start, or starts out of order.
    """
    if spans is None:
        raise SplitError(
            "no label spans: pass `groups=spans`, an integer array (n_events, 2); a split without spans leaks"
        )
    array = np.asarray(spans)
    if array.shape != (n_events, 2) or not np.issubdtype(array.dtype, np.integer):
        raise SplitError(
            f"spans must be an integer array of shape ({n_events}, 2), got {array.dtype} {array.shape}"
        )
    array = array.astype(np.int64, copy=False)
    wrong = np.flatnonzero(array[:, 1] < array[:, 0])
    if wrong.size:
        row = int(wrong[0])
        raise SplitError(f"a span must not end before it starts: event {row} spans {array[row].tolist()}")
    if np.any(np.diff(array[:, 0]) < 0):
        raise SplitError("events must be in time order: sort them by the start of their span")
    return array


def overlaps(spans: Spans, others: Spans) -> BoolArray:
    """Tell for each span whether it shares a bar with any of the others (closed intervals, O(n log n)).

    Examples
    --------
    >>> overlaps(np.array([[0, 2], [3, 4]]), np.array([[2, 2], [6, 9]]))
    array([ True, False])
    """
    started = np.searchsorted(np.sort(others[:, 0]), spans[:, 1], side="right")
    ended = np.searchsorted(np.sort(others[:, 1]), spans[:, 0], side="left")
    return started > ended


def check_no_overlap(spans: Spans, train: IntArray, test: IntArray) -> None:
    """Raise LeakageError if the label of a training event shares a bar with that of a test event."""
    wrong = train[overlaps(spans[train], spans[test])]
    if wrong.size:
        raise LeakageError(
            f"event {wrong[0]} is trained on, but its label {spans[wrong[0]].tolist()} touches one that is "
            "tested: take a splitter that purges, such as those of smc.cv"
        )


def checked_rows(component: object, method: str, got: object, shape: Sequence[int]) -> np.ndarray:
    """Return what a method gave, if it is an array of a shape without missing values.

    Raises
    ------
    ModelError
        It is not.
    """
    answer = np.asarray(got)
    wrong = _wrong_rows(got, answer, tuple(shape))
    if wrong:
        raise ModelError(f"{place_of(component, method)}: {wrong}")
    return answer


def _wrong_rows(got: object, answer: np.ndarray, shape: tuple[int, ...]) -> str:
    """Say what is wrong with the rows that a method gave; nothing if they are right."""
    if got is None:
        return "returned None; end it with `return` and the answer"
    if answer.shape != shape:
        return f"must return an array of shape {shape}, got {answer.shape}"
    if answer.dtype.kind == "f" and not np.isfinite(answer).all():
        row = np.argwhere(~np.isfinite(answer))[0]
        return f"must return finite numbers, got {answer[tuple(row)]} in row {row[0]}"
    return ""


def checked_probabilities(component: object, method: str, got: object, shape: Sequence[int]) -> FloatArray:
    """Return probabilities, if they are some: one row an event, none negative, each row with the sum 1.

    Rows that sum to more would make every log-loss better than it is.

    Raises
    ------
    ModelError
        They are not.
    """
    probability = checked_rows(component, method, got, shape)
    total = probability.sum(axis=1)
    bad = (np.abs(total - 1) > TOLERANCE) | (probability < 0).any(axis=1)
    if bad.any():
        row = int(bad.argmax())
        raise ModelError(
            f"{place_of(component, method)}: each row must hold probabilities that sum to 1, got "
            f"{probability[row].round(6).tolist()} in row {row}, and {int(bad.sum()) - 1} more"
        )
    return probability

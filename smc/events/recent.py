"""The most recent of a series of events."""

from smc.arguments import check_positive
from smc.typing import IntArray


def check_last(last: int | None) -> None:
    """Raise ValueError unless ``last`` is positive or None."""
    if last is not None:
        check_positive("last", last)


def keep_last(events: IntArray, last: int | None) -> IntArray:
    """Return the ``last`` most recent events, or all of them for None."""
    return events if last is None else events[-last:]

"""The round of a trial: how often somebody may have looked before it was thought of."""

from collections.abc import Iterable
from typing import TypeAlias

#: Number of an event, and the first and last bar of the development events that it is about.
Dated: TypeAlias = tuple[int, int, int]


def shares_half(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Tell whether two periods share half or more of the shorter one.

    >>> shares_half((0, 10), (5, 100)), shares_half((0, 10), (6, 100))
    (True, False)
    """
    shared = min(one[1], other[1]) - max(one[0], other[0])
    shorter = min(one[1] - one[0], other[1] - other[0])
    return shared >= 0 and 2 * shared >= shorter


def new_round(period: tuple[int, int], registrations: Iterable[Dated], looks: Iterable[Dated]) -> int:
    """Return the round of a trial that is newly registered now.

    It is 1 + the number of times, this one included, that trials of its market were newly registered after
    a fold of an earlier one had been scored. Trials that share less than half of their development bars do
    not count.

    Parameters
    ----------
    registrations
        Earlier events by which trials of the market were newly registered.
    looks
        Events by which a fold of a trial of the market was scored for the first time.

    >>> new_round((0, 10), registrations=[(1, 0, 10), (3, 0, 10)], looks=[(2, 0, 10)])
    3
    """
    seen = [number for number, *other in looks if shares_half(period, (other[0], other[1]))]
    if not seen:
        return 1
    after = {
        number
        for number, *other in registrations
        if number > min(seen) and shares_half(period, (other[0], other[1]))
    }
    return 2 + len(after)

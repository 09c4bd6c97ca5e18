"""Which of several trials is taken: those that keep to the constraints first."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from smc.tune.attempt import FINISHED, Attempt

#: How one point of a front is chosen.
Rule: TypeAlias = Literal["no_worse", "nearest"]


def front(attempts: Sequence[Attempt]) -> list[Attempt]:
    """Return the finished trials than which no other is as good in all objectives and better in one.

    Those that keep to the constraints come first: where some do, they alone are looked at, and else those
    that break them least. Of equal trials it is the first; of one objective, the one of the least loss.
    """
    finished = [attempt for attempt in attempts if attempt.status == FINISHED]
    least = min((attempt.excess for attempt in finished), default=0.0)
    allowed = [attempt for attempt in finished if attempt.excess <= least]
    return [attempt for attempt in allowed if not any(_beats(other, attempt) for other in allowed)]


def chosen_of(points: Sequence[Attempt], start: Attempt, rule: Rule) -> Attempt:
    """Return one point of a front.

    Parameters
    ----------
    rule
        ``no_worse``: the least first objective among the points whose others are no worse than the start's.
        There is one, but where the start could not be fitted or breaks constraints that others keep; then it
        is the least first objective of all. ``nearest``: the point nearest to the best of each objective, in
        units of the front's own ranges.
    """
    if rule == "nearest":
        return points[int(np.argmin(_distances(points)))]
    as_good = [point for point in points if start.status == FINISHED and _others_are_no_worse(point, start)]
    return min(as_good or points, key=lambda point: (point.loss, point.number))


def _beats(other: Attempt, own: Attempt) -> bool:
    """Tell whether a trial dominates another; the earlier one does where they are equal."""
    pairs = list(zip(_losses(other), _losses(own), strict=True))
    is_better = any(one < two for one, two in pairs)
    return all(one <= two for one, two in pairs) and (is_better or other.number < own.number)


def _losses(attempt: Attempt) -> list[float]:
    return list(attempt.values.values())


def _others_are_no_worse(point: Attempt, start: Attempt) -> bool:
    return all(own <= other for own, other in zip(_losses(point)[1:], _losses(start)[1:], strict=True))


def _distances(points: Sequence[Attempt]) -> np.ndarray:
    """Return how far each point lies from the best of each objective."""
    values = np.array([_losses(point) for point in points])
    low, spread = values.min(axis=0), np.ptp(values, axis=0)
    return np.sqrt((((values - low) / np.where(spread > 0, spread, 1.0)) ** 2).sum(axis=1))

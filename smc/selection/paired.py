"""The chosen run against the ones behind it, event by event."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from smc import stats
from smc.metrics import label_overlap
from smc.selection.candidate import Candidate
from smc.selection.split import Part
from smc.typing import IntArray


def compare(chosen: Candidate, others: Iterable[Candidate]) -> list[dict[str, Any]]:
    """Compare a run with others on the same data and split, whose events are the same; two-sided p-values.

    McNemar's test (mid-p) takes events whose labels do not overlap; Diebold and Mariano's takes all, with an
    error that allows for the overlap. They describe, and choose nobody.
    """
    return [
        {"run_id": other.run_id, **_tests(chosen.out_of_fold, other.out_of_fold)}
        for other in others
        if chosen.out_of_fold is not None and other.out_of_fold is not None and _paired(chosen, other)
    ]


def without_overlap(time: IntArray, end: IntArray) -> IntArray:
    """Return the positions of events none of which begins before the label of the one before has ended.

    >>> without_overlap(np.array([0, 1, 5, 6, 9]), np.array([4, 3, 8, 7, 9])).tolist()
    [0, 2, 4]
    """
    kept, free = [], -np.inf
    for position, (begins, ends) in enumerate(zip(time.tolist(), end.tolist(), strict=True)):
        if begins > free:
            kept.append(position)
            free = ends
    return np.array(kept, dtype=np.int64)


def _paired(one: Candidate, other: Candidate) -> bool:
    same = (one.identity.data_hash, one.identity.split_hash) == (
        other.identity.data_hash,
        other.identity.split_hash,
    )
    first, second = one.out_of_fold, other.out_of_fold
    return same and first is not None and second is not None and np.array_equal(first.time, second.time)


def _tests(one: Part, other: Part) -> dict[str, Any]:
    found: dict[str, Any] = {"mcnemar_p": None, "diebold_mariano_p": None}
    if one.correct is not None and other.correct is not None:
        rows = without_overlap(one.time, one.end)
        found["mcnemar_p"] = stats.mcnemar(one.correct[rows], other.correct[rows], method="mid_p").p_value
    first, second = one.evidence, other.evidence
    horizon = 1 + round(label_overlap(first.time, first.end))
    differ = np.ptp(first.value - second.value) > 0 if len(first) == len(second) else False
    if differ and horizon < len(first):
        test = stats.diebold_mariano(-first.value, -second.value, horizon=horizon)
        found["diebold_mariano_p"] = test.p_value
    return found

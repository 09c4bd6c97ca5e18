"""The split audit: an independent look at what a fold trains on and tests on."""

import numpy as np

from smc.arguments import overlaps
from smc.cv.fold import Fold
from smc.errors import LeakageError
from smc.typing import IntArray, Spans


def audit_fold(spans: Spans, fold: Fold, allowed: IntArray) -> None:
    """Check one fold event by event, by another rule than the one that made it.

    Purging works on blocks; the audit counts, for each training label, the test labels that touch it: those
    that start no later than it ends, less those that end before it starts. Widened by gap and embargo, the
    count must still be 0.

    Parameters
    ----------
    spans
        First and last bar of each label (n_events, 2).
    fold
        Positions in ``spans``.
    allowed
        Positions that the fold may use, sorted.

    Raises
    ------
    LeakageError
        Positions that are missing, repeated, out of order or not allowed; an event in both sets; a training
        event after the test block of a forward fold; labels that touch; a gap or an embargo that is not kept.
        The error names the fold and the first such event.
    """
    for part, positions in (("training", fold.train), ("test", fold.test)):
        _check_positions(f"{fold.name}: the {part} set", positions, allowed)
    shared = fold.train[np.isin(fold.train, fold.test, assume_unique=True)]
    if len(shared):
        raise LeakageError(f"{fold.name}: event {shared[0]} is trained on and tested")
    if fold.embargo_size is None and fold.train[-1] > fold.test[0]:
        raise LeakageError(f"{fold.name}: event {fold.train[-1]} is trained on, but lies after a test event")
    _check_no_overlap(spans, fold, 0, 0, "touches the label of")
    margins = fold.gap_size, fold.embargo_size or 0
    _check_no_overlap(
        spans, fold, *margins, f"lies in the gap ({margins[0]}) or embargo ({margins[1]} bars) of"
    )


def _check_positions(what: str, positions: IntArray, allowed: IntArray) -> None:
    if not len(positions):
        raise LeakageError(f"{what} is empty")
    repeated = np.flatnonzero(np.diff(positions) <= 0)
    if len(repeated):
        raise LeakageError(f"{what} repeats event {positions[repeated[0] + 1]} or holds it out of order")
    foreign = positions[np.isin(positions, allowed, assume_unique=True, invert=True)]
    if len(foreign):
        raise LeakageError(f"{what} holds event {foreign[0]}, which it may not use")


def _check_no_overlap(spans: Spans, fold: Fold, before: int, after: int, offence: str) -> None:
    widened = spans.take(fold.train, axis=0) + np.array([-after, before])
    wrong = fold.train[overlaps(widened, spans.take(fold.test, axis=0))]
    if len(wrong):
        event = int(wrong[0])
        near = overlaps(spans[fold.test], spans[[event]] + np.array([-after, before]))
        other = int(fold.test[near][0])
        raise LeakageError(
            f"{fold.name}: training event {event} {spans[event].tolist()} {offence} "
            f"test event {other} {spans[other].tolist()}"
        )

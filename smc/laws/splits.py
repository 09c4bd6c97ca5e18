"""What a split lets through, by the plain comparison of every training label with every test label."""

from collections.abc import Iterator, Sequence

import numpy as np

from smc.cv.base import PurgedSplitter
from smc.cv.fold import Fold
from smc.laws.fault import Fault
from smc.typing import Spans


def fold_faults(fold: Fold, spans: Spans) -> list[Fault]:
    """Name events that are repeated, or both trained on and tested, and labels that share bars."""
    return [*_repeats(fold), *_overlaps(fold, spans)]


def account_faults(cv: PurgedSplitter, folds: Sequence[Fold]) -> Iterator[Fault]:
    """Name an event that one account of a splitter would trade twice (`PurgedSplitter.accounts`)."""
    event = np.concatenate([fold.test for fold in folds])
    number = np.repeat(np.arange(len(folds)), [len(fold.test) for fold in folds])
    account = np.asarray(cv.accounts(event, number))
    if account.shape != event.shape:
        yield Fault("accounts", "", f"there must be one a prediction, {event.shape}, got {account.shape}")
        return
    pairs, counts = np.unique(np.column_stack([account, event]), axis=0, return_counts=True)
    if (counts > 1).any():
        joined, twice = pairs[counts > 1][0]
        yield Fault(
            "accounts",
            f"account {joined}, event {twice}, and {(counts > 1).sum() - 1} more",
            "it trades an event by the predictions of several folds; folds that share events must stay apart",
        )


def _repeats(fold: Fold) -> Iterator[Fault]:
    for part, positions in (("training", fold.train), ("test", fold.test)):
        events, counts = np.unique(positions, return_counts=True)
        if (counts > 1).any():
            yield Fault(
                fold.name, f"event {events[counts > 1][0]}", f"stands in the {part} set more than once"
            )
        if not len(positions):
            yield Fault(fold.name, f"the {part} set", "is empty")
    both = np.intersect1d(fold.train, fold.test)
    if len(both):
        yield Fault(fold.name, f"event {both[0]} and {len(both) - 1} more", "trained on and tested")


def _overlaps(fold: Fold, spans: Spans) -> Iterator[Fault]:
    """Compare all pairs, a block of test events at a time."""
    train, touched, example = spans[fold.train], np.zeros(len(fold.train), dtype=bool), None
    for block in np.array_split(fold.test, max(1, len(fold.test) // 256)):
        tests = spans[block]
        pairs = (train[:, None, 0] <= tests[None, :, 1]) & (tests[None, :, 0] <= train[:, None, 1])
        pairs &= fold.train[:, None] != block[None, :]
        if pairs.any() and example is None:
            one, other = np.argwhere(pairs)[0]
            example = fold.train[one], block[other]
        touched |= pairs.any(axis=1)
    if example is not None:
        one, other = example
        yield Fault(
            fold.name,
            f"training event {one} {spans[one].tolist()} and test event {other} {spans[other].tolist()}",
            f"their labels share bars; {touched.sum()} of {len(train)} training labels touch a test label",
        )


def embargo_faults(fold: Fold, spans: Spans) -> Iterator[Fault]:
    """Look at the bars between the end of test labels and the training events behind them."""
    if not len(fold.train) or not len(fold.test):
        return
    used = spans[np.concatenate([fold.train, fold.test])]
    longest = int((used[:, 1] - used[:, 0]).max()) + 1
    order = np.argsort(spans[fold.test, 0], kind="stable")
    starts, ends = spans[fold.test[order], 0], np.maximum.accumulate(spans[fold.test[order], 1])
    before = np.searchsorted(starts, spans[fold.train, 0], side="right") - 1
    behind = before >= 0
    distance = spans[fold.train, 0][behind] - ends[before[behind]]
    near = (distance > 0) & (distance < longest)
    if near.any():
        event = fold.train[behind][near][0]
        yield Fault(
            fold.name,
            f"training event {event} and {int(near.sum()) - 1} more",
            f"it starts {distance[near][0]} bars after the end of a test label; the longest has {longest}",
        )
